/**
 * The site that all servers serve: the same octets on every machine. Images, so that nobody
 * compresses them, and one script, which is for that. Owns what a small file's path is.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { RULED_FIELDS, SIZES } from './rows.ts';

const BLOCK_BYTES = 1_048_576;
const SMALL_BYTES = 1024;
const SCRIPT_BYTES = 300 * 1024;
const FILES_IN_FOLDER = 1000;

/** The path of one of the small files; the load generator's script has the same. */
export function smallFilePath(index: number): string {
  const folder = Math.floor(index / FILES_IN_FOLDER);
  return `/files/${padded(folder)}/${padded(index % FILES_IN_FOLDER)}.png`;
}

function padded(number: number): string {
  return `${number}`.padStart(3, '0');
}

/** The next number of a fixed row that looks random (Numerical Recipes). */
function next(state: number): number {
  return (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
}

/** Octets that do not compress. */
function noise(bytes: number): Buffer {
  const octets = Buffer.alloc(bytes);
  let state = 1;
  for (let at = 0; at < bytes; at++) {
    state = next(state);
    octets[at] = state >>> 24;
  }
  return octets;
}

const WORDS =
  'const let return value index request answer path file if (=> ) { } ; === + 1 0'.split(' ');

/** Text that compresses about as scripts do. */
function script(bytes: number): Buffer {
  let text = '';
  let state = 1;
  while (text.length < bytes) {
    state = next(state);
    const word = WORDS[(state >>> 16) % WORDS.length] as string;
    text += (state >>> 8) % 7 === 0 ? `${word}${(state >>> 20).toString(36)}\n` : `${word} `;
  }
  return Buffer.from(text.slice(0, bytes));
}

/** Makes the site, but for the small files and the one of 1 GiB, which not every run needs. */
export function makeSite(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of SIZES) {
    if (bytes <= 100 * BLOCK_BYTES) writeNoise(join(folder, `${name}.png`), bytes);
  }
  writeFileSync(join(folder, '300k.js'), script(SCRIPT_BYTES));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>PWS</title>\n');
}

/** Makes a site with rules, but for its small files. */
export function makeRuledSite(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeNoise(join(folder, '1k.png'), SMALL_BYTES);
  const lines = RULED_FIELDS.map(([name, value]) => `  ${name}: ${value}\n`);
  writeFileSync(join(folder, '_headers'), `/*\n${lines.join('')}`);
}

/** Adds a large file, if it is not there. */
export function addLargeFile(folder: string, name: string, bytes: number): void {
  const file = join(folder, `${name}.png`);
  if (!existsSync(file)) writeNoise(file, bytes);
}

function writeNoise(file: string, bytes: number): void {
  const block = noise(Math.min(bytes, BLOCK_BYTES));
  const descriptor = openSync(file, 'w');
  for (let left = bytes; left > 0; left -= block.length) {
    writeSync(descriptor, block, 0, Math.min(left, block.length));
  }
  closeSync(descriptor);
}

/** Adds the first so many small files, if they are not there. */
export function addSmallFiles(folder: string, count: number): void {
  const octets = noise(SMALL_BYTES);
  for (let index = count - 1; index >= 0; index--) {
    const file = join(folder, smallFilePath(index));
    if (existsSync(file)) return;
    if (index === count - 1 || index % FILES_IN_FOLDER === FILES_IN_FOLDER - 1) {
      mkdirSync(join(file, '..'), { recursive: true });
    }
    octets.writeUInt32BE(index);
    writeFileSync(file, octets);
  }
}

/** Makes a certificate for localhost with its key, ECDSA as `pws --https` makes it. */
export function makeCertificate(certificate: string, key: string): void {
  const made = spawnSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-keyout',
      key,
      '-out',
      certificate,
      '-days',
      '2',
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=DNS:localhost,IP:127.0.0.1',
    ],
    { encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`openssl made no certificate: ${made.stderr}`);
}
