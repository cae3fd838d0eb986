import { describe, expect, it } from 'vitest';

import { countedFile, octetAt } from '../test/counted-file.ts';
import { FilePieces, PIECE_BYTES } from './file-pieces.ts';

const LENGTH = 2 * PIECE_BYTES + 100;
const COST = PIECE_BYTES + 4096;

function setUp(roomBytes = Infinity) {
  const file = countedFile(LENGTH, roomBytes);
  const pieces = new FilePieces(file);
  const from = (first: number, last = LENGTH - 1): ReturnType<FilePieces['from']> =>
    pieces.from({ first, last }, (position, into) => file.read(position, [into]));
  return { pieces, state: file.state, from };
}

describe('octets from a position on', () => {
  it.each([
    [0, PIECE_BYTES, 'the first piece'],
    [1000, PIECE_BYTES - 1000, 'what is left of it'],
    [PIECE_BYTES, PIECE_BYTES, 'another'],
    [2 * PIECE_BYTES, 100, 'the last, which is short'],
    [LENGTH - 1, 1, 'the last octet'],
  ])('%i: %i octets, %s; read once', async (first, bytes) => {
    const { state, from } = setUp();
    const octets = await from(first);
    expect(octets).toHaveLength(bytes);
    expect([octets?.[0], octets?.at(-1)]).toEqual([octetAt(first), octetAt(first + bytes - 1)]);
    const again = from(first);
    expect(again, 'at once').toBeInstanceOf(Uint8Array);
    // Not toEqual(), which takes seconds for a mebibyte.
    expect(Buffer.compare(again as Uint8Array, octets!)).toBe(0);
    expect(state.reads).toBe(1);
  });

  it('are no more than were asked for', async () => {
    const { from } = setUp();
    await from(0);
    expect(from(10, 19)).toHaveLength(10);
    expect(from(10, PIECE_BYTES + 5)).toHaveLength(PIECE_BYTES - 10);
  });

  it('are not read where less than to the end of their piece is wanted', () => {
    const { state, from } = setUp();
    expect(from(0, PIECE_BYTES - 2)).toBeUndefined();
    expect(from(2 * PIECE_BYTES, LENGTH - 2)).toBeUndefined();
    expect(state).toMatchObject({ reads: 0, countedBytes: 0 });
  });

  it('are read once for all who ask meanwhile', async () => {
    const { state, from } = setUp();
    const [one, other] = await Promise.all([from(0), from(10)]);
    expect([one?.length, other?.length]).toEqual([PIECE_BYTES, PIECE_BYTES - 10]);
    expect(state).toMatchObject({ reads: 1, countedBytes: COST });
  });

  it('are not kept where they could be of another version, nor given', async () => {
    const { state, from } = setUp();
    state.isSame = false;
    expect(await Promise.all([from(0), from(10)])).toEqual([undefined, undefined]);
    expect(state).toMatchObject({ reads: 1, countedBytes: 0 });
    state.isSame = true;
    expect(await from(0)).toHaveLength(PIECE_BYTES);
  });

  it('are not read where there is no room for them', () => {
    const { state, from } = setUp(COST - 1);
    expect(from(0)).toBeUndefined();
    expect(state.reads).toBe(0);
  });

  it('that cannot be read are an error for the one who reads, and for nobody else', async () => {
    const { pieces, state, from } = setUp();
    let fail = (_error: Error): void => {};
    const reading = new Promise<boolean>((_resolve, reject) => (fail = reject));
    const one = pieces.from({ first: 0, last: LENGTH - 1 }, () => reading);
    const other = from(0);
    fail(new Error('stuck'));
    await expect(one).rejects.toThrow('stuck');
    expect(await other).toBeUndefined();
    expect(state).toMatchObject({ reads: 0, countedBytes: 0 });
    expect(await from(0)).toHaveLength(PIECE_BYTES);
  });
});
