import { describe, expect, it } from 'vitest';

import { requestFor } from '../test/exchange.ts';
import { type MemoryEntry, MemoryFileSource } from '../test/memory-file-source.ts';
import { selectRepresentation, type Representation } from './select-representation.ts';
import { takeSteps } from './steps.ts';

const MTIME = Date.UTC(2024, 4, 6, 7, 8, 9, 500);
const NOW = MTIME + 60_000;

interface Selected {
  readonly text: string;
  readonly representation: Representation;
  readonly source: MemoryFileSource;
}

async function select(
  entries: Readonly<Record<string, MemoryEntry>>,
  acceptEncoding?: string,
  path = 'dir/a.js',
  precompressed = true,
): Promise<Selected> {
  const source = new MemoryFileSource(entries, { mtimeMs: MTIME });
  const segments = path.split('/');
  const file = await source.open(segments);
  if (file.kind !== 'file') throw new Error('the file is there');
  const fields = acceptEncoding === undefined ? undefined : { 'Accept-Encoding': acceptEncoding };
  const selected = selectRepresentation(
    { kind: 'located', role: 'file', file, segments },
    requestFor('/', 'GET', fields),
    {
      source,
      precompressed,
      maxRanges: 16,
      onTheFly: undefined,
      etag: 'auto',
      contentTags: undefined,
      prepared: { plain: new WeakMap(), siblings: new WeakMap() },
    },
    NOW,
  );
  const representation = 'next' in selected ? await takeSteps(selected) : selected;
  const buffer = Buffer.alloc(100);
  const count = await representation.file.read(buffer, 0);
  expect(source.openCount, 'one descriptor stays open').toBe(1);
  await representation.file.close();
  return { text: buffer.toString('utf8', 0, count), representation, source };
}

const ALL = { 'dir/a.js': 'js', 'dir/a.js.br': 'BR', 'dir/a.js.zst': 'ZST', 'dir/a.js.gz': 'GZ' };
const BROWSER = 'gzip, deflate, br, zstd';

describe('selectRepresentation()', () => {
  it.each<[string | undefined, string, string | undefined]>([
    [undefined, 'js', undefined],
    ['gzip', 'GZ', 'gzip'],
    ['zstd', 'ZST', 'zstd'],
    [BROWSER, 'BR', 'br'],
    ['br;q=0.1, gzip', 'GZ', 'gzip'],
    ['gzip;q=0', 'js', undefined],
    ['deflate', 'js', undefined],
    ['identity, br;q=0.9', 'js', undefined],
  ])('gives for Accept-Encoding %j the octets %j, coded as %j', async (field, text, coding) => {
    const selected = await select(ALL, field);
    expect(selected.text).toBe(text);
    expect(selected.representation).toMatchObject({
      mediaType: 'text/javascript; charset=utf-8',
      contentCoding: coding,
      isNegotiable: true,
    });
    const { opaque } = selected.representation.validators.entityTag ?? {};
    if (coding !== undefined) expect(opaque).toMatch(new RegExp(`-${coding}$`));
  });

  it.each<[string, Readonly<Record<string, MemoryEntry>>, string]>([
    ['is not there', {}, 'js'],
    ['is older', { 'dir/a.js.br': { text: 'BR', mtimeMs: MTIME - 1 } }, 'js'],
    ['is as old', { 'dir/a.js.br': { text: 'BR', mtimeMs: MTIME } }, 'BR'],
    ['is newer', { 'dir/a.js.br': { text: 'BR', mtimeMs: MTIME + 1 } }, 'BR'],
    ['has whole seconds only', { 'dir/a.js.br': { text: 'BR', mtimeMs: MTIME - 500 } }, 'BR'],
    ['has an older second', { 'dir/a.js.br': { text: 'BR', mtimeMs: MTIME - 1500 } }, 'js'],
    ['is a directory', { 'dir/a.js.br/x': 'BR' }, 'js'],
    ['is refused', { 'dir/a.js.br': { error: 'forbidden' } }, 'js'],
    ['finds no descriptor left', { 'dir/a.js.br': { error: 'busy' } }, 'js'],
    ['cannot be read', { 'dir/a.js.br': { error: 'failed' } }, 'js'],
    ['is empty', { 'dir/a.js.br': '' }, ''],
    [
      'is older, and the next one is not',
      { 'dir/a.js.br': { text: 'BR', mtimeMs: MTIME - 1 }, 'dir/a.js.gz': 'GZ' },
      'GZ',
    ],
  ])('decides where the sibling %s', async (_what, siblings, expected) => {
    const { text } = await select({ 'dir/a.js': 'js', ...siblings }, BROWSER);
    expect(text).toBe(expected);
  });

  it.each<[string | undefined, string, readonly string[], string]>([
    [undefined, 'dir/a.js', [], 'no field'],
    ['identity', 'dir/a.js', [], 'no coding is accepted'],
    ['deflate', 'dir/a.js', [], 'a coding that is not made'],
    ['gzip', 'dir/a.js', ['dir/a.js.gz'], 'one is accepted'],
    [BROWSER, 'dir/a.js', ['dir/a.js.br', 'dir/a.js.zst', 'dir/a.js.gz'], 'none is there'],
    [BROWSER, 'dir/b.png', [], 'a format that compresses itself'],
    [BROWSER, 'dir/b.js.gz', [], 'a sibling'],
  ])('for Accept-Encoding %j and %s it opens %j: %s', async (field, path, expected) => {
    const entries = { 'dir/a.js': 'js', 'dir/b.png': 'png', 'dir/b.js': 'js', 'dir/b.js.gz': 'GZ' };
    const { source } = await select(entries, field, path);
    expect(source.opened.slice(1)).toEqual(expected);
  });

  it('stops looking at the first that is there', async () => {
    const { source } = await select(ALL, BROWSER);
    expect(source.opened).toEqual(['dir/a.js', 'dir/a.js.br']);
  });

  it('gives a sibling that is asked for by its name as the file that it is', async () => {
    const { text, representation } = await select(ALL, BROWSER, 'dir/a.js.gz');
    expect(text).toBe('GZ');
    expect(representation).toMatchObject({
      mediaType: 'application/gzip',
      contentCoding: undefined,
      isNegotiable: false,
    });
  });

  it('looks for nothing, and has nothing to choose from, where that is switched off', async () => {
    const { source, representation } = await select(ALL, BROWSER, 'dir/a.js', false);
    expect(source.opened).toEqual(['dir/a.js']);
    expect(representation.isNegotiable).toBe(false);
  });
});
