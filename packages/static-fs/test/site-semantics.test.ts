// What a site answers to conditional and partial requests: a table for each clause.

import { describe, expect, it } from 'vitest';

import { createStaticSite, type SiteRules } from '../src/index.ts';
import { ask, type Sent } from './exchange.ts';
import { MemoryFileSource } from './memory-file-source.ts';
import { readMultipart } from './multipart-reader.ts';

const MTIME = Date.UTC(2024, 4, 6, 7, 8, 9, 500);
const DATE = 'Mon, 06 May 2024 07:08:09 GMT';
const EARLIER = 'Mon, 06 May 2024 07:08:08 GMT';
const LATER = 'Mon, 06 May 2024 07:08:10 GMT';
const TAG = '"d12df56z80e8-a"';
const TEXT = '0123456789';

async function get(fields: Sent, options: SiteRules = {}, method = 'GET'): Promise<string> {
  const source = new MemoryFileSource({ 'a.txt': TEXT, 'empty.txt': '' }, { mtimeMs: MTIME });
  const site = createStaticSite({ source, now: () => MTIME + 60_000, ...options });
  const answer = await ask(site, '/a.txt', method, fields);
  expect(source.openCount).toBe(0);
  const range = answer.fields['Content-Range'];
  const text = answer.status === 200 || answer.status === 206 ? answer.text : undefined;
  return [answer.status, range, text].filter((part) => part !== undefined).join(' ');
}

describe('preconditions (RFC 9110 §13)', () => {
  it.each<[Sent, string, string]>([
    [{}, '200 0123456789', 'none'],
    [{ 'If-None-Match': TAG }, '304', 'the client has it'],
    [{ 'If-None-Match': `W/${TAG}` }, '304', 'the comparison is weak (§13.1.2)'],
    [{ 'If-None-Match': `"x", ${TAG}, "y"` }, '304', 'a list'],
    [{ 'If-None-Match': '*' }, '304', 'whatever the client has'],
    [{ 'If-None-Match': '"x"' }, '200 0123456789', 'another'],
    [{ 'If-None-Match': TAG.slice(1, -1) }, '200 0123456789', 'without quotes it is none'],
    [{ 'If-Modified-Since': DATE }, '304', 'not modified since'],
    [{ 'If-Modified-Since': LATER }, '304', 'not modified since'],
    [{ 'If-Modified-Since': EARLIER }, '200 0123456789', 'modified since'],
    [{ 'If-Modified-Since': 'yesterday' }, '200 0123456789', 'no date: ignored (§13.1.3)'],
    [{ 'If-None-Match': '"x"', 'If-Modified-Since': DATE }, '200 0123456789', 'the tag decides'],
    [{ 'If-None-Match': TAG, 'If-Modified-Since': EARLIER }, '304', 'the tag decides'],
    [{ 'If-Match': TAG }, '200 0123456789', 'what the client relies on'],
    [{ 'If-Match': '*' }, '200 0123456789', 'that it is there'],
    [{ 'If-Match': `W/${TAG}` }, '412', 'the comparison is strong (§13.1.1)'],
    [{ 'If-Match': '"x"' }, '412', 'another'],
    [{ 'If-Unmodified-Since': DATE }, '200 0123456789', 'unmodified since'],
    [{ 'If-Unmodified-Since': EARLIER }, '412', 'modified since'],
    [{ 'If-Match': TAG, 'If-Unmodified-Since': EARLIER }, '200 0123456789', 'the tag decides'],
    [{ 'If-Match': '"x"', 'If-None-Match': TAG }, '412', 'If-Match is first (§13.2.2)'],
    [{ 'If-Match': TAG, 'If-None-Match': TAG }, '304', 'then If-None-Match'],
    [{ 'If-None-Match': TAG, Range: 'bytes=0-1' }, '304', 'before Range (§13.2.2)'],
    [{ 'If-Match': '"x"', Range: 'bytes=20-' }, '412', 'before Range'],
  ])('%j gives %s: %s', async (fields, expected) => {
    expect(await get(fields)).toBe(expected);
    const head = expected.replace(` ${TEXT}`, '');
    expect(await get(fields, {}, 'HEAD')).toBe(head);
  });

  it.each<[string, Sent, number]>([
    ['GET', {}, 200],
    ['GET', { 'If-None-Match': TAG }, 304],
  ])('gives %s %j the entity tag, the date and Vary', async (method, fields, status) => {
    const source = new MemoryFileSource({ 'a.txt': TEXT }, { mtimeMs: MTIME });
    const site = createStaticSite({ source, now: () => MTIME + 60_000 });
    const answer = await ask(site, '/a.txt', method, fields);
    expect(answer.status).toBe(status);
    expect(answer.fields).toMatchObject({
      ETag: TAG,
      'Last-Modified': DATE,
      Vary: 'Accept-Encoding',
    });
    const head = await ask(site, '/a.txt', 'HEAD', fields);
    expect(head.response.fields).toEqual(answer.response.fields);
  });

  it('looks at no precondition where the answer would be an error or a redirect (§13.2.1)', async () => {
    const source = new MemoryFileSource({ 'docs/a.txt': TEXT, 'docs/index.html': TEXT });
    const site = createStaticSite({ source });
    const fields = { 'If-Match': '"x"', 'If-None-Match': '*' };
    expect((await ask(site, '/docs', 'GET', fields)).status).toBe(301);
    expect((await ask(site, '/none', 'GET', fields)).status).toBe(404);
    expect((await ask(site, '/docs/a.txt', 'OPTIONS', fields)).status).toBe(204);
    expect((await ask(site, '/docs/a.txt', 'PUT', fields)).status).toBe(405);
  });

  it('relies on the date alone where there are no entity tags', async () => {
    expect(await get({ 'If-None-Match': TAG }, { etag: 'off' })).toBe(`200 ${TEXT}`);
    expect(await get({ 'If-Modified-Since': DATE }, { etag: 'off' })).toBe('304');
  });
});

describe('ranges (RFC 9110 §14)', () => {
  const MANY = Array.from({ length: 17 }, () => '0-0').join(',');

  it.each<[string, string, string]>([
    ['bytes=0-0', '206 bytes 0-0/10 0', 'the first octet'],
    ['bytes=2-4', '206 bytes 2-4/10 234', 'some'],
    ['bytes=7-', '206 bytes 7-9/10 789', 'from here on'],
    ['bytes=-5', '206 bytes 5-9/10 56789', 'the last ones'],
    ['bytes=-100', '206 bytes 0-9/10 0123456789', 'more than there are'],
    ['bytes=5-100', '206 bytes 5-9/10 56789', 'past the end'],
    [
      'bytes=0-99999999999999999999',
      '206 bytes 0-9/10 0123456789',
      'more digits than a number has',
    ],
    ['bytes=0-1,1-2', '206 bytes 0-2/10 012', 'ranges that overlap'],
    ['bytes=0-1,2-3', '206 bytes 0-3/10 0123', 'ranges that touch'],
    ['bytes=20-,1-1', '206 bytes 1-1/10 1', 'one of them is not there'],
    ['Bytes=1-1', '206 bytes 1-1/10 1', 'units in any case'],
    ['bytes=10-', '416 bytes */10', 'right past the end'],
    ['bytes=20-', '416 bytes */10', 'past the end'],
    ['bytes=99999999999999999999-', '416 bytes */10', 'far past the end'],
    ['bytes=-0', '416 bytes */10', 'the last none'],
    ['bytes=5-2', '200 0123456789', 'the wrong way round'],
    ['bytes=abc', '200 0123456789', 'no range'],
    ['bytes=1-x', '200 0123456789', 'no number'],
    ['bytes=', '200 0123456789', 'nothing'],
    ['lines=1-2', '200 0123456789', 'another unit'],
    [`bytes=${MANY}`, '200 0123456789', 'too many'],
  ])('%j gives %s: %s', async (range, expected) => {
    expect(await get({ Range: range })).toBe(expected);
  });

  const PARTS = [1, 2, 3, 4].map((count) =>
    Array.from({ length: count }, (_, index) => `${3 * index}-${3 * index}`).join(','),
  );

  it.each<[number, number, number]>([
    [3, 2, 206],
    [3, 3, 206],
    [3, 4, 200],
    [1, 1, 206],
    [1, 2, 200],
    [0, 1, 200],
  ])('where %d are given at most, %d are answered with %d', async (maxRanges, count, status) => {
    const answer = await get({ Range: `bytes=${PARTS[count - 1]}` }, { maxRanges });
    expect(answer.slice(0, 3)).toBe(`${status}`);
    if (status === 200) expect(answer).toBe(`200 ${TEXT}`);
  });

  it.each(['bytes=0-0,0-0', 'bytes=20-,1-1'])(
    'are counted as they are asked for, not as they are given: %s',
    async (range) => {
      expect(await get({ Range: range }, { maxRanges: 1 })).toBe(`200 ${TEXT}`);
    },
  );

  it('are not offered where none are given', async () => {
    const source = new MemoryFileSource({ 'a.txt': TEXT });
    const site = createStaticSite({ source, maxRanges: 0 });
    const { status, fields } = await ask(site, '/a.txt', 'GET', { Range: 'bytes=20-' });
    expect(status, 'nor refused').toBe(200);
    expect(fields).not.toHaveProperty('Accept-Ranges');
  });

  it.each([-1, 1.5, NaN, Infinity])('cannot be limited to %d', (maxRanges) => {
    const source = new MemoryFileSource({});
    expect(() => createStaticSite({ source, maxRanges })).toThrow(TypeError);
  });

  it.each(['HEAD', 'OPTIONS', 'POST', 'DELETE'])('are ignored with %s', async (method) => {
    expect(await get({ Range: 'bytes=0-1' }, {}, method)).toBe(await get({}, {}, method));
  });

  it.each(['bytes=0-', 'bytes=-1', 'bytes=5-'])(
    'of an empty file are ignored: %s',
    async (range) => {
      const site = createStaticSite({ source: new MemoryFileSource({ 'a.txt': '' }) });
      const answer = await ask(site, '/a.txt', 'GET', { Range: range });
      expect([answer.status, answer.text, answer.fields['Content-Length']]).toEqual([200, '', '0']);
    },
  );

  it.each<[string, number, string, string]>([
    [TAG, 60_000, '206 bytes 0-1/10 01', 'the same entity tag'],
    ['"x"', 60_000, '200 0123456789', 'another'],
    [`W/${TAG}`, 60_000, '200 0123456789', 'a weak one is no match (§13.1.5)'],
    [`W/"${TAG.slice(1, -1)}~"`, 1000, '200 0123456789', 'nor where it is weak here, too'],
    [DATE, 60_000, '206 bytes 0-1/10 01', 'exactly the date'],
    [LATER, 60_000, '200 0123456789', 'later is not the same'],
    [DATE, 1000, '200 0123456789', 'a date that may still change (§8.8.2.2)'],
  ])('with If-Range %j, %d ms after the change, give %s: %s', async (ifRange, ageMs, expected) => {
    const options = { now: () => MTIME + ageMs };
    expect(await get({ Range: 'bytes=0-1', 'If-Range': ifRange }, options)).toBe(expected);
  });

  it('that are several come as parts, each with its own Content-Range', async () => {
    for (const inMemory of [false, true]) {
      const source = new MemoryFileSource({ 'a.txt': TEXT }, { inMemory, maxReadBytes: 2 });
      const site = createStaticSite({ source, boundary: () => 'BOUNDARY' });
      const answer = await ask(site, '/a.txt', 'GET', { Range: 'bytes=7-,0-0,3-4' });
      expect(answer.status).toBe(206);
      expect(answer.fields).not.toHaveProperty('Content-Range');
      expect(answer.fields['Content-Length']).toBe(String(answer.text?.length));
      const type = answer.fields['Content-Type'] ?? '';
      const parts = readMultipart(type, Buffer.from(answer.text ?? ''));
      expect(parts.map(({ range, octets }) => `${range.first} ${String(octets)}`)).toEqual([
        '7 789',
        '0 0',
        '3 34',
      ]);
      for (const part of parts) expect(part.mediaType).toBe('text/plain; charset=utf-8');
    }
  });

  it('are of the coded octets where the representation is coded', async () => {
    const source = new MemoryFileSource({ 'a.txt': TEXT, 'a.txt.gz': 'GZIPPED' });
    const site = createStaticSite({ source });
    const fields = { Range: 'bytes=-3', 'Accept-Encoding': 'gzip' };
    const answer = await ask(site, '/a.txt', 'GET', fields);
    expect(answer.text).toBe('PED');
    expect(answer.fields).toMatchObject({
      'Content-Encoding': 'gzip',
      'Content-Range': 'bytes 4-6/7',
      'Content-Type': 'text/plain; charset=utf-8',
    });
  });
});
