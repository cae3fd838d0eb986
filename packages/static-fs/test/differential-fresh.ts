// If-None-Match and If-Modified-Since against `fresh`, which `send` and Express ask whether a 304
// is enough. RFC 9110 §13.1.2, §13.1.3, §13.2.2.

import fc from 'fast-check';
import fresh from 'fresh';

import {
  type EntityTag,
  evaluatePreconditions,
  formatEntityTag,
  formatHttpDate,
} from '../src/index.ts';
import { toImfFixdate } from './differential-dates.ts';
import { type Comparison, readFieldValues, type Reason } from './differential.ts';

interface FreshInput {
  readonly ifNoneMatch?: string | undefined;
  readonly ifModifiedSince?: string | undefined;
  readonly cacheControl?: string | undefined;
  readonly entityTag?: EntityTag | undefined;
  readonly lastModifiedMs?: number | undefined;
}

const NOW = Date.UTC(2026, 7, 15, 12, 0, 0);
const MTIME = Date.UTC(2024, 4, 6, 7, 8, 9);
const DATE = 'Mon, 06 May 2024 07:08:09 GMT';
const STRONG: EntityTag = { weak: false, opaque: 'a' };
const WEAK: EntityTag = { weak: true, opaque: 'a' };
const COMMA: EntityTag = { weak: false, opaque: 'a,b' };

const LISTS = readFieldValues('if-none-match');
const DATES = readFieldValues('if-modified-since');
const CACHE_CONTROL = [
  'no-cache',
  'max-age=0',
  'no-cache, max-age=0',
  'max-age=0,no-cache',
  'No-Cache',
];

const inputs: readonly FreshInput[] = [
  ...[STRONG, WEAK, COMMA, undefined].flatMap((entityTag) =>
    LISTS.map((ifNoneMatch) => ({ ifNoneMatch, entityTag, lastModifiedMs: MTIME })),
  ),
  ...DATES.map((ifModifiedSince) => ({ ifModifiedSince, lastModifiedMs: MTIME + 999 })),
  ...[DATE, 'Mon, 06 May 2024 07:08:08 GMT', 'foo'].flatMap((ifModifiedSince) => [
    { ifModifiedSince, entityTag: STRONG },
    { ifModifiedSince, entityTag: STRONG, lastModifiedMs: 0 },
    ...['"a"', '"b"', '*', '', ',', 'a', 'W/"a"'].map((ifNoneMatch) => {
      return { ifNoneMatch, ifModifiedSince, entityTag: STRONG, lastModifiedMs: MTIME };
    }),
    ...['"a"', '*'].map((ifNoneMatch) => {
      return { ifNoneMatch, ifModifiedSince, lastModifiedMs: MTIME };
    }),
  ]),
  ...CACHE_CONTROL.flatMap((cacheControl) => [
    { cacheControl, ifNoneMatch: '"a"', entityTag: STRONG },
    { cacheControl, ifNoneMatch: '"b"', entityTag: STRONG },
    { cacheControl, ifModifiedSince: DATE, lastModifiedMs: MTIME },
  ]),
  { entityTag: STRONG, lastModifiedMs: MTIME },
  ...['23:59:59', '23:59:60'].flatMap((time) => {
    const ifModifiedSince = `Mon, 06 May 2024 ${time} GMT`;
    const midnightMs = Date.UTC(2024, 4, 7);
    return [-2000, -1000, 0].map((ms) => ({ ifModifiedSince, lastModifiedMs: midnightMs + ms }));
  }),
];

function theirs(input: FreshInput): string {
  const { entityTag, lastModifiedMs } = input;
  const isFresh = fresh(
    {
      'if-none-match': input.ifNoneMatch,
      'if-modified-since': input.ifModifiedSince,
      'cache-control': input.cacheControl,
    },
    {
      etag: entityTag && formatEntityTag(entityTag),
      'last-modified': lastModifiedMs === undefined ? undefined : formatHttpDate(lastModifiedMs),
    },
  );
  return isFresh ? '304' : '200';
}

function ours(input: FreshInput): string {
  const values = new Map([
    ['If-None-Match', input.ifNoneMatch],
    ['If-Modified-Since', input.ifModifiedSince],
    ['Cache-Control', input.cacheControl],
  ]);
  const request = { method: 'GET', fields: { get: (name: string) => values.get(name) } };
  return evaluatePreconditions(request, input, NOW) === 'not-modified' ? '304' : '200';
}

// The grammar once more, by other means than ours.
const ENTITY_TAG = /(?:W\/)?"[!#-~\x80-\xff]*"/g;
const ENTITY_TAG_LIST = /^(?:[\t ]*(?:(?:W\/)?"[!#-~\x80-\xff]*")?[\t ]*(?:,|$))*$/;
/** The list with no comma in an entity tag. */
function withoutCommas(text: string): string {
  return text.replace(ENTITY_TAG, (tag) => tag.replaceAll(',', ';'));
}

/** If-Modified-Since, where it is what counts. */
function sinceOf({ ifNoneMatch, ifModifiedSince }: FreshInput): string | undefined {
  return ifNoneMatch === undefined ? ifModifiedSince : undefined;
}

const reasons: readonly Reason<FreshInput>[] = [
  {
    name: 'A client that reloads',
    clause: 'RFC 9111 §5.2.1.4',
    sentence:
      'no-cache is for caches: they ask the origin server before they answer, and its 304 is the answer. They send everything anew, as RFC 2616 was read.',
    mend: (input) => ({ ask: { ...input, cacheControl: undefined } }),
  },
  {
    name: 'A list that is empty',
    clause: 'RFC 9110 §13.1.3, §5.6.1.2',
    sentence:
      'If-Modified-Since must be ignored where there is an If-None-Match, and one that lists nothing is one. They take it for none.',
    mend: ({ ifNoneMatch }) => (ifNoneMatch === '' ? { answer: '200' } : undefined),
  },
  {
    name: 'A list that is none',
    clause: 'RFC 9110 §13.1.2, §8.8.3',
    sentence:
      'What is not in the grammar names no version, and a 304 would be for one that the client may not have. They split at commas and compare text.',
    mend({ ifNoneMatch }) {
      if (ifNoneMatch === undefined || ifNoneMatch === '*') return undefined;
      return ENTITY_TAG_LIST.test(ifNoneMatch) ? undefined : { answer: '200' };
    },
  },
  {
    name: 'A comma within an entity tag',
    clause: 'RFC 9110 §8.8.3',
    sentence: 'A comma is an etagc. They split there.',
    mend(input) {
      const { ifNoneMatch, entityTag } = input;
      if (ifNoneMatch === undefined || entityTag === undefined) return undefined;
      const opaque = entityTag.opaque.replaceAll(',', ';');
      const mended = {
        ifNoneMatch: withoutCommas(ifNoneMatch),
        entityTag: { ...entityTag, opaque },
      };
      return { ask: { ...input, ...mended } };
    },
  },
  {
    name: 'A tab between entity tags',
    clause: 'RFC 9110 §5.6.3',
    sentence: 'OWS is SP or HTAB. They know SP.',
    mend: (input) => ({
      ask: { ...input, ifNoneMatch: input.ifNoneMatch?.replaceAll('\t', ' ') },
    }),
  },
  {
    name: 'A date that is none',
    clause: 'RFC 9110 §13.1.3, §5.6.7',
    sentence:
      'What is not one of the three forms, to the letter, and a day that exists, must be ignored. They take whatever `Date.parse()` makes a date of.',
    mend(input) {
      const since = sinceOf(input);
      if (since === undefined || toImfFixdate(since, NOW) !== undefined) return undefined;
      return { answer: '200' };
    },
  },
  {
    name: 'A year before 100',
    clause: 'RFC 9110 §5.6.7',
    sentence:
      'A year of four digits is that year, long before any file. `Date.parse()` takes 0024 for 2024.',
    mend(input) {
      const since = toImfFixdate(sinceOf(input) ?? '', NOW);
      return since !== undefined && /^.{12}00/.test(since) ? { answer: '200' } : undefined;
    },
  },
  {
    name: 'A leap second',
    clause: 'RFC 9110 §5.6.7',
    sentence:
      'second may be 60, for a leap second: later than 23:59:59, earlier than midnight. `Date.parse()` knows none and forgets the seconds.',
    mend(input) {
      const since = sinceOf(input)?.replace('23:59:60', '23:59:59');
      return since === undefined ? undefined : { ask: { ...input, ifModifiedSince: since } };
    },
  },
  {
    name: 'An obsolete form',
    clause: 'RFC 9110 §5.6.7',
    sentence:
      'All dates are UTC, and a year of two digits is at most fifty years ahead. `Date.parse()` takes the form of asctime for local time, and 50 for 1950.',
    mend(input) {
      const since = toImfFixdate(sinceOf(input) ?? '', NOW);
      return since === undefined ? undefined : { ask: { ...input, ifModifiedSince: since } };
    },
  },
];

const tag = fc.constantFrom('"a"', 'W/"a"', '"b"', '"a,b"', 'W/"b"', '"c"', '"d"', '""');
const list = fc.oneof(
  { weight: 6, arbitrary: fc.array(tag, { maxLength: 4 }).map((tags) => tags.join(', ')) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.oneof(tag, fc.constantFrom(',', ' ', '\t', 'W/', '"', 'a', '*')), { maxLength: 6 })
      .map((pieces) => pieces.join('').trim()),
  },
);
const seconds = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -2e9, max: 2e9 }));
const imfFixdate = seconds.map((since) => formatHttpDate(Math.max(0, MTIME + since * 1000)) ?? '');
const date = fc.oneof(
  imfFixdate,
  imfFixdate.map((text) => {
    const [day = '', month = '', year = '', time = ''] = text.slice(5).split(' ');
    return `Mon ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`;
  }),
  imfFixdate.map((text) => {
    const [day = '', month = '', year = '', time = ''] = text.slice(5).split(' ');
    return `Monday, ${day}-${month}-${year.slice(2)} ${time} GMT`;
  }),
  fc
    .tuple(imfFixdate, fc.nat({ max: 28 }), fc.constantFrom('', ' ', '0', '9', 'a', ':'))
    .map(([text, at, piece]) => (text.slice(0, at) + piece + text.slice(at + 1)).trim()),
);
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

/** If-None-Match and If-Modified-Since against `fresh`. */
export const freshness: Comparison<FreshInput> = {
  name: 'fresh',
  title: '`fresh` and `evaluatePreconditions()`, for GET',
  inputs,
  generated: fc.record({
    ifNoneMatch: optional(list),
    ifModifiedSince: optional(date),
    cacheControl: fc.option(fc.constantFrom(...CACHE_CONTROL), { nil: undefined, freq: 20 }),
    entityTag: optional(fc.constantFrom(STRONG, WEAK, COMMA)),
    lastModifiedMs: fc.constantFrom(MTIME, MTIME + 1, undefined),
  }),
  generatedCount: 10_000,
  describe,
  theirs,
  ours,
  reasons,
};

function describe(input: FreshInput): string {
  const { ifNoneMatch, ifModifiedSince, cacheControl, entityTag, lastModifiedMs } = input;
  const date = lastModifiedMs === undefined ? undefined : formatHttpDate(lastModifiedMs);
  const lines = [
    ['If-None-Match', ifNoneMatch],
    ['If-Modified-Since', ifModifiedSince],
    ['Cache-Control', cacheControl],
    ['ETag', ifNoneMatch === undefined || !entityTag ? undefined : formatEntityTag(entityTag)],
    ['Last-Modified', ifModifiedSince === undefined ? undefined : date],
  ];
  return lines
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}`)
    .join('; ');
}
