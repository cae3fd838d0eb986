// What holds for any conditional, partial or negotiated request.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  createStaticSite,
  parseEntityTag,
  parseEntityTagList,
  parseHttpDate,
  type StaticSite,
} from '../src/index.ts';
import { ask, readAll, requestFor, type Sent } from './exchange.ts';
import { MemoryFileSource } from './memory-file-source.ts';
import { readMultipart } from './multipart-reader.ts';

const MTIME = Date.UTC(2024, 4, 6, 7, 8, 9, 500);
const MTIME_SECOND = Date.UTC(2024, 4, 6, 7, 8, 9);
const NOW = MTIME + 60_000;
const DATES = ['Mon, 06 May 2024 07:08:08 GMT', 'Mon, 06 May 2024 07:08:09 GMT', 'never'];
const LAST_MODIFIED = DATES[1] ?? '';
const ETAG = '"d12df56z80e8-a"';
const TEXT = '0123456789';

function siteOf(text: string, source = new MemoryFileSource({ a: text }, { mtimeMs: MTIME })) {
  return createStaticSite({ source, now: () => NOW });
}

const tag = fc.constantFrom(ETAG, `W/${ETAG}`, '"x"', 'W/"x"');
const tagField = fc.oneof(
  fc.array(tag, { maxLength: 3 }).map((tags) => tags.join(', ')),
  fc.constantFrom('*', 'x', '"x'),
);
const dateField = fc.constantFrom(...DATES);
const conditions = fc.record(
  {
    'If-Match': tagField,
    'If-Unmodified-Since': dateField,
    'If-None-Match': tagField,
    'If-Modified-Since': dateField,
    'If-Range': fc.oneof(tag, dateField),
    Range: fc.constantFrom('bytes=2-3', 'bytes=20-', 'bytes=0-0,5-5', 'bytes=x'),
  },
  { requiredKeys: [] },
);

/** RFC 9110 §13.2.2, step by step, for a representation with ETAG, LAST_MODIFIED and TEXT. */
function transcription(method: string, fields: Readonly<Record<string, string | undefined>>) {
  const current = parseEntityTag(ETAG);
  const listed = (field: string, isStrong: boolean): boolean => {
    const tags = parseEntityTagList(field);
    if (tags === '*') return true;
    return (tags ?? []).some((one) => one.opaque === current?.opaque && !(isStrong && one.weak));
  };
  const sinceMs = (field: string | undefined) => parseHttpDate(field ?? '', NOW);
  const ifMatch = fields['If-Match'];
  const ifNoneMatch = fields['If-None-Match'];
  const ifRange = fields['If-Range'];

  // 1. When recipient is the origin server and If-Match is present
  if (ifMatch !== undefined) {
    if (!listed(ifMatch, true)) return 412;
  } else {
    // 2. and If-Match is not present, and If-Unmodified-Since is present
    const since = sinceMs(fields['If-Unmodified-Since']);
    if (since !== undefined && MTIME_SECOND > since) return 412;
  }
  // 3. When If-None-Match is present
  if (ifNoneMatch !== undefined) {
    if (listed(ifNoneMatch, false)) return 304;
  } else {
    // 4. When the method is GET or HEAD, If-None-Match is not present, and If-Modified-Since is
    const since = sinceMs(fields['If-Modified-Since']);
    if (since !== undefined && MTIME_SECOND <= since) return 304;
  }
  // 5. When the method is GET and both Range and If-Range are present
  if (method === 'GET' && fields['Range'] !== undefined && fields['Range'] !== 'bytes=x') {
    const holds = ifRange === undefined || ifRange === ETAG || ifRange === LAST_MODIFIED;
    if (holds) return fields['Range'] === 'bytes=20-' ? 416 : 206;
  }
  // 6. Otherwise
  return 200;
}

describe('for any conditional request', () => {
  it('the site does what §13.2.2 says, step by step, and nothing stays open', async () => {
    const source = new MemoryFileSource({ a: TEXT }, { mtimeMs: MTIME });
    const site = siteOf(TEXT, source);
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('GET', 'HEAD'), conditions, async (method, fields) => {
        const sent = Object.fromEntries(Object.entries(fields)) as Sent;
        const answer = await ask(site, '/a', method, sent);
        expect(answer.status).toBe(transcription(method, fields));
        expect(answer.text === undefined).toBe(method === 'HEAD' || answer.status > 299);
        expect(source.openCount).toBe(0);
        seen.add(answer.status);
      }),
      { numRuns: 3000 },
    );
    expect(seen, 'each kind of answer was met').toEqual(new Set([200, 206, 304, 412, 416]));
  });

  it('HEAD has the status and the fields of GET, but for ranges', async () => {
    const names = ['If-Match', 'If-Unmodified-Since', 'If-None-Match', 'If-Modified-Since'];
    await fc.assert(
      fc.asyncProperty(conditions, async (fields) => {
        const kept = Object.entries(fields).filter(([name]) => names.includes(name));
        const sent = Object.fromEntries(kept) as Sent;
        const get = await ask(siteOf(TEXT), '/a', 'GET', sent);
        const head = await ask(siteOf(TEXT), '/a', 'HEAD', sent);
        expect(head.status).toBe(get.status);
        expect(head.response.fields).toEqual(get.response.fields);
      }),
    );
  });
});

/** Gives back what ranges of a text came, put together; checks that they are what they say. */
async function partsOf(site: StaticSite, whole: string, range: string, bufferBytes: number) {
  const response = await site.respond(requestFor('/a', 'GET', { Range: range }));
  const fields = new Map(response.fields);
  const { content } = response;
  if (content === undefined) return { status: response.status, sentBytes: 0 };
  const octets = await readAll(content, bufferBytes);
  await content.close();
  expect(octets.length).toBe(content.lengthBytes);
  expect(fields.get('Content-Length')).toBe(String(octets.length));
  if (response.status === 200) expect(octets.toString()).toBe(whole);
  const type = fields.get('Content-Type') ?? '';
  const contentRange = fields.get('Content-Range');
  if (contentRange !== undefined) {
    const [, first, last] = /^bytes (\d+)-(\d+)\/\d+$/.exec(contentRange) ?? [];
    expect(Number(last)).toBeLessThan(whole.length);
    expect(octets.toString()).toBe(whole.slice(Number(first), Number(last) + 1));
  } else if (response.status === 206) {
    const parts = readMultipart(type, octets);
    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts) {
      expect(part.range.last).toBeLessThan(whole.length);
      expect(part.wholeBytes).toBe(whole.length);
      expect(part.headBytes).toBeLessThanOrEqual(256);
      expect(part.octets.toString()).toBe(whole.slice(part.range.first, part.range.last + 1));
    }
  }
  return { status: response.status, sentBytes: octets.length };
}

describe('for any ranges', () => {
  const position = fc.oneof(fc.nat({ max: 30 }), fc.nat({ max: 20_000 }), fc.maxSafeNat());
  const spec = fc.oneof(
    fc.tuple(position, position).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    position.map((first) => `${first}-`),
    position.map((length) => `-${length}`),
  );
  const specs = fc.array(spec, { minLength: 1, maxLength: 18 });
  const length = fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 20_000 }));
  const octetsOfAnyRange = fc.oneof(
    specs.map((list) => `bytes=${list.join(',')}`),
    fc.string({ unit: 'binary-ascii' }).map((text) => `bytes=${text}`),
  );

  it('what is sent is the slice of the file that it says it is, and never much more than it', async () => {
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(
        length,
        octetsOfAnyRange,
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 1, max: 5000 }),
        fc.boolean(),
        async (lengthBytes, range, bufferBytes, maxReadBytes, inMemory) => {
          const whole = TEXT.repeat(2000).slice(0, lengthBytes);
          const source = new MemoryFileSource({ a: whole }, { maxReadBytes, inMemory });
          const site = createStaticSite({ source });
          const { status, sentBytes } = await partsOf(site, whole, range, bufferBytes);
          expect([200, 206, 416]).toContain(status);
          expect(sentBytes).toBeLessThanOrEqual(lengthBytes + 4096);
          expect(source.openCount).toBe(0);
          seen.add(status);
        },
      ),
      { numRuns: 1000 },
    );
    expect(seen, 'each kind of answer was met').toEqual(new Set([200, 206, 416]));
  });
});

describe('for any Accept-Encoding', () => {
  it('the coding is one that the client takes, and the octets are in it', async () => {
    const files = { 'a.js': 'as it is', 'a.js.br': 'br', 'a.js.zst': 'zstd', 'a.js.gz': 'gzip' };
    const site = createStaticSite({ source: new MemoryFileSource(files), now: () => NOW });
    const weight = fc.constantFrom('', ';q=0', ';q=0.5', ';q=1', ';q=x');
    const coding = fc.constantFrom('br', 'zstd', 'gzip', 'deflate', 'identity', '*');
    const member = fc.tuple(coding, weight).map((pair) => pair.join(''));
    await fc.assert(
      fc.asyncProperty(fc.array(member), async (members) => {
        const fields = { 'Accept-Encoding': members.join(', ') };
        const answer = await ask(site, '/a.js', 'GET', fields);
        const used = answer.fields['Content-Encoding'];
        expect(answer.text).toBe(used ?? 'as it is');
        expect(answer.fields['Vary']).toBe('Accept-Encoding');
        if (used === undefined) return;
        expect(members).not.toContain(`${used};q=0`);
        expect(members.some((one) => one.startsWith(used) || one.startsWith('*'))).toBe(true);
      }),
    );
  });
});
