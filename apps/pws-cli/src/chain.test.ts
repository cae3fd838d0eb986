import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Chain, type Chained } from './chain.ts';

class Link implements Chained<Link> {
  older: Link | undefined;
  newer: Link | undefined;
  readonly id: number;

  constructor(id: number) {
    this.id = id;
  }
}

function idsOf(chain: Chain<Link>): number[] {
  const ids: number[] = [];
  chain.forEach(({ id }) => ids.push(id));
  return ids;
}

/** Ids of those that come, or whose turn it is to go. */
const COMING_AND_GOING = fc.array(fc.tuple(fc.boolean(), fc.nat({ max: 20 })), { maxLength: 100 });

describe('a chain', () => {
  it('has what a Set has, in its order', () => {
    fc.assert(
      fc.property(COMING_AND_GOING, (steps) => {
        const links = Array.from({ length: 21 }, (_, id) => new Link(id));
        const chain = new Chain<Link>();
        const set = new Set<Link>();
        for (const [comes, id] of steps) {
          const link = links[id] as Link;
          if (!comes) chain.delete(link);
          else if (!chain.has(link)) chain.add(link);
          if (comes) set.add(link);
          else set.delete(link);
          expect(idsOf(chain)).toEqual(Array.from(set, (each) => each.id));
          expect(chain.size).toBe(set.size);
          expect(chain.oldest).toBe([...set][0]);
          expect(links.map((each) => chain.has(each))).toEqual(links.map((each) => set.has(each)));
        }
      }),
    );
  });

  it('has nothing to do with what has gone', () => {
    const chain = new Chain<Link>();
    const links = [1, 2, 3].map((id) => new Link(id));
    for (const link of links) chain.add(link);
    for (const link of links) chain.delete(link);
    for (const link of links) expect([link.older, link.newer]).toEqual([undefined, undefined]);
  });

  it.each([
    ['itself', [1, 2, 3, 4], (id: number) => [id]],
    ['all that come behind', [1], (id: number) => [id + 1, id + 2, id + 3]],
    ['all that were before', [1, 2, 3, 4], (id: number) => [id - 1, id - 2]],
    ['its neighbours', [1, 3], (id: number) => [id - 1, id + 1]],
  ])('is gone through to its end though whoever is visited removes %s', (_what, visited, gone) => {
    const links = [1, 2, 3, 4].map((id) => new Link(id));
    const chain = new Chain<Link>();
    for (const link of links) chain.add(link);
    const seen: number[] = [];
    chain.forEach(({ id }) => {
      seen.push(id);
      for (const other of gone(id)) if (links[other - 1]) chain.delete(links[other - 1] as Link);
    });
    expect(seen).toEqual(visited);
  });

  it('keeps nothing of what came and went, though no more than the young objects are collected', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as (options: { type: 'minor' | 'major' }) => void;
    const chain = new Chain<Link & { weight?: number[] }>();
    const comeAndGo = (count: number): void => {
      for (let id = 0; id < count; id += 1) {
        const link = Object.assign(new Link(id), { weight: Array.from({ length: 200 }, () => id) });
        chain.add(link);
        if (chain.size > 8) chain.delete(chain.oldest as Link);
      }
    };
    comeAndGo(2000);
    // What is there has become old.
    for (const type of ['minor', 'minor', 'major'] as const) collect({ type });
    const before = process.memoryUsage().heapUsed;
    for (let round = 0; round < 20; round += 1) {
      comeAndGo(500);
      collect({ type: 'minor' });
    }
    // Of 10,000 of them, each of more than 1600 octets. A Set keeps 7 MB.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(2_000_000);
  });
});
