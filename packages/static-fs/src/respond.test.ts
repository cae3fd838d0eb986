import { describe, expect, it } from 'vitest';

import { fileSourceError } from './errors.ts';
import type { OpenFile } from './file-source.ts';
import type { Outcome } from './outcome.ts';
import type { ByteRange } from './range.ts';
import { respond } from './respond.ts';
import type { Representation } from './select-representation.ts';

const NOW = Date.UTC(2024, 4, 6, 7, 8, 9);
const CONTEXT = { query: undefined, errorPage: undefined, boundary: () => 'BOUNDARY' };
const ALLOW = [['Allow', 'GET, HEAD, OPTIONS']];
const error = fileSourceError('failed', new Error('EIO: broken, /srv/site/a.txt'));

describe('respond()', () => {
  it.each<[Outcome, number, string[][]]>([
    [{ kind: 'capabilities' }, 204, ALLOW],
    [{ kind: 'malformed' }, 400, []],
    [{ kind: 'forbidden', folder: [], error }, 403, []],
    [{ kind: 'missing', folder: [] }, 404, []],
    [{ kind: 'method-not-allowed' }, 405, ALLOW],
    [{ kind: 'failed', folder: [], error }, 500, []],
    [{ kind: 'method-not-implemented' }, 501, []],
    [{ kind: 'busy', folder: [], error }, 503, [['Retry-After', '1']]],
    [{ kind: 'stuck', folder: [], error }, 503, [['Retry-After', '10']]],
  ])('answers %j with %d and %j, without content', (outcome, status, fields) => {
    const response = respond(outcome, CONTEXT);
    expect(response.status).toBe(status);
    expect(response.fields).toEqual(fields);
    expect(response.content).toBeUndefined();
    expect(response.fault).toBe('error' in outcome ? outcome.error : undefined);
  });

  it.each<[string | undefined, string, string]>([
    [undefined, '/a%20b/', 'no query'],
    ['', '/a%20b/?', 'an empty query is one'],
    ['x=1&y=%2F..', '/a%20b/?x=1&y=%2F..', 'kept as it was sent'],
    ['u=//evil.example', '/a%20b/?u=//evil.example', 'slashes are ordinary in a query'],
    ['{|}', '/a%20b/?{|}', 'what browsers send although it is no query'],
    ['a#b', '/a%20b/?a%23b', 'no fragment begins'],
    ['a\r\nSet-Cookie: b', '/a%20b/?a%0D%0ASet-Cookie:%20b', 'no line ends'],
    ['é', '/a%20b/?%C3%A9', 'ASCII only'],
    ['\u010a', '/a%20b/?%C4%8A', 'nothing that becomes a line feed when it is cut to an octet'],
    ['\ud800', '/a%20b/?%EF%BF%BD', 'half a surrogate pair'],
  ])('redirects with the query %j to %j: %s', (query, location) => {
    const to = { kind: 'site-path', segments: ['a b'], endsWithSlash: true } as const;
    const response = respond({ kind: 'redirect', to }, { ...CONTEXT, query });
    expect(response.status).toBe(301);
    expect(response.fields).toEqual([
      ['Location', location],
      ['Content-Length', '0'],
      // What is a folder today may be a file tomorrow, or another site at the same address.
      ['Cache-Control', 'no-cache'],
    ]);
    expect(response.content).toBeUndefined();
  });

  const file: OpenFile = {
    kind: 'file',
    lengthBytes: 12,
    mtimeMs: NOW - 1000,
    octets: undefined,
    read: () => Promise.resolve(0),
    close: () => Promise.resolve(),
  };

  const found: Representation = {
    mediaType: 'text/plain; charset=utf-8',
    contentCoding: undefined,
    validators: { entityTag: { weak: false, opaque: 'v1' }, lastModifiedMs: NOW - 1000 },
    isNegotiable: true,
    file,
    hasRanges: true,
    isSettled: true,
    isChanging: false,
  };
  const TYPE = ['Content-Type', 'text/plain; charset=utf-8'];
  const DATE = ['Last-Modified', 'Mon, 06 May 2024 07:08:08 GMT'];
  const TAG = ['ETag', '"v1"'];
  const ACCEPTS = ['Accept-Ranges', 'bytes'];
  const VARY = ['Vary', 'Accept-Encoding'];
  const bare: Representation = { ...found, validators: {}, isNegotiable: false };
  const coded: Representation = { ...found, contentCoding: 'br' };
  const one = [{ first: 2, last: 4 }];

  const served = { segments: ['a.txt'], role: 'file' } as const;

  function inParts(representation: Representation, ranges?: ByteRange[]): Outcome {
    return { kind: 'found', representation, served, ranges };
  }

  it.each<[string, Outcome, number, string[][]]>([
    [
      'a whole file',
      inParts(found),
      200,
      [TYPE, ['Content-Length', '12'], DATE, TAG, ACCEPTS, VARY],
    ],
    [
      'no validators, nothing to choose from',
      inParts(bare),
      200,
      [TYPE, ['Content-Length', '12'], ACCEPTS],
    ],
    [
      'a content coding, under the media type of the file',
      inParts(coded),
      200,
      [TYPE, ['Content-Encoding', 'br'], ['Content-Length', '12'], DATE, TAG, ACCEPTS, VARY],
    ],
    [
      'one range (§15.3.7.1)',
      inParts(found, one),
      206,
      [TYPE, ['Content-Length', '3'], DATE, TAG, ACCEPTS, VARY, ['Content-Range', 'bytes 2-4/12']],
    ],
    [
      'several ranges, no Content-Range (§15.3.7.2)',
      inParts(found, [...one, { first: 9, last: 9 }]),
      206,
      [
        ['Content-Type', 'multipart/byteranges; boundary=BOUNDARY'],
        ['Content-Length', '192'],
        DATE,
        TAG,
        ACCEPTS,
        VARY,
      ],
    ],
    [
      'a page that a rule gives for a status',
      {
        kind: 'page-of-status',
        status: 410,
        page: { mediaType: 'text/html', file, segments: ['gone.html'] },
      },
      410,
      [
        ['Content-Type', 'text/html'],
        ['Content-Length', '12'],
        ['Cache-Control', 'no-store'],
      ],
    ],
    [
      'what a 304 must repeat, and the date (§15.4.5)',
      { kind: 'not-modified', representation: coded, served },
      304,
      [DATE, TAG, VARY],
    ],
    [
      'a precondition that failed',
      { kind: 'precondition-failed', representation: found, served },
      412,
      [VARY],
    ],
    [
      'a range that is not there (§15.5.17)',
      { kind: 'range-not-satisfiable', representation: found, served },
      416,
      [['Content-Range', 'bytes */12'], VARY],
    ],
  ])('answers %s', (_what, outcome, status, fields) => {
    const response = respond(outcome, CONTEXT);
    expect(response.status).toBe(status);
    expect(response.fields).toEqual(fields);
    const length = response.fields.find(([name]) => name === 'Content-Length')?.[1];
    expect(response.content?.lengthBytes).toBe(length === undefined ? undefined : Number(length));
  });

  it.each<[string, Outcome, string | undefined]>([
    ['a file', inParts(found), 'Accept-Encoding, Accept, Sec-Fetch-Mode'],
    ['a part', inParts(found, one), 'Accept-Encoding, Accept, Sec-Fetch-Mode'],
    [
      'nothing but that it is as it was',
      { kind: 'not-modified', representation: bare, served },
      'Accept, Sec-Fetch-Mode',
    ],
    ['another place', { kind: 'sent', status: 302, location: '/b' }, 'Accept, Sec-Fetch-Mode'],
    ['an error, which nobody keeps', { kind: 'missing', folder: [] }, undefined],
  ])('says that other requests for a path may not be answered with %s (§12.5.5)', (...row) => {
    const [, outcome, expected] = row;
    const { fields } = respond(outcome, { ...CONTEXT, seen: 'Accept, Sec-Fetch-Mode' });
    expect(fields.find(([name]) => name === 'Vary')?.[1]).toBe(expected);
  });

  it('answers where a rule leads', () => {
    const response = respond({ kind: 'sent', status: 308, location: '/b?c' }, CONTEXT);
    expect(response.status).toBe(308);
    expect(response.fields).toEqual([
      ['Location', '/b?c'],
      ['Content-Length', '0'],
      ['Cache-Control', 'no-cache'],
    ]);
    expect(response.content).toBeUndefined();
  });

  it('hands on the octets of a file that is in memory, or a part of them', () => {
    const octets = new Uint8Array(12).map((_, index) => index);
    const representation = { ...found, file: { ...file, octets } };
    expect(respond(inParts(representation), CONTEXT).content?.octets).toBe(octets);
    const part = respond(inParts(representation, one), CONTEXT).content?.octets;
    expect(part).toEqual(new Uint8Array([2, 3, 4]));
    const parts = [...one, { first: 9, last: 9 }];
    expect(respond(inParts(representation, parts), CONTEXT).content?.octets).toBeUndefined();
  });

  it.each<[Outcome, number, string[][]]>([
    [{ kind: 'missing', folder: [] }, 404, []],
    [{ kind: 'failed', folder: [], error }, 500, []],
    [{ kind: 'busy', folder: [], error }, 503, [['Retry-After', '1']]],
    [{ kind: 'stuck', folder: [], error }, 503, [['Retry-After', '10']]],
  ])('answers %j with %d and the page of the site', (outcome, status, fields) => {
    const errorPage = { mediaType: 'text/html; charset=utf-8', file, segments: ['404.html'] };
    const response = respond(outcome, { ...CONTEXT, errorPage });
    expect(response.status).toBe(status);
    expect(response.fields).toEqual([
      ...fields,
      ['Content-Type', 'text/html; charset=utf-8'],
      ['Content-Length', '12'],
      ['Cache-Control', 'no-store'],
    ]);
    expect(response.content?.lengthBytes).toBe(12);
    expect(response.fault).toBe('error' in outcome ? outcome.error : undefined);
  });
});
