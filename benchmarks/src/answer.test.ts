import { describe, expect, it } from 'vitest';
import { gzipSync } from 'node:zlib';
import { type Answer, conditionsFrom, faultOf, pathsOf } from './answer.ts';
import { ROWS, type LoadRow } from './rows.ts';

function answer(init: Partial<Answer>): Answer {
  const content = init.content ?? Buffer.alloc(1024);
  return { status: 200, fields: {}, content, contentBytes: content.length, ...init };
}
const gzip = { fields: { 'content-encoding': 'gzip' }, content: gzipSync(Buffer.alloc(1024)) };

describe('faultOf()', () => {
  it.each<[LoadRow['expected'], Partial<Answer>, string | undefined]>([
    [{ status: 200, contentBytes: 1024 }, {}, undefined],
    [{ status: 200, contentBytes: 1024, coding: 'gzip' }, gzip, undefined],
    [{ status: 404, coding: 'any' }, { ...gzip, status: 404 }, undefined],
    [{ status: 200, fields: [['X-A', 'b']] }, { fields: { 'x-a': 'b' } }, undefined],
    [{ status: 200, fields: [['X-A', 'b']] }, {}, 'expected X-A b, got none'],
    [{ status: 304 }, {}, 'expected status 304, got 200'],
    [{ status: 200, contentBytes: 9 }, {}, 'expected 9 octets of content, got 1024'],
    [{ status: 200 }, gzip, 'expected no content coding, got gzip'],
    [{ status: 200, coding: 'gzip' }, {}, 'expected gzip content coding, got none'],
  ])('holds to %j', (expected, got, fault) => {
    expect(faultOf(expected, answer(got))).toBe(fault);
  });
});

describe('conditionsFrom()', () => {
  it('sends the validators that the server gave', () => {
    expect(conditionsFrom(answer({ fields: { etag: '"a"', 'last-modified': 'then' } }))).toEqual([
      ['If-None-Match', '"a"'],
      ['If-Modified-Since', 'then'],
    ]);
    expect(conditionsFrom(answer({}))).toEqual([]);
  });
});

describe('the rows', () => {
  it('have ids of their own', () => {
    expect(new Set(ROWS.map(({ id }) => id)).size).toBe(ROWS.length);
  });

  it('send as many fields as a browser, with the Host that the load generator adds', () => {
    const [first] = ROWS;
    expect(first?.kind === 'load' && first.fields.length + 1).toBe(14);
  });

  it('look at the first and the last of many files', () => {
    const row = ROWS.find(({ id }) => id === 'files-10000') as LoadRow;
    expect(pathsOf(row)).toEqual([
      '/files/000/000.png',
      '/files/005/000.png',
      '/files/009/999.png',
    ]);
  });
});
