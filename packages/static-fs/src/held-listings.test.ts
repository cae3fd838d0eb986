import { describe, expect, it } from 'vitest';

import { fileEntry } from '../test/listing-entries.ts';
import { HeldListings, type HeldListing } from './held-listings.ts';

function setUp(maxEntries: number) {
  let gate = Promise.resolve();
  const held = new HeldListings(
    {
      list: async (segments) => {
        await gate;
        if (segments[0] === 'none') return { kind: 'nothing' };
        if (segments[0] === 'broken') throw new Error('broken');
        const entries = Array.from({ length: Number(segments[0]) }, (_, index) =>
          fileEntry(`f${index}`),
        );
        return { segments, entries, truncated: false };
      },
    },
    maxEntries,
  );
  const list = async (count: number): Promise<HeldListing> => {
    const listing = await held.list([String(count)]);
    if ('kind' in listing) throw new Error('nothing');
    return listing;
  };
  const waitFor = (promise: Promise<void>): void => {
    gate = promise;
  };
  return { held, list, waitFor };
}

const BUSY = { kind: 'busy' };

describe('listings that are held', () => {
  it('are as many as have room, the last of them whole', async () => {
    const { list } = setUp(10);
    await list(9);
    expect((await list(5)).entries).toHaveLength(5);
    await expect(list(1)).rejects.toMatchObject(BUSY);
    await expect(list(0)).rejects.toMatchObject(BUSY);
  });

  it('give their room back, once', async () => {
    const { list } = setUp(10);
    const listing = await list(9);
    await list(5);
    listing.release();
    listing.release();
    await list(5);
    await expect(list(1)).rejects.toMatchObject(BUSY);
  });

  it('are counted once they are there, also where several are asked for at once', async () => {
    const { list, waitFor } = setUp(10);
    let open = (): void => {};
    waitFor(new Promise((resolve) => (open = resolve)));
    const asked = Promise.allSettled([list(10), list(10), list(10)]);
    open();
    expect((await asked).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
    ]);
  });

  it('are not those that came to nothing', async () => {
    const { held, list } = setUp(1);
    expect(await held.list(['none'])).toEqual({ kind: 'nothing' });
    await expect(held.list(['broken'])).rejects.toThrow('broken');
    expect((await list(1)).entries).toHaveLength(1);
  });
});
