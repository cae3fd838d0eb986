import { Transform } from 'node:stream';

import fc from 'fast-check';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';

import { CODINGS, decode, HAS_ZSTD } from '../test/decoding.ts';
import { TemporaryTree } from '../test/temporary-tree.ts';
import { type CompressedContent, compressedContents } from './compressed-content.ts';
import type { ContentCoding } from './content-coding.ts';
import { fileSourceError } from './errors.ts';
import type { OpenFile } from './file-source.ts';
import { nodeFileSource } from './node-file-source.ts';

const tree = new TemporaryTree();

afterEach(() => {
  expect(tree.openDescriptors(), 'nothing stays open').toEqual([]);
});

afterAll(() => {
  tree.remove();
});

/** A file that counts what is done with it. */
class CountedFile implements OpenFile {
  readonly kind = 'file';
  readonly mtimeMs = 0;
  readonly octets = undefined;
  readonly lengthBytes: number;
  readBytes = 0;
  readCount = 0;
  closeCount = 0;
  /** What a read waits for. */
  gate: Promise<void> = Promise.resolve();
  readonly #octetAt: (position: number) => number | undefined;

  constructor(lengthBytes: number, octetAt: (position: number) => number | undefined) {
    this.lengthBytes = lengthBytes;
    this.#octetAt = octetAt;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    this.readCount += 1;
    await this.gate;
    let count = 0;
    while (count < into.length) {
      const octet = this.#octetAt(position + count);
      if (octet === undefined) break;
      into[count] = octet;
      count += 1;
    }
    this.readBytes = Math.max(this.readBytes, position + count);
    return count;
  }

  async close(): Promise<void> {
    this.closeCount += 1;
  }
}

const zero = (): number => 0;

// No coding makes this smaller.
function noise(position: number): number {
  let mixed = Math.imul(position ^ (position >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return (mixed ^ (mixed >>> 15)) & 0xff;
}

function fileOf(octets: Uint8Array, maxReadBytes = Infinity): OpenFile & { closeCount: number } {
  const file = {
    kind: 'file' as const,
    lengthBytes: octets.length,
    mtimeMs: 0,
    octets: undefined,
    closeCount: 0,
    read(into: Uint8Array, position: number): Promise<number> {
      const end = position + Math.min(into.length, maxReadBytes);
      const part = octets.subarray(position, end);
      into.set(part);
      return Promise.resolve(part.length);
    },
    close(): Promise<void> {
      file.closeCount += 1;
      return Promise.resolve();
    },
  };
  return file;
}

/** The content of a file in a coding that can be made here. */
function compressedContent(file: OpenFile, coding: ContentCoding): CompressedContent {
  const content = compressedContents().contentOf(file, coding);
  if (content === undefined) throw new Error(`${coding} can be made here`);
  return content;
}

async function readToEnd(content: CompressedContent, bufferBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  const buffer = Buffer.alloc(bufferBytes);
  for (;;) {
    const count = await content.read(buffer);
    if (count === 0) return Buffer.concat(parts);
    parts.push(Buffer.from(buffer.subarray(0, count)));
  }
}

describe.each(CODINGS)('a content in %s', (coding) => {
  it('is the file, whatever the buffer and however little a read gives', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 3000 }),
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 50, max: 5000 }),
        async (octets, bufferBytes, maxReadBytes) => {
          const file = fileOf(octets, maxReadBytes);
          const content = compressedContent(file, coding);
          expect([content.lengthBytes, content.octets]).toEqual([undefined, undefined]);
          expect(decode(await readToEnd(content, bufferBytes), coding)).toEqual(
            Buffer.from(octets),
          );
          await content.close();
          expect(file.closeCount).toBe(1);
        },
      ),
      { numRuns: 50 },
    );
  });

  it.each([
    [1024 * 1024, 1024 * 1024, 'a large buffer'],
    [64 * 1024, 300_001, 'one that is as large as a piece'],
    [7, 150_001, 'a tiny one'],
  ])('is the file through a buffer of %i octets: %#', async (bufferBytes, lengthBytes) => {
    for (const octetAt of [noise, (position: number) => 97 + (position % 7)]) {
      const file = new CountedFile(lengthBytes, octetAt);
      const content = compressedContent(file, coding);
      const read = decode(await readToEnd(content, bufferBytes), coding);
      const expected = Buffer.from(Array.from({ length: lengthBytes }, (_, at) => octetAt(at)));
      expect(read.equals(expected)).toBe(true);
      await content.close();
    }
  });

  it('gives 0 after the end, again and again, even for a buffer of no bytes', async () => {
    const content = compressedContent(fileOf(Buffer.from('text')), coding);
    await readToEnd(content, 64);
    expect(await content.read(new Uint8Array(8))).toBe(0);
    expect(await content.read(new Uint8Array(0))).toBe(0);
    await content.close();
    await expect(content.read(new Uint8Array(8))).rejects.toMatchObject({ kind: 'closed' });
  });

  it.each([0, 1, 65_535, 65_536, 200_000])(
    'is an error and never whole where the file has %i octets of the 200,001 declared',
    async (heldBytes) => {
      const file = new CountedFile(200_001, (at) => (at < heldBytes ? noise(at) : undefined));
      const content = compressedContent(file, coding);
      const changed = { kind: 'changed' };
      await expect(readToEnd(content, 4096)).rejects.toMatchObject(changed);
      await expect(content.read(new Uint8Array(8)), 'nor later').rejects.toMatchObject(changed);
      await content.close();
      expect(file.closeCount).toBe(1);
    },
  );

  it('ends where it was declared to where the file grew', async () => {
    const content = compressedContent(new CountedFile(100_000, noise), coding);
    expect(decode(await readToEnd(content, 4096), coding).length).toBe(100_000);
    await content.close();
  });

  it('rejects with what reading rejects with', async () => {
    const file = new CountedFile(200_000, noise);
    const content = compressedContent(file, coding);
    file.gate = Promise.reject(fileSourceError('busy'));
    await expect(content.read(new Uint8Array(8))).rejects.toMatchObject({ kind: 'busy' });
    file.gate = Promise.resolve();
    await expect(content.read(new Uint8Array(8)), 'a gap').rejects.toMatchObject({ kind: 'busy' });
    await content.close();
  });

  it('reads no further than a slow reader needs', async () => {
    const file = new CountedFile(64 * 1024 * 1024, noise);
    const content = compressedContent(file, coding);
    const buffer = new Uint8Array(1000);
    let sentBytes = 0;
    for (let read = 0; read < 200; read += 1) sentBytes += await content.read(buffer);
    // The window of br, which is filled first; the others hold less.
    expect(file.readBytes).toBeLessThan(sentBytes + 2 * 1024 * 1024);
    await content.close();
    expect(file.closeCount).toBe(1);
  });

  it('is closed in the middle of a read, and reads no further', async () => {
    // Zeros: many pieces go in before octets come out.
    const file = new CountedFile(2 ** 40, zero);
    const content = compressedContent(file, coding);
    const buffer = new Uint8Array(64);
    while (file.readCount < 20) await content.read(buffer);
    const reading = content.read(buffer);
    await Promise.all([Promise.allSettled([reading]), content.close()]);
    expect(file.closeCount).toBe(1);
    const { readCount } = file;
    for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
    expect(file.readCount).toBe(readCount);
    await expect(content.read(buffer)).rejects.toMatchObject({ kind: 'closed' });
  });
});

describe('a compressed content', () => {
  it('touches nothing until it is read', async () => {
    const file = new CountedFile(1000, noise);
    const content = compressedContent(file, 'br');
    await content.close();
    expect([file.readCount, file.closeCount]).toEqual([0, 1]);
  });

  it('closes only after the read of the file that is under way, and once', async () => {
    const file = new CountedFile(200_000, noise);
    const content = compressedContent(file, 'gzip');
    let letGo = (): void => {};
    file.gate = new Promise((resolve) => (letGo = resolve));
    const reading = content.read(new Uint8Array(8));
    const closings = [content.close(), content.close()];
    await new Promise(setImmediate);
    expect([file.readCount, file.closeCount]).toEqual([1, 0]);
    letGo();
    await expect(reading).rejects.toMatchObject({ kind: 'closed' });
    await Promise.all(closings);
    expect(file.closeCount).toBe(1);
  });

  it('is closed while it waits for the coder', async () => {
    const file = new CountedFile(2 ** 40, zero);
    const content = compressedContent(file, 'gzip');
    const reading = content.read(new Uint8Array(8)).then(
      () => 'read',
      () => 'closed',
    );
    // The piece is read in a few turns of the queue of promises; the thread takes longer.
    while (file.readBytes === 0) await Promise.resolve();
    await content.close();
    expect(['read', 'closed']).toContain(await reading);
    expect(file.closeCount).toBe(1);
  });

  it('gives back what its coder holds when it is closed, and not when it is garbage', async () => {
    const destroyed = vi.spyOn(Transform.prototype, 'destroy');
    try {
      const content = compressedContent(new CountedFile(2 ** 40, noise), 'br');
      await content.read(new Uint8Array(8));
      expect(destroyed).not.toHaveBeenCalled();
      await content.close();
      expect(destroyed).toHaveBeenCalledOnce();
    } finally {
      destroyed.mockRestore();
    }
  });

  it('refuses a second read under way, and a buffer of no bytes', async () => {
    const content = compressedContent(fileOf(Buffer.from('text')), 'gzip');
    await expect(content.read(new Uint8Array(0))).rejects.toThrow(TypeError);
    const reading = content.read(new Uint8Array(64));
    await expect(content.read(new Uint8Array(64))).rejects.toThrow(TypeError);
    expect(await reading).toBeGreaterThan(0);
    await content.close();
  });

  it('is the file from a disk, and closes it in the middle too', async () => {
    const text = 'all work and no play '.repeat(300_000);
    tree.write('large.txt', text);
    const source = nodeFileSource({ root: tree.path });
    for (const coding of CODINGS) {
      const file = await source.open(['large.txt']);
      if (file.kind !== 'file') throw new Error('the file is there');
      const content = compressedContent(file, coding);
      expect(tree.openDescriptors().length).toBe(1);
      expect(decode(await readToEnd(content, 1000), coding).equals(Buffer.from(text))).toBe(true);
      await content.close();

      const again = await source.open(['large.txt']);
      if (again.kind !== 'file') throw new Error('the file is there');
      const cutOff = compressedContent(again, coding);
      expect(await cutOff.read(new Uint8Array(10))).toBeGreaterThan(0);
      await cutOff.close();
      expect(tree.openDescriptors()).toEqual([]);
    }
  });
});

describe('compressedContents()', () => {
  it('opens so many at once, and one more for each that is closed', async () => {
    const contents = compressedContents({ maxAtOnce: 2 });
    const files = Array.from({ length: 4 }, () => fileOf(Buffer.from('text')));
    const [one, two, three] = files.map((file) => contents.contentOf(file, 'br'));
    expect([typeof one, typeof two, three]).toEqual(['object', 'object', undefined]);
    await Promise.all([one?.close(), one?.close()]);
    await one?.close();
    expect(contents.contentOf(files[3]!, 'br')).toBeDefined();
    expect(contents.contentOf(files[2]!, 'br'), 'closing twice frees one').toBeUndefined();
    expect(files.map((file) => file.closeCount)).toEqual([1, 0, 0, 0]);
  });

  it('opens 16 at once unless told otherwise', () => {
    const contents = compressedContents();
    const opened = Array.from({ length: 20 }, () =>
      contents.contentOf(fileOf(Buffer.alloc(1)), 'br'),
    );
    expect(opened.filter((content) => content !== undefined).length).toBe(16);
  });

  it('frees the place of one that failed', async () => {
    const contents = compressedContents({ maxAtOnce: 1 });
    const content = contents.contentOf(new CountedFile(10, () => undefined), 'gzip');
    await expect(content?.read(new Uint8Array(8))).rejects.toMatchObject({ kind: 'changed' });
    await content?.close();
    expect(contents.contentOf(fileOf(Buffer.alloc(1)), 'gzip')).toBeDefined();
  });

  it('has zstd only where Node has it', () => {
    const content = compressedContents().contentOf(fileOf(Buffer.alloc(1)), 'zstd');
    expect(content !== undefined).toBe(HAS_ZSTD);
  });
});
