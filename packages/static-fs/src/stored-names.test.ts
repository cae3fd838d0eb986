// A disk that folds case, as NTFS and APFS do, made of the one that is here. The real ones are met
// in the program's tests.

import { readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';

import { ask } from '../test/exchange.ts';
import { TemporaryTree } from '../test/temporary-tree.ts';
import { nodeDisk, type Disk } from './disk.ts';
import { nodeDirectoryOn } from './node-directory.ts';
import { nodeFileSourceOn } from './node-file-source.ts';
import { createStaticSite, type StaticSite } from './static-site.ts';

const tree = new TemporaryTree();
tree.write('site/secret.txt', 'secret');
tree.write('site/Ärger.txt', 'trouble');
tree.write('site/2026/07.txt', 'July');
tree.write('site/docs/deep/a.txt', 'A');
tree.write('site/docs/index.html', 'Documents');
tree.write('site/both', 'small');
tree.write('site/Both', 'large');
afterAll(() => tree.remove());

const root = tree.at('site');
let asked: string[] = [];
beforeEach(() => {
  asked = [];
});

/** The path under which the disk has what it opens for a name in any case. */
function unfolded(pathname: string): string {
  if (!pathname.startsWith(root + sep)) return pathname;
  const segments = pathname.slice(root.length + 1).split(sep);
  return segments.reduce((folder, segment) => {
    const names = readdirSync(folder);
    const match = names.find((name) => name.toLowerCase() === segment.toLowerCase());
    return join(folder, names.includes(segment) ? segment : (match ?? segment));
  }, root);
}

const folding: Disk = {
  ...nodeDisk,
  open: (pathname, flags) => nodeDisk.open(unfolded(pathname), flags),
  hasName: (pathname) => nodeDisk.hasName(unfolded(pathname)),
  namesIn: (pathname) => nodeDisk.namesIn(unfolded(pathname)),
};

const counting: Disk = {
  ...nodeDisk,
  hasName: (pathname) => {
    asked.push(pathname.slice(root.length));
    return nodeDisk.hasName(pathname);
  },
  namesIn: (pathname) => {
    asked.push(`names in ${pathname.slice(root.length)}`);
    return nodeDisk.namesIn(pathname);
  },
};

function siteOn(disk: Disk): StaticSite {
  const source = nodeFileSourceOn(disk, { root });
  return createStaticSite({ source });
}

describe('on a disk that folds case', () => {
  const site = siteOn(folding);

  it.each([
    ['/secret.txt', 200, 'the name as it is stored'],
    ['/SECRET.TXT', 404, 'the same in capitals'],
    ['/Secret.txt', 404, 'one letter'],
    ['/%C3%84rger.txt', 200, 'a letter beyond ASCII'],
    ['/%C3%A4rger.txt', 404, 'the same in the other case'],
    ['/2026/07.txt', 200, 'below a name without letters'],
    ['/2026/07.TXT', 404, 'the other case below it'],
    ['/docs/deep/a.txt', 200, 'in folders'],
    ['/Docs/deep/a.txt', 404, 'a folder further up'],
    ['/docs/DEEP/a.txt', 404, 'the folder itself'],
    ['/docs', 301, 'a folder without its slash'],
    ['/DOCS', 404, 'no redirect to what is not there'],
    ['/docs/', 200, 'the index of a folder'],
    ['/DOCS/', 404, 'the index of a folder in the other case'],
    ['/both', 200, 'one of two that differ in case alone'],
    ['/Both', 200, 'the other one'],
  ])('%s is answered with %d: %s', async (target, status) => {
    for (let round = 0; round < 2; round += 1) {
      // oxlint-disable-next-line no-await-in-loop
      expect((await ask(site, target)).status).toBe(status);
    }
    expect(tree.openDescriptors()).toEqual([]);
  });

  it('no folder is listed under another name', async () => {
    const source = nodeFileSourceOn(folding, { root });
    const rules = { dotfiles: 'deny', naming: 'posix' } as const;
    const directory = nodeDirectoryOn(folding, { root, source, rules });
    expect(await directory.list(['docs', 'deep'])).toMatchObject({ entries: [{ name: 'a.txt' }] });
    expect(await directory.list(['docs', 'DEEP'])).toEqual({ kind: 'nothing' });
  });
});

describe('on a disk that does not', () => {
  it('is asked once for each folder', async () => {
    const site = siteOn(counting);
    for (const target of ['/docs/deep/a.txt', '/docs/deep/a.txt', '/docs/', '/secret.txt']) {
      // oxlint-disable-next-line no-await-in-loop
      expect((await ask(site, target)).status).toBe(200);
    }
    expect(asked).toEqual(['/DOCS', '/docs/DEEP', '/docs/deep/A.TXT']);
  });

  it('keeps two apart whose names differ in case alone', async () => {
    const site = siteOn(counting);
    expect((await ask(site, '/both')).text).toBe('small');
    expect((await ask(site, '/Both')).text).toBe('large');
    expect((await ask(site, '/secret.txt')).text).toBe('secret');
    expect(asked.filter((what) => what.startsWith('names'))).toEqual([]);
  });
});
