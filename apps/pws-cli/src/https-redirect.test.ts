import { Fields } from '@pws/http-wire';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { StaticResponse } from '@pws/static-fs';
import { httpsRedirect } from './https-redirect.ts';

function ask(
  host: string | undefined,
  path = '/',
  query?: string,
  port = 8443,
): { status: number; location: string | undefined } {
  const fields = Fields.from(host === undefined ? [] : [['Host', host]]);
  const response = httpsRedirect(port).respond({ method: 'GET', path, query, fields });
  const { status, fields: lines } = response as StaticResponse;
  return { status, location: lines.find(([name]) => name === 'Location')?.[1] };
}

describe('httpsRedirect() sends', () => {
  test.each<[string, string, string | undefined, number, string]>([
    ['localhost', '/', undefined, 8443, 'https://localhost:8443/'],
    ['localhost:8080', '/', undefined, 8443, 'https://localhost:8443/'],
    ['localhost:', '/', undefined, 443, 'https://localhost/'],
    ['example.org:80', '/a/b.html', undefined, 443, 'https://example.org/a/b.html'],
    ['127.0.0.1:8080', '/a', '', 8443, 'https://127.0.0.1:8443/a?'],
    ['[::1]:8080', '/a', 'b=c&d=%2F?', 8443, 'https://[::1]:8443/a?b=c&d=%2F?'],
    ['[::1]', '/', undefined, 443, 'https://[::1]/'],
    ['EXAMPLE.org', '/%2e%2e/%00', undefined, 443, 'https://EXAMPLE.org/%2e%2e/%00'],
    ['example.org', '//evil.example/', undefined, 443, 'https://example.org//evil.example/'],
  ])('%s %s %s to port %i as %s', (host, path, query, port, location) => {
    expect(ask(host, path, query, port)).toEqual({ status: 308, location });
  });
});

describe('httpsRedirect() refuses', () => {
  test.each<[string | undefined, string, string]>([
    [undefined, '/', 'no Host'],
    ['', '/', 'an empty one'],
    ['a b', '/', 'a blank'],
    ['user@example.org', '/', 'somebody in front of the host'],
    ['example.org/evil', '/', 'a path behind it'],
    ['example.org?evil', '/', 'a query behind it'],
    ['example.org#evil', '/', 'a fragment behind it'],
    ['example.org\\evil', '/', 'a backslash'],
    ['example.org:99999', '/', 'a port that is none'],
    ['example.org:80:90', '/', 'two ports'],
    ['[::1', '/', 'half an address'],
    [':80', '/', 'a port alone'],
    ['example.org\r\nSet-Cookie: a', '/', 'a line end'],
    ['example.org, evil.example', '/', 'two hosts'],
    ['example.org', '*', 'a target without a path'],
    ['example.org', '', 'an authority as target'],
  ])('%j %s: %s', (host, path) => {
    expect(ask(host, path)).toEqual({ status: 400, location: undefined });
  });
});

describe('httpsRedirect()', () => {
  it('never leads to another host than the one that was asked, whatever the path', () => {
    fc.assert(
      fc.property(fc.webPath(), fc.webQueryParameters(), (path, query) => {
        const { location } = ask('asked.example:8080', `/${path}`, query);
        const { host, protocol } = new URL(location ?? '');
        expect([protocol, host]).toEqual(['https:', 'asked.example:8443']);
      }),
    );
  });

  it('never leads anywhere where Host is no host', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (host) => {
        const { status, location } = ask(host);
        if (status === 400) return;
        const named = host.replace(/:[0-9]*$/, '');
        expect(location).toBe(`https://${named}:8443/`);
        expect(named).not.toMatch(/[\s/?#@\\]/);
      }),
    );
  });
});
