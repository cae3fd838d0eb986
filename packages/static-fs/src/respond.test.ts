import { describe, expect, it } from 'vitest';

import { fileSourceError } from './errors.ts';
import type { OpenFile } from './file-source.ts';
import type { Outcome } from './outcome.ts';
import { respond } from './respond.ts';

const NOW = Date.UTC(2024, 4, 6, 7, 8, 9);
const CONTEXT = { query: undefined, nowMs: NOW };
const ALLOW = [['Allow', 'GET, HEAD, OPTIONS']];
const error = fileSourceError('failed', new Error('EIO: broken, /srv/site/a.txt'));

describe('respond()', () => {
  it.each<[Outcome, number, string[][]]>([
    [{ kind: 'capabilities' }, 204, ALLOW],
    [{ kind: 'malformed' }, 400, []],
    [{ kind: 'forbidden', error }, 403, []],
    [{ kind: 'missing' }, 404, []],
    [{ kind: 'method-not-allowed' }, 405, ALLOW],
    [{ kind: 'failed', error }, 500, []],
    [{ kind: 'method-not-implemented' }, 501, []],
    [{ kind: 'busy', error }, 503, [['Retry-After', '1']]],
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
    const response = respond({ kind: 'redirect', to }, { query, nowMs: NOW });
    expect(response.status).toBe(301);
    expect(response.fields).toEqual([
      ['Location', location],
      ['Content-Length', '0'],
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

  it('answers a file with its type, its length and its date', () => {
    const representation = { mediaType: 'text/plain; charset=utf-8', file };
    const response = respond({ kind: 'found', representation }, CONTEXT);
    expect(response.status).toBe(200);
    expect(response.fields).toEqual([
      ['Content-Type', 'text/plain; charset=utf-8'],
      ['Content-Length', '12'],
      ['Last-Modified', 'Mon, 06 May 2024 07:08:08 GMT'],
    ]);
    expect(response.content?.lengthBytes).toBe(12);
    expect(response.content?.octets).toBeUndefined();
  });

  it('leaves out a date that says nothing', () => {
    const representation = { mediaType: 'text/plain', file: { ...file, mtimeMs: 0 } };
    const response = respond({ kind: 'found', representation }, CONTEXT);
    expect(response.fields.map(([name]) => name)).toEqual(['Content-Type', 'Content-Length']);
  });

  it('hands on the octets of a file that is in memory', () => {
    const octets = new Uint8Array(12);
    const representation = { mediaType: 'text/plain', file: { ...file, octets } };
    expect(respond({ kind: 'found', representation }, CONTEXT).content?.octets).toBe(octets);
  });
});
