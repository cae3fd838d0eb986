// A site of very many files: memory stays within its bound, and the last file costs as much as the
// first. The cost is counted in openings, not in time.
//
// A hundred thousand files are made up as they are asked for, so that what is measured is what the
// site keeps. On the disk there are ten thousand, with a bound that is smaller by as much: a hundred
// thousand would take ten seconds and more to write, to ask for and to remove.

import { mkdirSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, expect, it } from 'vitest';

import {
  type CachedFileSource,
  cachedFileSource,
  createStaticSite,
  type FileSource,
  nodeFileSource,
  type StaticSite,
} from '../src/index.ts';
import { requestFor } from './exchange.ts';
import { TemporaryTree } from './temporary-tree.ts';

const MIB = 1024 * 1024;
const FILES_IN_A_FOLDER = 1000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What lives in memory now: objects, and the octets of buffers. */
function memoryInUse(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function nameOf(index: number): string {
  return `${Math.floor(index / FILES_IN_A_FOLDER)}/file-${index}.txt`;
}

function textOf(name: string): string {
  return `text of ${name}`;
}

/** Has every file that is asked for, but for pages and what is under `none`; it keeps nothing. */
const inventing: FileSource = {
  open(segments) {
    const name = segments.at(-1) ?? '';
    if (segments[0]?.startsWith('none') === true || /404\.html$|\.(?:br|gz|zst)$/.test(name)) {
      return Promise.resolve({ kind: 'nothing' });
    }
    const octets = Buffer.from(textOf(segments.join('/')));
    return Promise.resolve({
      kind: 'file',
      lengthBytes: octets.length,
      mtimeMs: Date.UTC(2024, 4, 6, 7, 8, 9),
      octets: undefined,
      read: (into, position) => Promise.resolve(octets.copy(into, 0, position)),
      close: () => Promise.resolve(),
    });
  },
};

interface CountedSite {
  readonly site: StaticSite;
  readonly source: CachedFileSource;
  /** How often the source below the cache has been asked to open something. */
  readonly opens: () => number;
}

/** A site in whose time nothing grows old. */
function countedSite(below: FileSource, memoryBytes: number): CountedSite {
  let opens = 0;
  const counting: FileSource = {
    open(segments) {
      opens += 1;
      return below.open(segments);
    },
  };
  const source = cachedFileSource(counting, { now: () => 0, memoryBytes });
  return { site: createStaticSite({ source }), source, opens: () => opens };
}

/** Asks for a file that is in memory when it is answered; gives its text, or the status. */
async function ask({ site }: CountedSite, target: string): Promise<string> {
  const { status, content } = await site.respond(requestFor(target));
  await content?.close();
  return content?.octets === undefined ? String(status) : Buffer.from(content.octets).toString();
}

const tree = new TemporaryTree();
afterAll(() => tree.remove());

it('a hundred thousand files are answered within the bound, each at the same cost', async () => {
  const memoryBytes = 16 * MIB;
  const counted = countedSite(inventing, memoryBytes);
  const before = memoryInUse();
  for (let index = 0; index < 100_000; index += 1) {
    const opens = counted.opens();
    const text = await ask(counted, `/${nameOf(index)}`);
    // V8 makes the table of a WeakMap larger for what is dead in it, too, and never smaller again:
    // where its collection comes late, as on a busy machine, by 6 MiB.
    if (index % FILES_IN_A_FOLDER === 0) collectGarbage();
    // Opened, and looked at again after it was read.
    if (counted.opens() - opens !== 2) expect.fail(`file ${index} cost more or less`);
    if (text !== textOf(nameOf(index))) expect.fail(`file ${index} is ${text}`);
    if (counted.source.counts.bytes > memoryBytes) expect.fail(`file ${index} is too much`);
  }
  expect(counted.source.counts.bytes).toBeGreaterThan(memoryBytes * 0.7);
  expect(memoryInUse() - before).toBeLessThan(memoryBytes * 1.25);
}, 60_000);

it('a hundred thousand names of nothing stay within their share of it', async () => {
  const memoryBytes = 16 * MIB;
  const counted = countedSite(inventing, memoryBytes);
  const before = memoryInUse();
  for (let index = 0; index < 100_000; index += 1) {
    const status = await ask(counted, `/none/${nameOf(index)}`);
    if (status !== '404') expect.fail(`name ${index} is ${status}`);
  }
  expect(counted.source.counts.bytes).toBeLessThanOrEqual(memoryBytes / 4);
  expect(memoryInUse() - before).toBeLessThan(memoryBytes * 0.3);
  // The name each time; the page for it in one of three folders only when the folder is a new one.
  expect(counted.opens()).toBeLessThan(100_000 * 1.1);
}, 60_000);

// The path that the wire gives is a part of the text of its line, and keeps that in memory.
it.each<[string, string]>([
  ['names of nothing', '/none-of-such-a-name-'],
  ['files', '/file-of-such-a-name-'],
  ['files in a folder', '/folder-of-a-name/file-of-such-a-name-'],
])('%s keep nothing of the lines that they were asked for with', async (_what, path) => {
  const counted = countedSite(inventing, 64 * MIB);
  const fields = { get: (name: string) => (name === 'Accept-Encoding' ? 'gzip, br' : undefined) };
  const before = memoryInUse();
  for (let index = 0; index < 15_000; index += 1) {
    const line = Buffer.from(`${path}${index % 5000}.txt?${'q'.repeat(8000)}`).toString('latin1');
    const mark = line.indexOf('?');
    const [asked, query] = [line.slice(0, mark), line.slice(mark + 1)];
    // oxlint-disable-next-line no-await-in-loop
    await counted.site.respond({ method: 'GET', path: asked, query, fields });
  }
  // With the lines it would be 40 MiB; what else the engine and the site keep is a few.
  expect(memoryInUse() - before).toBeLessThan(counted.source.counts.bytes * 1.25 + 8 * MIB);
});

it('what is asked for often stays in memory, however many files are asked for once', async () => {
  const counted = countedSite(inventing, 2 * MIB);
  await ask(counted, '/front.txt');
  for (let index = 0; index < 20_000; index += 1) {
    await ask(counted, `/${nameOf(index)}`);
    if (index % 500 !== 0) continue;
    const opens = counted.opens();
    expect(await ask(counted, '/front.txt')).toBe(textOf('front.txt'));
    expect(counted.opens() - opens).toBe(0);
  }
}, 60_000);

it('ten thousand files on a disk are answered within the bound, and none stays open', async () => {
  const memoryBytes = 2 * MIB;
  const names = Array.from({ length: 10_000 }, (_, index) => nameOf(index));
  for (const [index, name] of names.entries()) {
    if (index % FILES_IN_A_FOLDER === 0) mkdirSync(tree.at(`pub/${name}/..`), { recursive: true });
    writeFileSync(tree.at(`pub/${name}`), textOf(name));
  }
  const counted = countedSite(nodeFileSource({ root: tree.at('pub') }), memoryBytes);
  for (let index = 0; index < names.length; index += 20) {
    const together = names.slice(index, index + 20);
    const texts = await Promise.all(together.map((name) => ask(counted, `/${name}`)));
    expect(texts).toEqual(together.map(textOf));
    expect(counted.source.counts.bytes).toBeLessThanOrEqual(memoryBytes);
  }
  expect(counted.opens()).toBe(names.length * 2);
  expect(tree.openDescriptors()).toEqual([]);
}, 60_000);
