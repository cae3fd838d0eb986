// Files that change while they, or parts of them, are sent: one answer is of one version.

import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, truncateSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';

import { createStaticSite, nodeFileSource, type StaticSite } from '../src/index.ts';
import { ask, readAll, requestFor, type Sent } from './exchange.ts';
import { readMultipart } from './multipart-reader.ts';
import { TemporaryTree } from './temporary-tree.ts';

const POSIX = process.platform !== 'win32';
const tree = new TemporaryTree();
mkdirSync(tree.at('pub'));

function siteOf(): StaticSite {
  return createStaticSite({ source: nodeFileSource({ root: tree.at('pub') }) });
}

afterEach(() => {
  expect(tree.openDescriptors(), 'nothing stays open').toEqual([]);
});

afterAll(() => {
  tree.remove();
});

describe('a file that changes while parts of it are sent', () => {
  const RANGE = { Range: 'bytes=1000-8999' };
  const RANGES = { Range: 'bytes=0-999,5000-8999' };

  async function startSending(name: string, fields: Sent) {
    tree.write(`pub/${name}`, 'x'.repeat(10_000));
    const { content } = await siteOf().respond(requestFor(`/${name}`, 'GET', fields));
    if (content === undefined) throw new Error('the file is there');
    expect(await content.read(new Uint8Array(500))).toBe(500);
    return content;
  }

  it.each([RANGE, RANGES])('is an error where it shrinks: %j', async (fields) => {
    const content = await startSending('shrinks.txt', fields);
    truncateSync(tree.at('pub/shrinks.txt'), 4000);
    await expect(readAll(content)).rejects.toMatchObject({ kind: 'changed' });
    await content.close();
  });

  it.each([{}, RANGE, RANGES])('is an error where it is written over: %j', async (fields) => {
    const content = await startSending('over.txt', fields);
    // As `cp` does it: emptied, and filled again.
    tree.write('pub/over.txt', 'y'.repeat(10_000));
    await expect(readAll(content)).rejects.toMatchObject({ kind: 'changed' });
    await content.close();
  });

  it.each([RANGE, RANGES])('ends where it was declared to where it grows: %j', async (fields) => {
    const content = await startSending('grows.txt', fields);
    appendFileSync(tree.at('pub/grows.txt'), 'more');
    expect((await readAll(content)).length).toBe(Number(content.lengthBytes) - 500);
    await content.close();
  });

  it.runIf(POSIX)('is never a mixture where it is replaced by rename, over and over', async () => {
    // Each version is one letter, and each letter has a length of its own.
    const lengths = new Map(
      'abcdef'.split('').map((letter, index) => [letter, 40_000 + index * 1000]),
    );
    tree.write('pub/live.txt', 'a'.repeat(40_000));
    const program = `const { writeFileSync, renameSync } = require('node:fs');
      const lengths = ${JSON.stringify([...lengths])};
      for (let round = 0; ; round += 1) {
        const [letter, bytes] = lengths[round % lengths.length];
        writeFileSync('live-next', letter.repeat(bytes));
        renameSync('live-next', 'live.txt');
        if (round === 0) process.stdout.write('ready');
      }`;
    const replacer = spawn(process.execPath, ['-e', program], {
      cwd: tree.at('pub'),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const exited = new Promise((resolve) => replacer.once('exit', resolve));
    try {
      await new Promise((resolve) => replacer.stdout.once('data', resolve));
      for (let round = 0; round < 150; round += 1) {
        const whole = await ask(siteOf(), '/live.txt');
        const letter = whole.text?.[0] ?? '';
        expect(whole.text).toBe(letter.repeat(lengths.get(letter) ?? 0));
        expect(whole.fields['Content-Length']).toBe(String(lengths.get(letter)));

        const several = await ask(siteOf(), '/live.txt', 'GET', { Range: 'bytes=0-9,-10' });
        const type = several.fields['Content-Type'] ?? '';
        const [start, end] = readMultipart(type, Buffer.from(several.text ?? ''));
        expect(start?.octets).toEqual(end?.octets);
        expect(start?.wholeBytes).toBe(lengths.get(String(start?.octets)[0] ?? ''));
      }
    } finally {
      replacer.kill('SIGKILL');
      await exited;
    }
  });
});
