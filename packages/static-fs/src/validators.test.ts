import { describe, expect, it } from 'vitest';

import { formatEntityTag } from './entity-tag.ts';
import { formatHttpDate } from './http-date.ts';
import {
  type EntityTagPolicy,
  needsContentTag,
  type ValidatorContext,
  validatorsOf,
} from './validators.ts';

const NOW = Date.UTC(2024, 4, 6, 7, 8, 9, 500);
const NOW_TEXT = 'Mon, 06 May 2024 07:08:09 GMT';
const CONTEXT: ValidatorContext = { etag: 'auto', contentCoding: undefined, nowMs: NOW };
const POLICIES = ['auto', 'stat', 'content', 'off'] as const satisfies readonly EntityTagPolicy[];
const CONTENT = 'b94d27b9934d3e08a52e52d7';

interface Facts {
  readonly mtimeMs: number;
  readonly mtimeNs?: bigint;
  readonly lengthBytes?: number;
}

function lastModified(mtimeMs: number): string | undefined {
  const { lastModifiedMs } = validatorsOf({ mtimeMs, lengthBytes: 1 }, CONTEXT);
  return lastModifiedMs === undefined ? undefined : formatHttpDate(lastModifiedMs);
}

function entityTag(facts: Facts, context: Partial<ValidatorContext> = {}): string | undefined {
  const tag = validatorsOf({ lengthBytes: 1, ...facts }, { ...CONTEXT, ...context }).entityTag;
  return tag === undefined ? undefined : formatEntityTag(tag);
}

describe('needsContentTag()', () => {
  it.each<[number, bigint | undefined, boolean, string]>([
    [784111777123, undefined, false, 'a date with part of a second'],
    [784111777000, undefined, true, 'a date that was given'],
    [784111777000, 784111777000000000n, true, 'a date that was given, on any disk'],
    [784111777000, 784111777000000001n, false, 'a nanosecond is part of a second'],
    [784111777123, 784111777123000000n, false, 'whole milliseconds are not'],
    [784111777000.0001, undefined, false, 'part of a microsecond'],
    [1_999_999_999_000, 1_999_999_999_000_000_000n, true, 'the future, given'],
    [0, 0n, true, 'no date was kept'],
    [0.5, undefined, true, 'no date was kept, but for part of a second'],
    [Date.UTC(1980, 0, 1), undefined, true, 'the first date of an archive'],
    [Date.UTC(1980, 0, 1) + 0.5, undefined, true, 'the same with part of a second'],
    [-1, undefined, true, 'before the epoch'],
    [NaN, undefined, true, 'no date'],
    [Infinity, undefined, true, 'the end of time'],
    [-Infinity, undefined, true, 'the beginning of time'],
  ])('for a file of %d (%s ns) gives %j with `auto`: %s', (mtimeMs, mtimeNs, expected) => {
    expect(needsContentTag({ mtimeMs, mtimeNs }, 'auto')).toBe(expected);
    expect(needsContentTag({ mtimeMs, mtimeNs }, 'content'), 'always').toBe(true);
    expect(needsContentTag({ mtimeMs, mtimeNs }, 'stat'), 'never read').toBe(false);
    expect(needsContentTag({ mtimeMs, mtimeNs }, 'off'), 'never read').toBe(false);
  });
});

describe('validatorsOf()', () => {
  it.each<[number, string | undefined, string]>([
    [784111777123, 'Sun, 06 Nov 1994 08:49:37 GMT', 'the date of the file'],
    [NOW, NOW_TEXT, 'this very moment'],
    [NOW + 1, NOW_TEXT, 'the future is now (RFC 9110 §8.8.2.1)'],
    [NOW + 1e15, NOW_TEXT, 'a year of five digits'],
    [Infinity, NOW_TEXT, 'the end of time'],
    [2000, 'Thu, 01 Jan 1970 00:00:02 GMT', 'the first date that somebody may have meant'],
    [Date.UTC(1980, 6, 1), 'Tue, 01 Jul 1980 00:00:00 GMT', 'an old file'],
  ])('dates a file of %d with %j: %s', (mtimeMs, expected) => {
    expect(lastModified(mtimeMs)).toBe(expected);
  });

  it.each<[number, string]>([
    [1999, 'a package store'],
    [1000, 'a package store'],
    [0, 'no date was kept'],
    [-5e12, 'before the epoch'],
    [NaN, 'no date'],
    [Date.UTC(1980, 0, 1), 'the first date of an archive'],
    [Date.UTC(1980, 0, 1, 0, 0, 1), 'a build pack'],
    [new Date('1980-01-01T00:00:00+14:00').getTime(), 'an archive, unpacked far in the east'],
    [new Date('1980-01-01T00:00:00-12:00').getTime(), 'an archive, unpacked far in the west'],
    [Date.UTC(1980, 1, 1), 'an archive that is the same each time'],
    [Date.UTC(1985, 9, 26, 8, 15), 'a package'],
  ])('makes nothing of the date %d: %s', (mtimeMs) => {
    for (const etag of POLICIES) {
      expect(validatorsOf({ mtimeMs, lengthBytes: 1 }, { ...CONTEXT, etag })).toEqual({});
    }
    const known = { ...CONTEXT, contentTag: CONTENT };
    expect(validatorsOf({ mtimeMs, lengthBytes: 1 }, known), 'but of the content').toEqual({
      entityTag: { weak: false, opaque: CONTENT },
    });
  });

  it.each<[EntityTagPolicy, number, string | undefined, string | undefined, string]>([
    ['auto', 784111777000, CONTENT, `"${CONTENT}"`, 'the content, where the date was given'],
    ['auto', 784111777000, undefined, undefined, 'none while it is not known'],
    ['auto', 784111777123, CONTENT, '"5ygofdkkw6v4-1"', 'the date, where it was not given'],
    ['content', 784111777123, CONTENT, `"${CONTENT}"`, 'the content'],
    ['content', 784111777123, undefined, undefined, 'none while it is not known'],
    ['content', NOW, CONTENT, `"${CONTENT}"`, 'strong at once, however young the file'],
    ['content', NOW + 1e12, CONTENT, `"${CONTENT}"`, 'from the future, too'],
    ['content', Infinity, CONTENT, `"${CONTENT}"`, 'at the end of time, too'],
    ['stat', 784111777000, CONTENT, '"5ygofdijnvgg-1"', 'the date, whoever gave it'],
    ['stat', Infinity, CONTENT, undefined, 'nothing that could be written down'],
    ['off', 784111777000, CONTENT, undefined, 'none'],
  ])('makes with `%s` for a date of %d and the content %j the tag %j: %s', (...row) => {
    const [etag, mtimeMs, contentTag, expected] = row;
    expect(entityTag({ mtimeMs }, { etag, contentTag })).toBe(expected);
    const validators = validatorsOf({ mtimeMs, lengthBytes: 1 }, { ...CONTEXT, etag, contentTag });
    expect(validators.lastModifiedMs, 'the date stays').toBe(Math.min(mtimeMs, NOW));
  });

  it('makes a strong entity tag of date and length', () => {
    expect(entityTag({ mtimeMs: 784111777123, lengthBytes: 36 })).toBe('"5ygofdkkw6v4-10"');
  });

  it('tells two versions apart that are one nanosecond or one octet apart', () => {
    const mtimeMs = 784111777123;
    const tags = [
      entityTag({ mtimeMs, mtimeNs: 784111777123000000n }),
      entityTag({ mtimeMs, mtimeNs: 784111777123000001n }),
      entityTag({ mtimeMs, mtimeNs: 784111777123000000n, lengthBytes: 2 }),
    ];
    expect(new Set(tags).size).toBe(3);
  });

  it('gives the same tag whether the disk keeps nanoseconds or not, where they are zero', () => {
    const mtimeMs = 784111777123;
    expect(entityTag({ mtimeMs, mtimeNs: 784111777123000000n })).toBe(entityTag({ mtimeMs }));
  });

  it.each<[number, boolean, string]>([
    [0, true, 'just now'],
    [1999.9, true, 'within two seconds'],
    [2000, false, 'two seconds ago'],
    [-1, true, 'from the future'],
    [-1e12, true, 'from the far future'],
  ])('gives for a file that is %d ms old a tag that is weak: %j, %s', (ageMs, weak) => {
    expect(entityTag({ mtimeMs: NOW - ageMs })?.startsWith('W/')).toBe(weak);
  });

  it('does not let a weak tag match the strong one that follows it', () => {
    const facts = { mtimeMs: NOW, lengthBytes: 36 };
    const weak = validatorsOf(facts, CONTEXT).entityTag;
    const strong = validatorsOf(facts, { ...CONTEXT, nowMs: NOW + 5000 }).entityTag;
    expect(weak).toMatchObject({ weak: true });
    expect(strong).toEqual({ weak: false, opaque: weak?.opaque.replace('~', '') });
    expect(strong?.opaque).not.toBe(weak?.opaque);
  });

  it('gives each content coding a tag of its own', () => {
    const mtimeMs = 784111777123;
    expect(entityTag({ mtimeMs }, { contentCoding: 'br' })).toBe('"5ygofdkkw6v4-1-br"');
    expect(entityTag({ mtimeMs }, { contentCoding: 'gzip' })).toBe('"5ygofdkkw6v4-1-gzip"');
    const context = { etag: 'content', contentTag: CONTENT, contentCoding: 'gzip' } as const;
    expect(entityTag({ mtimeMs }, context)).toBe(`"${CONTENT}-gzip"`);
  });

  it('makes no tag where none is wanted, and the date all the same', () => {
    const validators = validatorsOf({ mtimeMs: NOW, lengthBytes: 1 }, { ...CONTEXT, etag: 'off' });
    expect(validators).toEqual({ entityTag: undefined, lastModifiedMs: NOW });
  });
});
