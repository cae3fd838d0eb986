import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeCertificate } from './self-signed.ts';
import { tlsWords } from './tls-words.ts';

const NOW_MS = Date.parse('2026-11-22T00:00:00Z');
const folder = mkdtempSync(join(realpathSync(tmpdir()), 'pws-words-'));
const certificate = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
const made = await makeCertificate({
  names: ['localhost'],
  addresses: [],
  fromMs: NOW_MS - 1e9,
  untilMs: NOW_MS,
});
writeFileSync(certificate.certFile, made.cert);
writeFileSync(certificate.keyFile, made.key);

afterAll(() => rmSync(folder, { recursive: true }));

describe('tlsWords()', () => {
  it('are none of a certificate that is in order', async () => {
    expect(await tlsWords({ certificate }, NOW_MS - 1)).toEqual({ notes: [], warnings: [] });
  });

  it('tell of what is wrong with it, and of the port that redirects', async () => {
    expect(await tlsWords({ certificate, redirectHttpPort: 8080 }, NOW_MS)).toEqual({
      notes: ['http on port 8080 is redirected there'],
      warnings: ['the certificate expired on Nov 22 00:00:00 2026 GMT: clients will refuse it'],
    });
  });
});
