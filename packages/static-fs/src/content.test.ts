import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readAll } from '../test/exchange.ts';
import { MemoryFileSource } from '../test/memory-file-source.ts';
import { fileContent, piecedContent, rangeContent } from './content.ts';
import type { OpenFile } from './file-source.ts';

async function openFile(source: MemoryFileSource): Promise<OpenFile> {
  const opened = await source.open(['a']);
  if (opened.kind !== 'file') throw new Error('the file is there');
  return opened;
}

// A file whose reads wait until the test lets them go.
function slowFile(): { file: OpenFile; letGo: (count: number) => void; events: string[] } {
  const events: string[] = [];
  let letGo: (count: number) => void = () => {};
  const file: OpenFile = {
    kind: 'file',
    lengthBytes: 10,
    mtimeMs: 0,
    octets: undefined,
    read: () =>
      new Promise((resolve) => {
        letGo = (count) => {
          events.push('read');
          resolve(count);
        };
      }),
    close: () => {
      events.push('closed');
      return Promise.resolve();
    },
  };
  return { file, letGo: (count) => letGo(count), events };
}

describe('fileContent()', () => {
  it('gives the file, whatever the buffer and however little a read gives', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        async (text, bufferBytes, maxReadBytes) => {
          const source = new MemoryFileSource({ a: text }, { maxReadBytes });
          const content = fileContent(await openFile(source));
          expect((await readAll(content, bufferBytes)).toString()).toBe(text);
          await content.close();
          expect(source.openCount).toBe(0);
        },
      ),
    );
  });

  it('gives 0 after the end, again and again, even for a buffer of no bytes', async () => {
    for (const inMemory of [false, true]) {
      const file = await openFile(new MemoryFileSource({ a: 'ab' }, { inMemory }));
      const content = fileContent(file);
      const buffer = new Uint8Array(8);
      await expect(content.read(new Uint8Array(0))).rejects.toThrow(TypeError);
      expect(await content.read(buffer)).toBe(2);
      expect(await content.read(buffer)).toBe(0);
      expect(await content.read(new Uint8Array(0))).toBe(0);
    }
  });

  it('never writes behind what was declared', async () => {
    const { file, letGo } = slowFile();
    let askedBytes = 0;
    const content = fileContent({
      ...file,
      read: (into, position) => {
        askedBytes = into.length;
        return file.read(into, position);
      },
    });
    const reading = content.read(new Uint8Array(64));
    expect(askedBytes).toBe(10);
    letGo(10);
    expect(await reading).toBe(10);
  });

  it('rejects as changed where the file ends early', async () => {
    const source = new MemoryFileSource({ a: 'abc' }, { missingBytes: 2 });
    const content = fileContent(await openFile(source));
    const buffer = new Uint8Array(8);
    expect(content.lengthBytes).toBe(5);
    expect(await content.read(buffer)).toBe(3);
    await expect(content.read(buffer)).rejects.toMatchObject({ kind: 'changed' });
    await content.close();
    expect(source.openCount).toBe(0);
  });

  it('rejects as closed after it was closed, in memory or not', async () => {
    for (const inMemory of [false, true]) {
      const file = await openFile(new MemoryFileSource({ a: 'abc' }, { inMemory }));
      const content = fileContent(file);
      expect(await content.read(new Uint8Array(2))).toBe(2);
      await content.close();
      await expect(content.read(new Uint8Array(8))).rejects.toMatchObject({ kind: 'closed' });
    }
  });

  it('closes once, however often it is told to', async () => {
    const { file, events } = slowFile();
    const content = fileContent(file);
    await Promise.all([content.close(), content.close()]);
    await content.close();
    expect(events).toEqual(['closed']);
  });

  it('closes only after the read that is under way', async () => {
    const { file, letGo, events } = slowFile();
    const content = fileContent(file);
    const reading = content.read(new Uint8Array(4));
    const closing = content.close();
    letGo(4);
    expect(await reading).toBe(4);
    await closing;
    expect(events).toEqual(['read', 'closed']);
  });

  it('closes after a read that fails', async () => {
    const { file, events } = slowFile();
    const broken = { ...file, read: () => Promise.reject(new Error('broken')) };
    const content = fileContent(broken);
    const reading = content.read(new Uint8Array(4));
    const closing = content.close();
    await expect(reading).rejects.toThrow('broken');
    await closing;
    expect(events).toEqual(['closed']);
  });

  it('refuses a second read under way, and a buffer of no bytes', async () => {
    const { file, letGo } = slowFile();
    const content = fileContent(file);
    await expect(content.read(new Uint8Array(0))).rejects.toThrow(TypeError);
    const reading = content.read(new Uint8Array(4));
    await expect(content.read(new Uint8Array(4))).rejects.toThrow(TypeError);
    letGo(4);
    expect(await reading).toBe(4);
  });
});

describe('rangeContent()', () => {
  it('gives the range and nothing after it', async () => {
    for (const inMemory of [false, true]) {
      const file = await openFile(new MemoryFileSource({ a: '0123456789' }, { inMemory }));
      const content = rangeContent(file, { first: 2, last: 4 });
      expect(content.lengthBytes).toBe(3);
      expect(content.octets === undefined ? undefined : String(content.octets)).toBe(
        inMemory ? '234' : undefined,
      );
      expect(String(await readAll(content, 2))).toBe('234');
      await content.close();
    }
  });
});

describe('piecedContent()', () => {
  const pieces = [Buffer.from('<'), { first: 2, last: 4 }, Buffer.from('|>')];

  it('gives octets together with what of the file comes after them', async () => {
    const content = piecedContent(
      await openFile(new MemoryFileSource({ a: '0123456789' })),
      pieces,
    );
    const buffer = Buffer.alloc(64);
    expect(content.lengthBytes).toBe(6);
    expect(buffer.toString('utf8', 0, await content.read(buffer))).toBe('<234');
    expect(buffer.toString('utf8', 0, await content.read(buffer))).toBe('|>');
    expect(await content.read(buffer)).toBe(0);
    await content.close();
  });

  it('rejects as changed where the file ends in a piece or before it', async () => {
    for (const text of ['012', '0']) {
      const source = new MemoryFileSource({ a: text });
      const content = piecedContent(await openFile(source), pieces);
      await expect(readAll(content, 8)).rejects.toMatchObject({ kind: 'changed' });
      await content.close();
      expect(source.openCount).toBe(0);
    }
  });
});

describe('next()', () => {
  const text = 'abcdefghij';

  /** A file of which some octets are in memory, up to three at a time. */
  function fileAtHand(isAtHand: (position: number) => boolean, hasChanged = false) {
    const counts = { reads: 0, looks: 0 };
    const octets = Buffer.from(text);
    const file: OpenFile = {
      kind: 'file',
      lengthBytes: octets.length,
      mtimeMs: 0,
      octets: undefined,
      atHand: ({ first, last }) => {
        const part = octets.subarray(first, Math.min(first + 3, last + 1));
        return isAtHand(first) ? (first % 2 === 0 ? part : Promise.resolve(part)) : undefined;
      },
      read: (into, position) => {
        counts.reads += 1;
        return Promise.resolve(octets.copy(into, 0, position));
      },
      hasChanged: () => {
        counts.looks += 1;
        return Promise.resolve(hasChanged);
      },
      close: () => Promise.resolve(),
    };
    return { file, counts };
  }

  async function takeAll(content: ReturnType<typeof fileContent>): Promise<string> {
    let taken = '';
    for (;;) {
      const octets = await content.next?.();
      const buffer = new Uint8Array(2);
      const count = octets === undefined ? await content.read(buffer) : 0;
      if (octets === undefined && count === 0) return taken;
      taken += Buffer.from(octets ?? buffer.subarray(0, count)).toString();
    }
  }

  it('gives what is at hand, and nothing is read', async () => {
    const { file, counts } = fileAtHand(() => true);
    expect(await takeAll(fileContent(file))).toBe(text);
    expect(await takeAll(rangeContent(file, { first: 2, last: 5 }))).toBe('cdef');
    expect(counts).toEqual({ reads: 0, looks: 0 });
  });

  it.each(['', '0', '8', '03', '3', '09', '6'])(
    'leaves the rest to read(), and the last to a look at the file: %j is not there',
    async (gaps) => {
      const isAtHand = (position: number): boolean => !gaps.includes(`${position}`) || gaps === '';
      const { file, counts } = fileAtHand(isAtHand);
      expect(await takeAll(fileContent(file))).toBe(text);
      expect(counts.looks).toBe(counts.reads === 0 ? 0 : 1);
      const changed = fileAtHand(isAtHand, true);
      const taking = takeAll(fileContent(changed.file));
      if (counts.reads === 0) expect(await taking).toBe(text);
      else await expect(taking).rejects.toMatchObject({ kind: 'changed' });
    },
  );

  it('leaves what stands between parts to read()', async () => {
    const { file } = fileAtHand(() => true);
    const pieces = [Buffer.from('<'), { first: 0, last: 3 }, Buffer.from('>')];
    expect(await takeAll(piecedContent(file, pieces))).toBe('<abcd>');
  });

  it('gives nothing where nothing is ever at hand, nor after close()', async () => {
    const { file } = fileAtHand(() => true);
    const content = fileContent(file);
    await content.close();
    expect(content.next?.()).toBeUndefined();
    expect(fileContent(await openFile(new MemoryFileSource({ a: text }))).next?.()).toBeUndefined();
  });
});
