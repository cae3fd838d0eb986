/**
 * The certificate and private key that a TLS listener answers with.
 * Owns the check that the two are there, are PEM and fit each other, and the words for a person
 * where they do not. Nothing of a key is ever part of a message.
 *
 * RFC 7468 (PEM), RFC 5280 (certificates).
 */
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { CommandError } from './command-error.ts';

/** A certificate chain and the private key of its first certificate, as PEM. */
export interface TlsCertificate {
  /** The server's own certificate first, then those that lead to a root. */
  readonly cert: string;
  readonly key: string;
}

/** Where the two are. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;
const EXPECTED_CERT = 'a certificate in PEM form (-----BEGIN CERTIFICATE-----)';
const EXPECTED_KEY = 'a private key in PEM form (-----BEGIN PRIVATE KEY-----)';

/**
 * Reads a certificate and its key.
 *
 * @throws {CommandError} exit code 1, naming the flag, the file, and what was expected
 */
export async function readCertificate(files: CertificateFiles): Promise<TlsCertificate> {
  const { certFile, keyFile } = files;
  const cert = await readPem(`--tls-cert ${certFile}`, certFile, EXPECTED_CERT);
  const key = await readPem(`--tls-key ${keyFile}`, keyFile, EXPECTED_KEY);
  checkPair({ cert, key }, files);
  return { cert, key };
}

/**
 * What a person should know of a certificate that can be served all the same.
 *
 * @param nowMs - milliseconds since 1970
 */
export function certificateWarnings({ cert }: TlsCertificate, nowMs: number): string[] {
  const { validFrom, validTo } = new X509Certificate(cert);
  const warnings: string[] = [];
  if (Date.parse(validTo) <= nowMs) {
    warnings.push(`the certificate expired on ${validTo}: clients will refuse it`);
  }
  if (Date.parse(validFrom) > nowMs) {
    warnings.push(`the certificate is not valid before ${validFrom}: clients will refuse it`);
  }
  return warnings;
}

async function readPem(source: string, file: string, expected: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, 'latin1');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT' || code === 'ENOTDIR' ? 'there is no such file' : `it gave ${code}`;
    throw new CommandError(1, `${source}: expected ${expected}, but ${why}`, { cause });
  }
  const kinds = [...text.matchAll(BLOCK)].map(([, kind]) => kind as string);
  const wanted = expected === EXPECTED_CERT ? /^CERTIFICATE$/ : /PRIVATE KEY$/;
  if (kinds.some((kind) => wanted.test(kind))) return text;
  const got = kinds.length === 0 ? 'no PEM at all' : `only ${[...new Set(kinds)].join(', ')}`;
  throw new CommandError(1, `${source}: expected ${expected}, but the file has ${got}`);
}

/** Says which of the two is at fault before OpenSSL is asked, whose words say it to few. */
function checkPair({ cert, key }: TlsCertificate, { certFile, keyFile }: CertificateFiles): void {
  const isEncrypted = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(key);
  if (isEncrypted) {
    throw new CommandError(
      1,
      `--tls-key ${keyFile}: expected a key without a passphrase, but it is encrypted. Write one with: openssl pkey -in ${keyFile} -out plain-key.pem`,
    );
  }
  const leaf = attempt(
    `--tls-cert ${certFile}: expected ${EXPECTED_CERT}`,
    () => new X509Certificate(cert),
  );
  const privateKey = attempt(`--tls-key ${keyFile}: expected ${EXPECTED_KEY}`, () =>
    createPrivateKey(key),
  );
  if (!leaf.checkPrivateKey(privateKey)) {
    throw new CommandError(
      1,
      `--tls-key ${keyFile}: expected the key of the first certificate in ${certFile}, but it is another's`,
    );
  }
  // Keys that are too short, signatures that are too weak, a chain that cannot be read.
  attempt(`--tls-cert ${certFile}: expected a certificate that OpenSSL takes`, () =>
    createSecureContext({ cert, key }),
  );
}

function attempt<Value>(expectation: string, make: () => Value): Value {
  try {
    return make();
  } catch (cause) {
    const { message } = cause as Error;
    throw new CommandError(1, `${expectation}, but it cannot be used: ${message}`, { cause });
  }
}
