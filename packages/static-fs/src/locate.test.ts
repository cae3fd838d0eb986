import { describe, expect, it } from 'vitest';

import { MemoryFileSource, type MemoryEntry } from '../test/memory-file-source.ts';
import type { FileSource } from './file-source.ts';
import { locate } from './locate.ts';
import { formatSitePath, parseSitePath } from './site-path.ts';
import { takeSteps } from './steps.ts';

const ENTRIES: Readonly<Record<string, MemoryEntry>> = {
  'index.html': 'front',
  'a.txt': 'a',
  'docs/index.html': 'docs',
  'both/index.htm': 'second',
  'both/index.html': 'first',
  'old/index.htm': 'old',
  'bare/a.txt': 'bare',
  'nested/index.html/a.txt': 'an index that is a directory',
  'locked.txt': { error: 'forbidden' },
  'locked/index.html': { error: 'forbidden' },
  'busy.txt': { error: 'busy' },
  'broken.txt': { error: 'failed' },
  'stuck.txt': { error: 'stuck' },
  'gone.txt': { error: 'missing' },
};

async function locateIn(source: FileSource, text: string): Promise<string> {
  const path = parseSitePath(text, { dotfiles: 'deny', naming: 'posix' });
  if (path.kind !== 'site-path') throw new Error('the path is one');
  const located = await takeSteps(
    locate(path, { source, index: ['index.html', 'index.htm'], directories: undefined }),
  );
  if (located.kind === 'redirect') return `redirect ${formatSitePath(located.to)}`;
  if (located.kind === 'missing') return `missing in ${located.folder.join('/')}`;
  return located.kind === 'located' ? `located ${located.segments.join('/')}` : located.kind;
}

describe('locate()', () => {
  it.each([
    ['/', 'located index.html', ['index.html'], 'the index of the root: one open'],
    ['/a.txt', 'located a.txt', ['a.txt'], 'a file: one open'],
    ['/docs/', 'located docs/index.html', ['docs/index.html'], 'an index: one open'],
    ['/docs', 'redirect /docs/', ['docs'], 'a directory without its slash'],
    ['/both/', 'located both/index.html', ['both/index.html'], 'the first name wins'],
    ['/old/', 'located old/index.htm', ['old/index.html', 'old/index.htm'], 'then the second'],
    ['/bare', 'redirect /bare/', ['bare'], 'a directory, whether it has an index or not'],
    [
      '/bare/',
      'missing in bare',
      ['bare/index.html', 'bare/index.htm'],
      'a directory without index',
    ],
    [
      '/nested/',
      'missing in nested',
      ['nested/index.html', 'nested/index.htm'],
      'an index that is none',
    ],
    ['/a.txt/', 'missing in a.txt', ['a.txt/index.html', 'a.txt/index.htm'], 'a file with a slash'],
    ['/none', 'missing in ', ['none'], 'nothing'],
    ['/locked.txt', 'forbidden', ['locked.txt'], 'no permission'],
    ['/locked/', 'forbidden', ['locked/index.html'], 'no permission for the index'],
    ['/busy.txt', 'busy', ['busy.txt'], 'no descriptor left'],
    ['/stuck.txt', 'stuck', ['stuck.txt'], 'a disk that hangs'],
    ['/broken.txt', 'failed', ['broken.txt'], 'a broken disk'],
    ['/gone.txt', 'missing in ', ['gone.txt'], 'a source that rejects for what is missing'],
  ])('finds for %j %j, opening %j: %s', async (text, expected, opened) => {
    const source = new MemoryFileSource(ENTRIES);
    expect(await locateIn(source, text)).toBe(expected);
    expect(source.opened).toEqual(opened);
  });

  it('makes an outcome of whatever a source throws', async () => {
    const source: FileSource = {
      open: () => {
        throw new RangeError('a mistake');
      },
    };
    expect(await locateIn(source, '/a.txt')).toBe('failed');
  });
});
