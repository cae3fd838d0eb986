import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';

import { TemporaryTree } from '../test/temporary-tree.ts';
import { walkFolder, type WalkOptions } from './walk-folder.ts';

const tree = new TemporaryTree();
afterAll(() => tree.remove());
const root = tree.at('walked');
mkdirSync(join(root, 'sub/deep'), { recursive: true });
mkdirSync(join(root, '.git'));
mkdirSync(join(root, '.well-known'));
for (const name of ['a.txt', 'b c.txt', '.env', '.git/config', '.well-known/x', 'sub/deep/d']) {
  writeFileSync(join(root, name), 'x');
}

async function walked(options: Partial<WalkOptions> = {}): Promise<string[]> {
  const seen: string[] = [];
  for await (const { segments, kind, standing } of walkFolder({
    root,
    dotfiles: 'deny',
    ...options,
  })) {
    seen.push(`${segments.join('/')} ${kind} ${standing}`);
  }
  return seen.toSorted();
}

it('gives all names, and nothing below those that are not served', async () => {
  expect(await walked()).toEqual([
    '.env file hidden',
    '.git directory hidden',
    '.well-known directory served',
    '.well-known/x file served',
    'a.txt file served',
    'b c.txt file served',
    'sub directory served',
    'sub/deep directory served',
    'sub/deep/d file served',
  ]);
});

it('gives what begins with a dot as any other name where it is served', async () => {
  expect(await walked({ dotfiles: 'allow' })).toContain('.git/config file served');
});

it.runIf(process.platform === 'linux')('finds names that no path can be', async () => {
  const odd = tree.at('odd');
  mkdirSync(odd);
  writeFileSync(join(odd, 'line\nend'), 'x');
  writeFileSync(Buffer.concat([Buffer.from(`${odd}/`), Buffer.from([0x61, 0xff])]), 'x');
  writeFileSync(join(odd, 'b\\c'), 'x');
  symlinkSync('..', join(odd, 'up'));
  expect(await walked({ root: odd })).toEqual([
    'a\u{FFFD} file unreachable',
    'b\\c file unreachable',
    'line\nend file unreachable',
    'up link served',
  ]);
});

it('tells of a directory that cannot be read', async () => {
  expect(await walked({ root: join(root, 'gone') })).toEqual([' directory unreadable']);
});
