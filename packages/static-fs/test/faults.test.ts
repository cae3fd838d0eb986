// Faults of a real disk behind a whole site: files that cannot be read, and files that are not as
// long as they say. The kernel has such files, for everybody (Linux): no superuser is needed, and
// nothing is made up. What a status is for is decided in decision 0008.

import {
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';

import {
  cachedFileSource,
  createStaticSite,
  type FileSource,
  nodeFileSource,
  type StaticSite,
} from '../src/index.ts';
import { ask, readAll, requestFor } from './exchange.ts';
import { TemporaryTree } from './temporary-tree.ts';

/** `speed` opens and cannot be read; `mtu` says that it has a page of memory, and has a line. */
const KERNEL_FOLDER = '/sys/class/net/lo';
/** It says that it is empty, and has lines. */
const STATUS = '/proc/self/status';

const HAS_UNREADABLE = failsToRead(`${KERNEL_FOLDER}/speed`);
const HAS_SHORTER = surplusOf(`${KERNEL_FOLDER}/mtu`) < 0;
const HAS_LONGER = surplusOf(STATUS) > 0;

function failsToRead(path: string): boolean {
  try {
    readFileSync(path);
    return false;
  } catch {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  }
}

/** By how many octets a file is longer than it says; 0 where there is none. */
function surplusOf(path: string): number {
  const declared = statSync(path, { throwIfNoEntry: false });
  return declared === undefined ? 0 : readFileSync(path).length - declared.size;
}

const tree = new TemporaryTree();
afterAll(() => tree.remove());

const uncached = (root: string): FileSource => nodeFileSource({ root, symlinks: 'follow' });
const cached = (root: string): FileSource => cachedFileSource(uncached(root), { now: () => 0 });
const SOURCES = [
  ['uncached', uncached],
  ['cached', cached],
] as const;

function siteOf(source: FileSource): StaticSite {
  return createStaticSite({ source });
}

/** What this program has open below the folder of the kernel. */
function openKernelFiles(): string[] {
  const folder = realpathSync(KERNEL_FOLDER);
  const paths = readdirSync('/proc/self/fd').map((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`);
    } catch {
      return ''; // the descriptor that read the folder itself
    }
  });
  return paths.filter((path) => path.startsWith(folder));
}

describe.runIf(HAS_UNREADABLE)(`a file that cannot be read (${KERNEL_FOLDER}, Linux)`, () => {
  afterEach(() => expect(openKernelFiles(), 'nothing stays open').toEqual([]));

  it('makes reading its content reject, where only then it is read', async () => {
    const response = await siteOf(uncached(KERNEL_FOLDER)).respond(requestFor('/speed'));
    expect(response.status).toBe(200);
    const reading = response.content?.read(new Uint8Array(4096));
    await expect(reading).rejects.toMatchObject({ kind: 'failed', cause: { syscall: 'read' } });
    await response.content?.close();
  });

  it('is answered with 500, where it is read to be kept', async () => {
    const site = siteOf(cached(KERNEL_FOLDER));
    for (const method of ['GET', 'HEAD', 'GET']) {
      const { status, text, response } = await ask(site, '/speed', method);
      expect([status, text]).toEqual([500, undefined]);
      expect(response.fields).toEqual([]);
      expect(response.fault).toMatchObject({ kind: 'failed', cause: { syscall: 'read' } });
    }
  });
});

describe.runIf(HAS_SHORTER)(`a file that is shorter than it says (${KERNEL_FOLDER}, Linux)`, () => {
  afterEach(() => expect(openKernelFiles(), 'nothing stays open').toEqual([]));

  it.each(SOURCES)('makes reading its content reject: %s', async (_name, sourceOf) => {
    const site = siteOf(sourceOf(KERNEL_FOLDER));
    const response = await site.respond(requestFor('/mtu'));
    const { content } = response;
    if (content === undefined) throw new Error('the file is there');
    expect(Object.fromEntries(response.fields)['Content-Length']).toBe(String(content.lengthBytes));
    await expect(readAll(content)).rejects.toMatchObject({ kind: 'changed' });
    await content.close();
  });
});

describe.runIf(HAS_LONGER)(`a file that is longer than it says (${STATUS}, Linux)`, () => {
  it('is kept as long as it says', async () => {
    symlinkSync(STATUS, tree.at('status'));
    const { status, fields, text } = await ask(siteOf(cached(tree.path)), '/status');
    expect([status, fields['Content-Length'], text]).toEqual([200, '0', '']);
  });
});
