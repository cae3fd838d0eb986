import type { Content } from '@pws/static-fs';
import { describe, expect, it } from 'vitest';
import { ChunkBuffers } from './chunk-buffers.ts';
import { type SendOptions, type Write, sendContent } from './content-sender.ts';

const HEAD = Buffer.from('head');
const EMPTY = new Uint8Array(0);
const MIB = 1024 * 1024;

/** Content whose octet at each position is known, and that counts what was read of it. */
class CountedContent implements Content {
  readonly octets: Uint8Array | undefined = undefined;
  readonly lengthBytes: number;
  readBytes = 0;
  readonly #mostBytes: number;

  constructor(lengthBytes: number, mostBytes = Number.MAX_SAFE_INTEGER) {
    this.lengthBytes = lengthBytes;
    this.#mostBytes = mostBytes;
  }

  read(into: Uint8Array): Promise<number> {
    const count = Math.min(into.length, this.lengthBytes - this.readBytes, this.#mostBytes);
    for (let at = 0; at < count; at++) into[at] = octetAt(this.readBytes + at);
    this.readBytes += count;
    return Promise.resolve(count);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const octetAt = (position: number): number => (position * 31 + (position >> 8)) & 0xff;

function octetsTo(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, position) => octetAt(position)));
}

const optionsOf = (
  write: Write,
  sent: (bytes: number) => void = () => undefined,
  buffers = new ChunkBuffers(),
): SendOptions => ({ encode: (octets) => [octets], write, sent, buffers });

/** A turn of the event loop: all that can go on without the socket has gone on. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('sendContent()', () => {
  it.each([1, 65_535, 65_536, 65_537, 3 * MIB + 1])(
    'sends a head and %i octets of content, each once and in order',
    async (length) => {
      const written: Buffer[] = [];
      let sent = 0;
      const write = (pieces: Uint8Array[]): Promise<void> => {
        // Copied: the buffers are used again.
        written.push(...pieces.map((piece) => Buffer.from(piece)));
        return Promise.resolve();
      };
      const content = new CountedContent(length);
      await sendContent(
        [HEAD],
        content,
        optionsOf(write, (bytes) => (sent += bytes)),
      );
      expect(Buffer.concat(written).equals(Buffer.concat([HEAD, octetsTo(length)]))).toBe(true);
      expect(sent).toBe(length);
    },
  );

  it('sends the head alone for content without octets', async () => {
    const writes: Uint8Array[][] = [];
    const write = (pieces: Uint8Array[]): Promise<void> => {
      writes.push(pieces);
      return Promise.resolve();
    };
    await sendContent([HEAD], new CountedContent(0), optionsOf(write));
    expect(writes).toEqual([[HEAD]]);
  });

  it('sends the first piece together with the head', async () => {
    const counts: number[] = [];
    const write = (pieces: Uint8Array[]): Promise<void> => {
      counts.push(pieces.length);
      return Promise.resolve();
    };
    await sendContent([HEAD], new CountedContent(100_000), optionsOf(write));
    expect(counts).toEqual([2, 1]);
  });

  it('sends what short reads give', async () => {
    const written: Buffer[] = [];
    const write = (pieces: Uint8Array[]): Promise<void> => {
      written.push(...pieces.map((piece) => Buffer.from(piece)));
      return Promise.resolve();
    };
    await sendContent([], new CountedContent(10_000, 999), optionsOf(write));
    expect(Buffer.concat(written).equals(octetsTo(10_000))).toBe(true);
  });

  it('reads no more than two pieces of 64 KiB ahead of a socket that takes nothing', async () => {
    const content = new CountedContent(100 * MIB);
    const release: (() => void)[] = [];
    const write = (): Promise<void> => new Promise((resolve) => release.push(resolve));
    const sending = sendContent([HEAD], content, optionsOf(write));
    for (let turns = 0; turns < 20; turns++) {
      // oxlint-disable-next-line no-await-in-loop
      await turn();
    }
    expect(release).toHaveLength(1);
    expect(content.readBytes).toBe(2 * 64 * 1024);
    release[0]?.();
    await turn();
    expect(content.readBytes).toBeLessThanOrEqual(3 * 64 * 1024);
    void sending;
  });

  it('fills no buffer whose octets are still on their way', async () => {
    const onTheWay: { piece: Uint8Array; copy: Buffer; done: () => void }[] = [];
    const written: Buffer[] = [];
    const write = (pieces: Uint8Array[]): Promise<void> =>
      new Promise((resolve) => {
        const piece = pieces.at(-1) as Uint8Array;
        onTheWay.push({ piece, copy: Buffer.from(piece), done: resolve });
      });
    let over = false;
    const sending = sendContent([], new CountedContent(4 * MIB), optionsOf(write));
    const end = sending.then(() => (over = true));
    while (!over) {
      // oxlint-disable-next-line no-await-in-loop
      for (let turns = 0; turns < 4; turns++) await turn();
      const first = onTheWay.shift();
      if (first === undefined) continue;
      expect(Buffer.from(first.piece).equals(first.copy)).toBe(true);
      written.push(first.copy);
      first.done();
    }
    await end;
    expect(Buffer.concat(written).equals(octetsTo(4 * MIB))).toBe(true);
  });

  it('reads larger pieces for a socket that keeps up, and none above 1 MiB', async () => {
    const sizes: number[] = [];
    const write = (pieces: Uint8Array[]): Promise<void> => {
      sizes.push(pieces.at(-1)?.length ?? 0);
      return Promise.resolve();
    };
    await sendContent([], new CountedContent(16 * MIB), optionsOf(write));
    expect(sizes[0]).toBe(64 * 1024);
    expect(Math.max(...sizes)).toBe(MIB);
  });

  it.each([0, 100, 9 * MIB, 20 * MIB])(
    'keeps no large buffer when it is done, nor when it fails after %i octets',
    async (failsAfter) => {
      const buffers = new ChunkBuffers();
      let writtenBytes = 0;
      const write = (pieces: Uint8Array[]): Promise<void> => {
        if (writtenBytes >= failsAfter) return Promise.reject(new Error('gone'));
        for (const piece of pieces) writtenBytes += piece.length;
        return Promise.resolve();
      };
      const sending = sendContent(
        [HEAD],
        new CountedContent(16 * MIB),
        optionsOf(write, () => undefined, buffers),
      );
      await sending.catch(() => undefined);
      expect(buffers.largeInUse).toBe(0);
    },
  );

  it('rejects with what the write rejects with, and reads no further', async () => {
    const content = new CountedContent(100 * MIB);
    const write = (): Promise<void> => Promise.reject(new Error('write EPIPE'));
    await expect(sendContent([HEAD], content, optionsOf(write))).rejects.toThrow('write EPIPE');
    expect(content.readBytes).toBeLessThanOrEqual(2 * 64 * 1024);
  });

  it('rejects with what the content rejects with', async () => {
    const content = new CountedContent(10);
    content.read = () => Promise.reject(new Error('the file became shorter'));
    const write = (): Promise<void> => Promise.resolve();
    await expect(sendContent([HEAD], content, optionsOf(write))).rejects.toThrow(
      'the file became shorter',
    );
  });

  it('counts the octets of writes that are done, and no others', async () => {
    let sent = 0;
    let writes = 0;
    const write = (): Promise<void> =>
      ++writes === 2 ? Promise.reject(new Error('gone')) : Promise.resolve();
    const sending = sendContent(
      [HEAD],
      new CountedContent(MIB),
      optionsOf(write, (bytes) => (sent += bytes)),
    );
    await expect(sending).rejects.toThrow('gone');
    expect(sent).toBe(64 * 1024);
  });

  it('sends content that is in memory as it is, in one write', async () => {
    const octets = Buffer.from('all of it');
    const writes: Uint8Array[][] = [];
    let sent = 0;
    const write = (pieces: Uint8Array[]): Promise<void> => {
      writes.push(pieces);
      return Promise.resolve();
    };
    const content: Content = {
      lengthBytes: octets.length,
      octets,
      read: () => Promise.reject(new Error('not to be read')),
      close: () => Promise.resolve(),
    };
    await sendContent(
      [HEAD],
      content,
      optionsOf(write, (bytes) => (sent += bytes)),
    );
    expect(writes).toEqual([[HEAD, octets]]);
    expect(writes[0]?.[1]).toBe(octets);
    expect(sent).toBe(octets.length);
  });

  it.each([0, 1, 65_536, 200_000])(
    'sends %i octets of content whose length is not known beforehand',
    async (length) => {
      const written: Buffer[] = [];
      let sent = 0;
      const write = (pieces: Uint8Array[]): Promise<void> => {
        written.push(...pieces.map((piece) => Buffer.from(piece)));
        return Promise.resolve();
      };
      const known = new CountedContent(length);
      const content: Content = {
        lengthBytes: undefined,
        octets: undefined,
        read: (into) => known.read(into),
        close: () => known.close(),
      };
      await sendContent(
        [HEAD],
        content,
        optionsOf(write, (bytes) => (sent += bytes)),
      );
      expect(Buffer.concat(written).equals(Buffer.concat([HEAD, octetsTo(length)]))).toBe(true);
      expect(sent).toBe(length);
    },
  );

  it('gives nobody a buffer into which a read that failed may still write', async () => {
    const buffers = new ChunkBuffers();
    const given: Uint8Array[] = [];
    const content = new CountedContent(12 * MIB);
    const read = content.read.bind(content);
    content.read = (into) => {
      given.push(into);
      return content.readBytes < 10 * MIB ? read(into) : Promise.reject(new Error('stuck'));
    };
    const sending = sendContent(
      [HEAD],
      content,
      optionsOf(() => Promise.resolve(), undefined, buffers),
    );
    await expect(sending).rejects.toThrow('stuck');
    const late = given.at(-1) as Uint8Array;
    expect(late.buffer.byteLength).toBe(MIB);
    const next = Array.from({ length: 64 }, () => buffers.take(MIB));
    expect(next.every(({ buffer, length }) => buffer !== late.buffer && length === MIB)).toBe(true);
  });

  describe('where the site has octets at hand', () => {
    /** Content of which every other piece of 1000 octets is at hand. */
    function contentAtHand(length: number, isAtHand: (index: number) => boolean) {
      const content: Content & CountedContent = new CountedContent(length);
      const given: Uint8Array[] = [];
      content.next = () => {
        if (content.readBytes >= length || !isAtHand(given.length)) {
          given.push(EMPTY);
          return undefined;
        }
        const octets = new Uint8Array(Math.min(1000, length - content.readBytes));
        void content.read(octets);
        given.push(octets);
        return given.length % 3 === 0 ? octets : Promise.resolve(octets);
      };
      return { content, given };
    }

    it.each([
      ['all', () => true],
      ['every other', (index: number) => index % 2 === 0],
      ['the first', (index: number) => index === 0],
      ['what comes later', (index: number) => index > 0],
    ])('sends %s as it is, each octet once and in order', async (_what, isAtHand) => {
      const { content, given } = contentAtHand(150_001, isAtHand);
      const written: Buffer[] = [];
      const sentAsItIs: Uint8Array[] = [];
      let sent = 0;
      const write = (pieces: Uint8Array[]): Promise<void> => {
        written.push(...pieces.map((piece) => Buffer.from(piece)));
        sentAsItIs.push(...pieces);
        return Promise.resolve();
      };
      await sendContent(
        [HEAD],
        content,
        optionsOf(write, (bytes) => (sent += bytes)),
      );
      expect(Buffer.concat(written).equals(Buffer.concat([HEAD, octetsTo(150_001)]))).toBe(true);
      expect(sent).toBe(150_001);
      for (const octets of given) if (octets.length > 0) expect(sentAsItIs).toContain(octets);
    });

    it('asks for one piece at a time, however many there are', async () => {
      const { content, given } = contentAtHand(100_000, () => true);
      const release: (() => void)[] = [];
      const write = (): Promise<void> => new Promise((resolve) => release.push(resolve));
      const sending = sendContent([HEAD], content, optionsOf(write));
      for (let pieces = 1; pieces <= 3; pieces++) {
        // oxlint-disable-next-line no-await-in-loop
        for (let turns = 0; turns < 5; turns++) await turn();
        expect([given.length, release.length]).toEqual([pieces, pieces]);
        release.at(-1)?.();
      }
      void sending;
    });

    it('fails where it fails', async () => {
      const { content } = contentAtHand(100_000, () => true);
      content.next = () => Promise.reject(new Error('stuck'));
      const write = (): Promise<void> => Promise.resolve();
      await expect(sendContent([HEAD], content, optionsOf(write))).rejects.toThrow('stuck');
    });
  });
});
