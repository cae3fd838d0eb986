// The last table of the README: what the tests of other file servers name, with ours beside it.
// Each row is asked for here, and the table has exactly these rows.

import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  createStaticSite,
  FileSourceError,
  nodeFileSource,
  type StaticSite,
} from '../src/index.ts';
import { FAULTS, FIELDS } from './behaviours-of-fields.ts';
import { PATHS } from './behaviours-of-paths.ts';
import { RANGES } from './behaviours-of-ranges.ts';
import { type Asked, FILES, type Given, MTIME } from './behaviours.ts';
import { type Answer, ask, type Sent } from './exchange.ts';
import { MemoryFileSource } from './memory-file-source.ts';
import { TemporaryTree } from './temporary-tree.ts';

const POSIX = process.platform !== 'win32';
const GROUPS = [...PATHS, ...FIELDS, ...RANGES, ...FAULTS];
const tree = new TemporaryTree();
const memory = new MemoryFileSource(FILES, { mtimeMs: MTIME });

beforeAll(() => {
  tree.write('secret.txt', 'CANARY: outside the root');
  tree.write('pub/a.txt', '0123456789');
  tree.write('.folder/a.txt', 'in a dot directory');
  mkdirSync(tree.at('pub/folder'));
  if (!POSIX) return;
  symlinkSync('a.txt', tree.at('pub/link.txt'));
  symlinkSync('../secret.txt', tree.at('pub/out.txt'));
});
afterAll(() => {
  tree.remove();
});

for (const { name: group, behaviours } of GROUPS) {
  describe(`behaviours that others test: ${group}`, () => {
    for (const [name, cell, asked, given = {}] of behaviours) {
      // Links need a right on Windows that not everybody has.
      const isHere = POSIX || asked.every(({ disk }) => disk === undefined);
      it.runIf(isHere)(`${name}: ${cell}`, async () => {
        expect(asked.length).toBeGreaterThan(0);
        for (const each of asked) await check(each, cell, given);
        expect(memory.openCount, 'nothing stays open').toBe(0);
        expect(tree.openDescriptors(), 'nothing stays open').toEqual([]);
      });
    }
  });
}

it('the table of the README has exactly these rows, and ours in its last column', () => {
  const rows = GROUPS.flatMap(({ name: group, behaviours }) => [
    [`**${group}**`, ''],
    ...behaviours.map(([name, cell]) => [name, cell]),
  ]);
  const table = readTable();
  expect(table.map((cells) => [cells[0], cells.at(-1)])).toEqual(rows);
  const names = rows.map(([name]) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const [name = '', ...others] of table.filter(([name]) => !name?.startsWith('**'))) {
    expect(
      others.every((cell) => cell !== ''),
      name,
    ).toBe(true);
  }
});

async function check(asked: Asked, cell: string, given: Given): Promise<void> {
  if (given.throws !== undefined) {
    expect(thrownBy(() => siteFor(asked))).toBe(given.throws);
    return;
  }
  const site = siteFor(asked);
  const target = asked.target ?? '/a.txt';
  const tag = (await ask(site, target)).fields['ETag'];
  const answer = await ask(site, target, asked.method, withTag(asked.fields, tag));
  expect(cell).toMatch(new RegExp(`^${answer.status}(?:, |$)`));
  if ('text' in given) expectText(answer, given.text);
  for (const [name, value] of Object.entries(given.fields ?? {})) {
    const expected = typeof value === 'string' ? value.replace('{tag}', tag ?? '') : value;
    if (expected instanceof RegExp) expect(answer.fields[name]).toMatch(expected);
    else expect(answer.fields[name], name).toBe(expected);
  }
}

function siteFor({ options, disk }: Asked): StaticSite {
  const source =
    disk === undefined ? memory : nodeFileSource({ ...disk, root: tree.at(disk.root) });
  const common = { naming: 'posix', now: () => MTIME + 60_000, boundary: () => 'b' } as const;
  return createStaticSite({ ...common, ...options, source });
}

/** The name of the error, or its kind; `undefined` where there is none. */
function thrownBy(make: () => unknown): string | undefined {
  try {
    make();
    return undefined;
  } catch (error) {
    if (error instanceof FileSourceError) return error.kind;
    return error instanceof Error ? error.name : String(error);
  }
}

function withTag(fields: Sent = {}, tag = ''): Sent {
  const replaced = Object.entries(fields).map(([name, value]) => {
    return [name, value.replace('{tag}', tag)] as const;
  });
  return Object.fromEntries(replaced);
}

function expectText(answer: Answer, text: string | RegExp | undefined): void {
  if (text instanceof RegExp) expect(answer.text).toMatch(text);
  else expect(answer.text).toBe(text);
}

/** The cells of the table, row by row, without its head. */
function readTable(): string[][] {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, section = ''] = readme.split('\n## Behaviours that others test\n');
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    return cells.slice(1, -1);
  });
}
