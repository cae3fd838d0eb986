import { describe, expect, it } from 'vitest';
import { makeCertificate } from './self-signed.ts';
import { tlsWords } from './tls-words.ts';

const NOW_MS = Date.parse('2026-11-22T00:00:00Z');
const certificate = { certFile: '/tls/cert.pem', keyFile: '/tls/key.pem' };
const made = await makeCertificate({
  names: ['localhost'],
  addresses: [],
  fromMs: NOW_MS - 1e9,
  untilMs: NOW_MS,
});

describe('tlsWords()', () => {
  it('are none of a certificate that is in order', () => {
    expect(tlsWords({ certificate }, made, NOW_MS - 1)).toEqual({ notes: [], warnings: [] });
  });

  it('tell of what is wrong with it, and of the port that redirects', () => {
    expect(tlsWords({ certificate, redirectHttpPort: 8080 }, made, NOW_MS)).toEqual({
      notes: ['http on port 8080 is redirected there'],
      warnings: ['the certificate expired on Nov 22 00:00:00 2026 GMT: clients will refuse it'],
    });
  });
});
