/**
 * A site whose every answer can be told right from wrong: files of many sizes whose octets are
 * known, and files that are replaced while they are read, each version of which begins with the
 * hash of what follows.
 */
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Random } from './random.ts';

/** A file that does not change. */
export interface KnownFile {
  readonly target: string;
  readonly octets: Buffer;
}

/** Around the sizes at which the server does something else: its buffers, its memory. */
const SIZES = [
  0, 1, 100, 1000, 4096, 16_383, 65_535, 65_536, 65_537, 131_073, 300_000, 1_048_576, 3_000_000,
];
/** More than the buffers of two sockets hold. */
const LARGE_BYTES = 24 * 1024 * 1024;
const CHANGING_COUNT = 8;
const LARGEST_CHANGING_BYTES = 400_000;
const HASH_DIGITS = 64;

export class SoakedSite {
  /** Its path, without links. */
  readonly root: string = mkdtempSync(join(realpathSync(tmpdir()), 'pws-soak-'));
  /** Files of any octets. */
  readonly files: readonly KnownFile[];
  /** Files of text, which are compressed for who asks. */
  readonly texts: readonly KnownFile[];
  /** A file that no two sockets hold. */
  readonly large: KnownFile;
  /** Files that are replaced by others now and then. */
  readonly changing: readonly string[];
  readonly #random: Random;
  #replacements = 0;

  constructor(random: Random) {
    this.#random = random;
    this.files = SIZES.map((size) => this.#write(`/files/${size}.bin`, random.octets(size, 'any')));
    this.texts = SIZES.map((size) =>
      this.#write(`/texts/${size}.txt`, random.octets(size, 'words')),
    );
    this.large = this.#write('/large.bin', random.octets(LARGE_BYTES, 'any'));
    this.changing = Array.from({ length: CHANGING_COUNT }, (_, at) => `/changing/${at}.txt`);
    mkdirSync(join(this.root, 'changing'));
    for (const target of this.changing) this.#replace(target);
  }

  /** How many files were replaced. */
  get replacements(): number {
    return this.#replacements;
  }

  /** Replaces one of those that change, by rename. */
  replaceOne(): void {
    this.#replace(this.#random.pick(this.changing));
    this.#replacements += 1;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #replace(target: string): void {
    const text = this.#random.octets(this.#random.below(LARGEST_CHANGING_BYTES), 'words');
    const place = join(this.root, target);
    writeFileSync(`${place}.new`, Buffer.concat([Buffer.from(hashOf(text)), text]));
    renameSync(`${place}.new`, place);
  }

  #write(target: string, octets: Buffer): KnownFile {
    const place = join(this.root, target);
    mkdirSync(join(place, '..'), { recursive: true });
    writeFileSync(place, octets);
    // Old enough to have a strong tag at once, and with part of a second.
    const changed = new Date(Date.now() - 86_400_000.5);
    utimesSync(place, changed, changed);
    return { target, octets };
  }
}

/** Whether octets are one version of a file that changes, and all of it. */
export function isOneVersion(octets: Buffer): boolean {
  return octets.toString('latin1', 0, HASH_DIGITS) === hashOf(octets.subarray(HASH_DIGITS));
}

/** SHA-256 in hexadecimal digits. */
function hashOf(octets: Buffer): string {
  return createHash('sha256').update(octets).digest('hex');
}
