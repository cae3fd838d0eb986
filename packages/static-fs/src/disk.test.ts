import { constants, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';

import { TemporaryTree } from '../test/temporary-tree.ts';
import { nodeDisk, type Disk } from './disk.ts';

const POSIX = process.platform !== 'win32';
const tree = new TemporaryTree();
afterAll(() => {
  tree.remove();
});

async function open(name: string): Promise<number> {
  return nodeDisk.open(tree.at(name), constants.O_RDONLY);
}

describe('pathOfDescriptor()', () => {
  it.runIf(process.platform === 'linux')('gives the path without links', async () => {
    tree.write('inside/a.txt', 'inside');
    symlinkSync('a.txt', tree.at('inside/link'));
    const descriptor = await open('inside/link');
    expect(nodeDisk.pathOfDescriptor(descriptor)).toBe(tree.at('inside/a.txt'));
    await nodeDisk.close(descriptor);
  });

  it('gives nothing for what is not open', () => {
    expect(nodeDisk.pathOfDescriptor(999_999)).toBeUndefined();
  });
});

describe('pathByIdentity()', () => {
  it('gives the path without links', async () => {
    tree.write('same/a.txt', 'inside');
    const descriptor = await open('same/a.txt');
    const path = await nodeDisk.pathByIdentity(descriptor, tree.at('same/a.txt'));
    expect(path).toBe(tree.at('same/a.txt'));
    await nodeDisk.close(descriptor);
  });

  it('gives nothing where another file has the name by now', async () => {
    tree.write('replaced.txt', 'old');
    const descriptor = await open('replaced.txt');
    renameSync(tree.at('replaced.txt'), tree.at('kept.txt'));
    expect(await nodeDisk.pathByIdentity(descriptor, tree.at('replaced.txt'))).toBeUndefined();
    tree.write('replaced.txt', 'new');
    expect(await nodeDisk.pathByIdentity(descriptor, tree.at('replaced.txt'))).toBeUndefined();
    await nodeDisk.close(descriptor);
  });

  it.runIf(POSIX)('gives nothing where a folder is swapped while it looks', async () => {
    tree.write('outside/secret.txt', 'outside');
    tree.write('swap/secret.txt', 'inside');
    const descriptor = await open('outside/secret.txt');
    let looks = 0;
    const disk: Disk = {
      ...nodeDisk,
      canonicalPath: async (pathname) => {
        const path = await nodeDisk.canonicalPath(pathname);
        looks += 1;
        if (looks > 1) return path;
        renameSync(tree.at('swap'), tree.at('swap-away'));
        symlinkSync('outside', tree.at('swap'));
        return path;
      },
    };
    expect(await disk.pathByIdentity(descriptor, tree.at('swap/secret.txt'))).toBeUndefined();
    unlinkSync(tree.at('swap'));
    await nodeDisk.close(descriptor);
  });
});

describe('close()', () => {
  it('does not reject, even for what is not open', async () => {
    await expect(nodeDisk.close(999_999)).resolves.toBeUndefined();
  });
});
