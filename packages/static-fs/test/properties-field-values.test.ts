import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';

import {
  applicableRange,
  type ContentRange,
  type EntityTag,
  evaluateIfRange,
  evaluatePreconditions,
  formatContentRange,
  formatEntityTag,
  formatHttpDate,
  matchesStrongly,
  matchesWeakly,
  parseAccept,
  parseAcceptEncoding,
  parseContentRange,
  parseEntityTag,
  parseEntityTagList,
  parseHttpDate,
  parseRange,
  type PreconditionResult,
  type RangeSpec,
  resolveRanges,
  type Validators,
} from '../src/index.ts';

const RUNS = { numRuns: 2000 };
const MAX = Number.MAX_SAFE_INTEGER;
const MAX_DATE_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const NOW = Date.UTC(2026, 7, 15, 12, 0, 0);

// What field values are made of, in any order.
const PIECES = [
  'bytes= bytes 0- -1 -0 0-0 5-2 1-x / * , ; q= q=0 q=0.5 q=1 q=2 W/ " \\ "a" "b" W/"a" = - a b',
  'gzip br identity text/html text/* */* charset=utf-8 x="1" Sun, Sunday, 06 Nov 06-Nov-94 1994',
  '08:49:37 23:59:60 GMT 99999999999999999999 9007199254740992 \u00e9 \u0100 \ud800 \n \0',
];
const piece = fc.constantFrom(' ', '\t', ', ', ...PIECES.join(' ').split(' '));
const anyText = fc.oneof(
  fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
  fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(' ')),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

const opaque = fc
  .array(
    fc.integer({ min: 0x21, max: 0xff }).filter((octet) => octet !== 0x22 && octet !== 0x7f),
    { maxLength: 8 },
  )
  .map((octets) => String.fromCharCode(...octets));
const anyTag: fc.Arbitrary<EntityTag> = fc.record({ weak: fc.boolean(), opaque });
// Few, so that some are equal.
const aTag: fc.Arbitrary<EntityTag> = fc.record({
  weak: fc.boolean(),
  opaque: fc.constantFrom('a', 'b', ''),
});
const date = fc.integer({ min: 0, max: MAX_DATE_MS });

describe('for any text', () => {
  it('no parser throws, and what is read can be written and read again', () => {
    fc.assert(
      fc.property(anyText, date, (text, nowMs) => {
        parseHttpDate(text, nowMs);
        const tag = parseEntityTag(text);
        if (tag !== undefined) expect(formatEntityTag(tag)).toBe(text);
        const tags = parseEntityTagList(text);
        if (tags !== undefined && tags !== '*') {
          expect(parseEntityTagList(tags.map(formatEntityTag).join(', '))).toEqual(tags);
        }
        const range = parseContentRange(text);
        if (range !== undefined) {
          expect(parseContentRange(formatContentRange(range))).toEqual(range);
        }
        const ranges = parseRange(text);
        if (ranges !== undefined) expect(ranges.length).toBeGreaterThan(0);
        for (const weights of [parseAccept(text), parseAcceptEncoding(text)]) {
          for (const name of ['identity', 'gzip', 'text/html;charset=utf-8', text]) {
            const weight = weights?.of(name) ?? 0;
            expect(weight * 1000).toBeCloseTo(Math.round(weight * 1000), 6);
            expect(weight >= 0 && weight <= 1).toBe(true);
          }
        }
      }),
      { numRuns: 5000 },
    );
  });

  it('no parser throws where the text is very long', () => {
    for (const unit of ['0', '"', '"\\', ' ', ',', 'a/b;x="', '"a",', '0-0,', 'gzip;', '\ud800']) {
      const text = unit.repeat(200_000);
      for (const value of [text, `bytes=${text}`, `bytes 0-${text}`, `a/b;x="${text}`]) {
        expect(parseHttpDate(value, NOW)).toBeUndefined();
        expect(parseContentRange(value)).toBeUndefined();
        parseEntityTag(value);
        parseEntityTagList(value);
        parseRange(value);
        parseAccept(value);
        parseAcceptEncoding(value);
      }
    }
  });
});

describe('the cost of a parser, in looks at a character', () => {
  // Lists, and what could be taken for the beginning of something again and again.
  const UNITS = [
    ...'" "a" "a", W/ W/" 0-0, 0 - 0- 1-0, a a/b, a/b; a/b;x=1; a/b;x=" a/b;x="1";q=0,'.split(' '),
    ' ',
    ', ',
    'gzip;q=0, ',
    'gzip ; ',
    'a/b;x="\\"\\\\",',
  ];

  function countLooks(run: () => unknown): number {
    const spy = vi.spyOn(String.prototype, 'charCodeAt');
    try {
      run();
      return spy.mock.calls.length;
    } finally {
      spy.mockRestore();
    }
  }

  it.each<[string, string, number, (text: string) => unknown]>([
    ['parseEntityTag', '', 2, parseEntityTag],
    ['parseEntityTagList', '', 3, parseEntityTagList],
    ['parseRange', 'bytes=', 2, (text) => parseRange(text, { maxRanges: Infinity })],
    ['parseAcceptEncoding', '', 9, parseAcceptEncoding],
    ['parseAccept', '', 9, parseAccept],
    ['parseAccept', 'a/b;x="', 9, parseAccept],
  ])('of %s(), behind %j, is at most %d, whatever comes many times over', (...row) => {
    const [, start, most, parse] = row;
    for (const unit of UNITS) {
      const text = start + unit.repeat(3000);
      const looks = countLooks(() => parse(text));
      expect(looks).toBeGreaterThan(0);
      expect(looks, unit).toBeLessThanOrEqual(most * text.length);
    }
  });
});

describe('for any date', () => {
  it('what is written is read, to the second', () => {
    fc.assert(
      fc.property(date, date, (epochMs, nowMs) => {
        const text = formatHttpDate(epochMs) ?? '';
        expect(parseHttpDate(text, nowMs)).toBe(epochMs - (epochMs % 1000));
      }),
      RUNS,
    );
  });

  it('the three forms are read as the same', () => {
    const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
    // Within fifty years of now, where two digits of the year are enough.
    const near = fc.integer({ min: Date.UTC(1977, 0, 1), max: Date.UTC(2075, 11, 31) });
    fc.assert(
      fc.property(near, (epochMs) => {
        const text = formatHttpDate(epochMs) ?? '';
        const [day = '', month = '', year = '', time = ''] = text.slice(5).split(' ');
        const name = DAYS[new Date(epochMs).getUTCDay()] ?? '';
        const expected = parseHttpDate(text, NOW);
        expect(expected).toBeDefined();
        expect(parseHttpDate(`${name}, ${day}-${month}-${year.slice(2)} ${time} GMT`, NOW)).toBe(
          expected,
        );
        const padded = String(Number(day)).padStart(2);
        expect(parseHttpDate(`${name.slice(0, 3)} ${month} ${padded} ${time} ${year}`, NOW)).toBe(
          expected,
        );
      }),
      RUNS,
    );
  });

  it('two digits of a year are never more than fifty years from now', () => {
    const lastTwoDigits = fc.integer({ min: 0, max: 99 });
    fc.assert(
      fc.property(lastTwoDigits, date, (digits, nowMs) => {
        const year = String(digits).padStart(2, '0');
        const epochMs = parseHttpDate(`Sunday, 06-Nov-${year} 08:49:37 GMT`, nowMs) ?? NaN;
        const limit = (years: number): number => {
          const at = new Date(nowMs);
          return at.setUTCFullYear(at.getUTCFullYear() + years);
        };
        expect(new Date(epochMs).getUTCFullYear() % 100).toBe(digits);
        expect(epochMs).toBeLessThanOrEqual(limit(50));
        expect(epochMs).toBeGreaterThan(limit(-50) - 86_400_000); // 29 February
      }),
      RUNS,
    );
  });
});

describe('for any entity tags', () => {
  it('what is written is read, alone and in a list', () => {
    const separator = fc.constantFrom(',', ', ', ' ,', '\t, , ,');
    fc.assert(
      fc.property(fc.array(anyTag, { maxLength: 6 }), separator, (tags, between) => {
        const texts = tags.map(formatEntityTag);
        expect(texts.map(parseEntityTag)).toEqual(tags);
        expect(parseEntityTagList(texts.join(between))).toEqual(tags);
      }),
    );
  });

  it('comparisons keep their laws', () => {
    fc.assert(
      fc.property(aTag, aTag, aTag, (a, b, c) => {
        expect(matchesWeakly(a, a)).toBe(true);
        expect(matchesStrongly(a, a)).toBe(!a.weak);
        expect(matchesWeakly(a, b)).toBe(matchesWeakly(b, a));
        expect(matchesStrongly(a, b)).toBe(matchesStrongly(b, a));
        if (matchesStrongly(a, b)) expect(matchesWeakly(a, b)).toBe(true);
        if (matchesWeakly(a, b) && matchesWeakly(b, c)) expect(matchesWeakly(a, c)).toBe(true);
        if (matchesStrongly(a, b) && matchesStrongly(b, c)) {
          expect(matchesStrongly(a, c)).toBe(true);
        }
      }),
    );
  });
});

describe('for any ranges', () => {
  const number = fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 40 }) },
    fc.maxSafeNat(),
    fc.constantFrom(2 ** 32, MAX - 1, MAX),
  );
  const spec: fc.Arbitrary<RangeSpec> = fc.oneof(
    fc.record({ kind: fc.constant('suffix-range' as const), lengthBytes: number }),
    fc.tuple(number, fc.option(number, { nil: undefined })).map(([a, b]) => ({
      kind: 'int-range' as const,
      first: b === undefined ? a : Math.min(a, b),
      last: b === undefined ? undefined : Math.max(a, b),
    })),
  );
  const specs = fc.array(spec, { minLength: 1, maxLength: 40 });

  it('what is written is read', () => {
    fc.assert(
      fc.property(specs, (asked) => {
        const members = asked.map((each) =>
          each.kind === 'suffix-range'
            ? `-${each.lengthBytes}`
            : `${each.first}-${each.last ?? ''}`,
        );
        expect(parseRange(`bytes=${members.join(', ')}`, { maxRanges: 40 })).toEqual(asked);
      }),
      RUNS,
    );
  });

  it('what is given lies within the representation, once, and costs little more than it', () => {
    fc.assert(
      fc.property(specs, number, (asked, lengthBytes) => {
        const resolved = resolveRanges(asked, lengthBytes);
        if (resolved.kind !== 'ranges') return;
        expect(resolved.ranges.length).toBeGreaterThan(0);
        let total = 0n;
        for (const { first, last } of resolved.ranges) {
          expect(Number.isSafeInteger(first) && Number.isSafeInteger(last)).toBe(true);
          expect(first >= 0 && first <= last && last < lengthBytes).toBe(true);
          total += BigInt(last) - BigInt(first) + 1n;
        }
        const ascending = resolved.ranges.toSorted((a, b) => a.first - b.first);
        for (const [index, { first }] of ascending.entries()) {
          const before = ascending[index - 1];
          if (before !== undefined) expect(first).toBeGreaterThan(before.last + 1);
        }
        if (resolved.ranges.length > 1) total += 256n * BigInt(resolved.ranges.length);
        expect(total <= BigInt(lengthBytes) + 4096n).toBe(true);
      }),
      RUNS,
    );
  });

  it('the octets that are given are those that were asked for, in the order of asking', () => {
    fc.assert(
      fc.property(specs, fc.integer({ min: 1, max: 40 }), (asked, lengthBytes) => {
        // A literal reading of RFC 9110 §14.1.2, octet by octet.
        const wanted: number[] = [];
        for (const each of asked) {
          for (let at = 0; at < lengthBytes; at++) {
            const isIn =
              each.kind === 'suffix-range'
                ? at >= lengthBytes - each.lengthBytes
                : at >= each.first && at <= (each.last ?? Infinity);
            if (isIn) wanted.push(at);
          }
        }
        const resolved = resolveRanges(asked, lengthBytes);
        expect(resolved.kind === 'unsatisfiable').toBe(wanted.length === 0);
        if (resolved.kind !== 'ranges') return;
        const given = resolved.ranges.flatMap(({ first, last }) =>
          Array.from({ length: last - first + 1 }, (_, index) => first + index),
        );
        expect(given.toSorted((a, b) => a - b)).toEqual(
          [...new Set(wanted)].toSorted((a, b) => a - b),
        );
        // Each part comes where the first octet of it was asked for.
        const places = resolved.ranges.map(({ first, last }) =>
          wanted.findIndex((at) => at >= first && at <= last),
        );
        expect(places).toEqual(places.toSorted((a, b) => a - b));
      }),
      RUNS,
    );
  });

  it('a Content-Range that is written is read', () => {
    const contentRange: fc.Arbitrary<ContentRange> = fc
      .tuple(fc.maxSafeNat(), fc.maxSafeNat(), fc.maxSafeNat(), fc.integer({ min: 0, max: 2 }))
      .map(([a, b, c, form]) => {
        const [first = 0, last = 0, lengthBytes = 0] = [a, b, c].toSorted((x, y) => x - y);
        if (form === 0 || last === lengthBytes) return { kind: 'unsatisfied', lengthBytes };
        const range = { first, last };
        return { kind: 'range', range, lengthBytes: form === 1 ? undefined : lengthBytes };
      });
    fc.assert(
      fc.property(contentRange, (value) => {
        expect(parseContentRange(formatContentRange(value))).toEqual(value);
      }),
      RUNS,
    );
  });
});

describe('for any weights', () => {
  const weight = fc.integer({ min: 0, max: 1000 }).map((thousandths) => thousandths / 1000);

  it('what is listed has its weight, in any order of the list', () => {
    const codings = fc.uniqueArray(
      fc.constantFrom<string[]>('gzip', 'br', 'zstd', 'identity', '*'),
    );
    fc.assert(
      fc.property(codings, fc.array(weight, { minLength: 5, maxLength: 5 }), (names, weights) => {
        const members = names.map((name, index) => `${name};q=${weights[index]}`);
        const field = parseAcceptEncoding(members.join(', '));
        const reversed = parseAcceptEncoding(members.toReversed().join(', '));
        for (const name of ['gzip', 'br', 'zstd', 'identity', 'other']) {
          const listed = weights[names.indexOf(name)] ?? weights[names.indexOf('*')];
          const expected = listed ?? (name === 'identity' ? 0.001 : 0);
          expect(field?.of(name)).toBe(expected);
          expect(reversed?.of(name)).toBe(expected);
        }
      }),
      RUNS,
    );
  });

  it('the most specific media range counts, in any order of the list', () => {
    const RANGES = ['text/html;level=1', 'text/html', 'text/*', '*/*'];
    const order = fc.shuffledSubarray([0, 1, 2, 3]);
    fc.assert(
      fc.property(order, fc.array(weight, { minLength: 4, maxLength: 4 }), (indices, weights) => {
        const field = indices.map((index) => `${RANGES[index]};q=${weights[index]}`).join(',');
        const expected = (from: number): number =>
          weights[Math.min(...indices.filter((index) => index >= from))] ?? 0;
        const accept = parseAccept(field);
        if (indices.length === 0) {
          expect(accept).toBeUndefined();
          return;
        }
        expect(accept?.of('text/html; level=1; x=y')).toBe(expected(0));
        expect(accept?.of('text/html')).toBe(expected(1));
        expect(accept?.of('text/css')).toBe(expected(2));
        expect(accept?.of('image/png')).toBe(expected(3));
      }),
      RUNS,
    );
  });
});

describe('for any preconditions', () => {
  const DATES = [-2000, 0, 2000].map((offsetMs) => formatHttpDate(784111777000 + offsetMs) ?? '');
  const list = fc.array(aTag, { maxLength: 3 }).map((tags) => tags.map(formatEntityTag).join(', '));
  const tagField = fc.oneof(list, fc.constant('*'), fc.constantFrom('a', '"a", b'), anyText);
  const dateField = fc.oneof(fc.constantFrom(...DATES), fc.constant('0'), anyText);
  const fields = fc.record(
    {
      'If-Match': tagField,
      'If-Unmodified-Since': dateField,
      'If-None-Match': tagField,
      'If-Modified-Since': dateField,
      'If-Range': fc.oneof(tagField, dateField),
      Range: fc.constantFrom('bytes=0-1', 'bytes=x'),
    },
    { requiredKeys: [] },
  );
  const current: fc.Arbitrary<Validators> = fc.record(
    { entityTag: aTag, lastModifiedMs: fc.constantFrom(784111777000, 784111777999) },
    { requiredKeys: [] },
  );
  const method = fc.constantFrom('GET', 'HEAD', 'PUT', 'DELETE');

  function lookup(values: Readonly<Record<string, string | undefined>>) {
    const asked: string[] = [];
    return {
      asked,
      get(name: string): string | undefined {
        asked.push(name);
        return values[name];
      },
    };
  }

  // RFC 9110 §13.2.2, word by word; the conditions themselves as in §13.1.
  function transcription(
    verb: string,
    values: Readonly<Record<string, string | undefined>>,
    { entityTag, lastModifiedMs }: Validators,
  ): PreconditionResult {
    const matches = (text: string, compare: typeof matchesWeakly): boolean => {
      const tags = parseEntityTagList(text);
      if (tags === '*') return true; // there is a current representation
      return (tags ?? []).some((tag) => entityTag !== undefined && compare(tag, entityTag));
    };
    const isDate = (text: string | undefined): text is string =>
      text !== undefined && lastModifiedMs !== undefined && parseHttpDate(text, NOW) !== undefined;
    const seconds = (ms: number | undefined): number => Math.floor((ms ?? NaN) / 1000);
    const isRead = verb === 'GET' || verb === 'HEAD';
    const ifMatch = values['If-Match'];
    const ifUnmodifiedSince = values['If-Unmodified-Since'];
    const ifNoneMatch = values['If-None-Match'];
    const ifModifiedSince = values['If-Modified-Since'];

    let step = ifMatch !== undefined ? 1 : 2;
    if (step === 1 && ifMatch !== undefined) {
      if (!matches(ifMatch, matchesStrongly)) return 'failed';
      step = 3;
    }
    if (step === 2 && isDate(ifUnmodifiedSince)) {
      const since = parseHttpDate(ifUnmodifiedSince, NOW);
      if (!(seconds(lastModifiedMs) <= seconds(since))) return 'failed';
    }
    if (ifNoneMatch !== undefined) {
      if (matches(ifNoneMatch, matchesWeakly)) return isRead ? 'not-modified' : 'failed';
    } else if (isRead && isDate(ifModifiedSince)) {
      const since = parseHttpDate(ifModifiedSince, NOW);
      if (seconds(lastModifiedMs) <= seconds(since)) return 'not-modified';
    }
    return 'proceed';
  }

  it('there is one outcome, that of the steps of RFC 9110 §13.2.2, and each outcome occurs', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(method, fields, current, (verb, values, validators) => {
        const request = { method: verb, fields: lookup(values) };
        const result = evaluatePreconditions(request, validators, NOW);
        expect(result).toBe(transcription(verb, values, validators));
        seen.add(`${verb} ${result}`);
        expect(new Set(request.fields.asked).size, 'asked once').toBe(request.fields.asked.length);
      }),
      { numRuns: 5000 },
    );
    expect([...seen].toSorted()).toEqual([
      'DELETE failed',
      'DELETE proceed',
      'GET failed',
      'GET not-modified',
      'GET proceed',
      'HEAD failed',
      'HEAD not-modified',
      'HEAD proceed',
      'PUT failed',
      'PUT proceed',
    ]);
  });

  it('HEAD is the same as GET', () => {
    fc.assert(
      fc.property(fields, current, (values, validators) => {
        const ask = (verb: string): string =>
          evaluatePreconditions({ method: verb, fields: lookup(values) }, validators, NOW);
        expect(ask('HEAD')).toBe(ask('GET'));
      }),
      RUNS,
    );
  });

  it('a Range is applied only with the validator that there is, and only strongly', () => {
    fc.assert(
      fc.property(method, fields, current, (verb, values, validators) => {
        const applied = applicableRange({ method: verb, fields: lookup(values) }, validators, NOW);
        expect([undefined, values['Range']]).toContain(applied);
        if (applied === undefined) return;
        expect(verb).toBe('GET');
        const ifRange = values['If-Range'];
        if (ifRange === undefined) return;
        expect(evaluateIfRange(ifRange, validators, NOW)).toBe(true);
        const { entityTag, lastModifiedMs } = validators;
        const strong = [
          entityTag?.weak === false ? formatEntityTag(entityTag) : undefined,
          lastModifiedMs === undefined ? undefined : formatHttpDate(lastModifiedMs),
        ];
        expect(strong).toContain(ifRange);
      }),
      RUNS,
    );
  });
});
