/**
 * The certificate made on the spot, kept for some weeks, so that a browser that was told to
 * accept it once does not ask again at each start.
 * Owns where it is kept and when another one is made. Where nothing can be kept it lives in
 * memory only: that is no reason not to serve.
 *
 * Security: it lies in the user's own cache folder, one file for certificate and key, readable by
 * nobody else; a file that others could read is not used.
 */
import { X509Certificate, createPrivateKey, randomUUID } from 'node:crypto';
import { chmod, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LOCAL_NAMES, makeCertificate } from './self-signed.ts';
import type { TlsCertificate } from './tls-certificate.ts';

const DAY_MS = 86_400_000;
/** How long it is valid: short, since nobody can revoke it. */
const VALID_MS = 30 * DAY_MS;
/** Another is made when less than this is left: not in the middle of a day's work. */
const LEAST_LEFT_MS = DAY_MS;
/** Clocks of other machines in the network may be behind. */
const SKEW_MS = DAY_MS;

/** What {@link keptCertificate} needs. */
export interface KeptCertificateOptions {
  /** Where it is kept. */
  readonly file: string;
  /** Addresses that it must be for, besides the names of localhost. */
  readonly addresses: readonly string[];
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** Where the certificate is kept: in the cache folder that the environment names. */
export function keptCertificateFile(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
  platform: NodeJS.Platform = process.platform,
): string {
  const named = platform === 'win32' ? env['LOCALAPPDATA'] : env['XDG_CACHE_HOME'];
  const own = platform === 'win32' ? join(home, 'AppData', 'Local') : join(home, '.cache');
  return join(named === undefined || named === '' ? own : named, 'pws', 'localhost.pem');
}

/** The certificate that is kept, where it still serves; else a new one, kept from now on. */
export async function keptCertificate(options: KeptCertificateOptions): Promise<TlsCertificate> {
  const kept = await readKept(options);
  if (kept !== undefined) return kept;
  const { file, addresses, nowMs } = options;
  const made = await makeCertificate({
    names: LOCAL_NAMES,
    addresses,
    fromMs: nowMs - SKEW_MS,
    untilMs: nowMs + VALID_MS,
  });
  await keep(file, made);
  return made;
}

async function readKept(options: KeptCertificateOptions): Promise<TlsCertificate | undefined> {
  const text = await readPrivate(options.file);
  if (text === undefined) return undefined;
  const [cert, key] = text.split(/(?=-----BEGIN PRIVATE KEY-----)/);
  if (cert === undefined || key === undefined) return undefined;
  try {
    return serves(new X509Certificate(cert), key, options) ? { cert, key } : undefined;
  } catch {
    // Not what was written there: another one takes its place.
    return undefined;
  }
}

function serves(
  certificate: X509Certificate,
  key: string,
  { addresses, nowMs }: KeptCertificateOptions,
): boolean {
  const names = certificate.subjectAltName?.split(', ') ?? [];
  return (
    Date.parse(certificate.validFrom) <= nowMs &&
    Date.parse(certificate.validTo) - nowMs >= LEAST_LEFT_MS &&
    LOCAL_NAMES.every((name) => names.includes(`DNS:${name}`)) &&
    addresses.every((address) => certificate.checkIP(address) !== undefined) &&
    certificate.checkPrivateKey(createPrivateKey(key))
  );
}

/** The text of a file that nobody else can read; `undefined` where there is none such. */
async function readPrivate(path: string): Promise<string | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const { mode, uid } = await file.stat();
      // Windows has no such bits; there the folder is the user's own.
      const isPosix = process.getuid !== undefined;
      const isPrivate = !isPosix || ((mode & 0o077) === 0 && uid === process.getuid?.());
      return isPrivate ? await file.readFile('latin1') : undefined;
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}

async function keep(file: string, { cert, key }: TlsCertificate): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    // Another program that starts now reads the old file or the new one, never a part of one.
    await writeFile(draft, cert + key, { mode: 0o600, flag: 'wx' });
    await chmod(draft, 0o600);
    await rename(draft, file);
  } catch {
    // A home that cannot be written to: the certificate lives as long as this process.
    await rm(draft, { force: true }).catch(() => undefined);
  }
}
