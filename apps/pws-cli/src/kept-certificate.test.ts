import { X509Certificate } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, test } from 'vitest';
import { keptCertificate, keptCertificateFile } from './kept-certificate.ts';
import type { TlsCertificate } from './tls-certificate.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.parse('2026-11-22T00:00:00Z');
const ADDRESSES = ['127.0.0.1', '::1', '192.0.2.7'];
const folder = mkdtempSync(join(realpathSync(tmpdir()), 'pws-kept-'));
const file = join(folder, 'cache/pws/localhost.pem');

beforeEach(() => rmSync(dirname(file), { recursive: true, force: true }));
afterAll(() => rmSync(folder, { recursive: true }));

const at = (days: number, addresses = ADDRESSES): Promise<TlsCertificate> =>
  keptCertificate({ file, addresses, nowMs: NOW_MS + days * DAY_MS });

describe('keptCertificate()', () => {
  it('is the same until a day before its end, and then another', async () => {
    const first = await at(0);
    expect(await at(1)).toEqual(first);
    expect(await at(29)).toEqual(first);
    const second = await at(29.001);
    expect(second).not.toEqual(first);
    expect(await at(30)).toEqual(second);
  });

  it('is another where the machine has an address that it is not for', async () => {
    const first = await at(0);
    expect(await at(0, ADDRESSES.slice(0, 2))).toEqual(first);
    const second = await at(0, [...ADDRESSES, '192.0.2.8']);
    expect(second).not.toEqual(first);
    expect(new X509Certificate(second.cert).checkIP('192.0.2.8')).toBeDefined();
  });

  it('lies where nobody else can read it, and nothing else lies there', async () => {
    await at(0);
    expect(readdirSync(dirname(file))).toEqual(['localhost.pem']);
    if (process.platform === 'win32') return;
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
  });

  it.runIf(process.platform !== 'win32')('is another where others could read it', async () => {
    const first = await at(0);
    chmodSync(file, 0o644);
    const second = await at(0);
    expect(second).not.toEqual(first);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test.each<[string, (text: string) => string]>([
    ['nothing', () => ''],
    ['no PEM', () => 'garbage'],
    ['a certificate alone', (text) => text.slice(0, text.indexOf('-----BEGIN PRIVATE'))],
    ['half a key', (text) => text.slice(0, -60)],
    ['octets changed', (text) => text.replaceAll('M', 'A')],
  ])('is another where the file has %s', async (_what, change) => {
    const first = await at(0);
    writeFileSync(file, change(readFileSync(file, 'latin1')));
    const second = await at(0);
    expect(second.cert).not.toBe(first.cert);
    expect(await at(0)).toEqual(second);
  });

  it('lives in memory where nothing can be kept', async () => {
    const blocked = join(folder, 'a-file');
    writeFileSync(blocked, '');
    const inside = join(blocked, 'pws/localhost.pem');
    const made = await keptCertificate({ file: inside, addresses: ADDRESSES, nowMs: NOW_MS });
    expect(new X509Certificate(made.cert).checkIP('192.0.2.7')).toBeDefined();
    expect(existsSync(inside)).toBe(false);
  });
});

describe('keptCertificateFile()', () => {
  const home = join('/', 'home', 'me');

  test.each<[NodeJS.Platform, Record<string, string>, string]>([
    ['linux', {}, join(home, '.cache/pws/localhost.pem')],
    ['linux', { XDG_CACHE_HOME: '' }, join(home, '.cache/pws/localhost.pem')],
    ['linux', { XDG_CACHE_HOME: '/c' }, join('/c/pws/localhost.pem')],
    ['darwin', {}, join(home, '.cache/pws/localhost.pem')],
    ['win32', { LOCALAPPDATA: '/l' }, join('/l/pws/localhost.pem')],
    ['win32', {}, join(home, 'AppData/Local/pws/localhost.pem')],
  ])('on %s with %j is %s', (platform, env, expected) => {
    expect(keptCertificateFile(env, home, platform)).toBe(expected);
  });
});
