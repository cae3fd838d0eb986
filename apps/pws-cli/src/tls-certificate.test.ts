import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { CommandError } from './command-error.ts';
import { makeCertificate } from './self-signed.ts';
import { type TlsCertificate, certificateWarnings, readCertificate } from './tls-certificate.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.parse('2026-11-22T00:00:00Z');
const folder = mkdtempSync(join(realpathSync(tmpdir()), 'pws-certificate-'));

afterAll(() => rmSync(folder, { recursive: true }));

const make = (fromDays: number, untilDays: number): Promise<TlsCertificate> =>
  makeCertificate({
    names: ['localhost'],
    addresses: ['127.0.0.1'],
    fromMs: NOW_MS + fromDays * DAY_MS,
    untilMs: NOW_MS + untilDays * DAY_MS,
  });

const [own, other] = await Promise.all([make(-1, 30), make(-1, 30)]);
const rsa512 = generateKeyPairSync('rsa', { modulusLength: 512 }).privateKey;
const encrypted = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
}).privateKey;

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const certFile = file('cert.pem', own.cert);
const keyFile = file('key.pem', own.key);
const bundle = file('bundle.pem', own.key + own.cert + other.cert);
const CERT = 'a certificate in PEM form (-----BEGIN CERTIFICATE-----)';
const KEY = 'a private key in PEM form (-----BEGIN PRIVATE KEY-----)';
const broken = own.cert.replaceAll(/\n[A-Za-z0-9+/=]{20}/g, '\nAAAAAAAAAAAAAAAAAAAA');

describe('readCertificate()', () => {
  it('gives the two files as they are', async () => {
    expect(await readCertificate({ certFile, keyFile })).toEqual(own);
  });

  it('takes both from one file, the chain behind the certificate', async () => {
    const { cert } = await readCertificate({ certFile: bundle, keyFile: bundle });
    expect(cert).toBe(own.key + own.cert + other.cert);
  });

  const gone = join(folder, 'gone.pem');
  const empty = file('empty.pem', '');
  const der = file('der.pem', '\u0030\u0082\u0001\u0000');
  const otherKey = file('other-key.pem', other.key);
  const reversed = file('reversed.pem', other.cert + own.cert);
  const damaged = file('damaged.pem', broken);
  const damagedKey = file('damaged-key.pem', own.key.replace(/\n[A-Za-z0-9+/]{8}/, '\nAAAAAAAA'));
  const secret = file('secret.pem', encrypted);
  const short = file('short.pem', rsa512.export({ type: 'pkcs1', format: 'pem' }) as string);

  test.each<[string, string, string]>([
    [gone, keyFile, `--tls-cert ${gone}: expected ${CERT}, but there is no such file`],
    [certFile, gone, `--tls-key ${gone}: expected ${KEY}, but there is no such file`],
    [folder, keyFile, `--tls-cert ${folder}: expected ${CERT}, but it gave EISDIR`],
    [empty, keyFile, `--tls-cert ${empty}: expected ${CERT}, but the file has no PEM at all`],
    [der, keyFile, `--tls-cert ${der}: expected ${CERT}, but the file has no PEM at all`],
    [
      keyFile,
      keyFile,
      `--tls-cert ${keyFile}: expected ${CERT}, but the file has only PRIVATE KEY`,
    ],
    [
      certFile,
      certFile,
      `--tls-key ${certFile}: expected ${KEY}, but the file has only CERTIFICATE`,
    ],
    [
      certFile,
      otherKey,
      `--tls-key ${otherKey}: expected the key of the first certificate in ${certFile}, but it is another's`,
    ],
    [
      reversed,
      keyFile,
      `--tls-key ${keyFile}: expected the key of the first certificate in ${reversed}, but it is another's`,
    ],
    [damaged, keyFile, `--tls-cert ${damaged}: expected ${CERT}, but it cannot be used: `],
    [certFile, damagedKey, `--tls-key ${damagedKey}: expected ${KEY}, but it cannot be used: `],
    [
      certFile,
      short,
      `--tls-key ${short}: expected the key of the first certificate in ${certFile}`,
    ],
    [
      certFile,
      secret,
      `--tls-key ${secret}: expected a key without a passphrase, but it is encrypted. Write one with: openssl pkey -in ${secret} -out plain-key.pem`,
    ],
  ])('of %s and %s says: %s', async (cert, key, message) => {
    const failure = await readCertificate({ certFile: cert, keyFile: key }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(CommandError);
    const { exitCode, message: said } = failure as CommandError;
    expect(exitCode).toBe(1);
    expect(said.slice(0, message.length)).toBe(message);
    // Nothing of a key is part of a message.
    expect(said).not.toContain(own.key.slice(40, 60));
  });
});

describe('certificateWarnings()', () => {
  test.each<[number, number, string[]]>([
    [-1, 30, []],
    [-30, -1, ['the certificate expired on Nov 21 00:00:00 2026 GMT: clients will refuse it']],
    [-30, 0, ['the certificate expired on Nov 22 00:00:00 2026 GMT: clients will refuse it']],
    [
      1,
      30,
      ['the certificate is not valid before Nov 23 00:00:00 2026 GMT: clients will refuse it'],
    ],
  ])('of one valid from day %i to day %i are %j', async (from, until, warnings) => {
    expect(certificateWarnings(await make(from, until), NOW_MS)).toEqual(warnings);
  });
});
