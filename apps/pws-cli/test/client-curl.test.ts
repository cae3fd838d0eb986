/**
 * curl as people use it: versions of HTTP and of TLS, resuming, dates and tags, exit codes.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { type Said, hasProgram, runProgram } from './other-programs.ts';
import { Program, killPrograms } from './program.ts';
import { LAST_MODIFIED, TemporarySite } from './temporary-site.ts';
import { testCertificate } from './tls-client.ts';

const HAS_CURL = hasProgram('curl', { shows: /HTTP2/ });

const large = randomBytes(3_000_000);
const text = 'Text that is worth compressing, line after line.\n'.repeat(2000);
const site = new TemporarySite({
  'index.html': 'Front page\n',
  'large.bin': large,
  'text.txt': text,
  'folder/index.html': 'Folder\n',
  ...Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`some/${at}.txt`, `${at}\n`])),
});
/** Certificates, and what curl keeps. */
const kept = new TemporarySite();
const cert = `${kept.root}/pws/localhost.pem`;
const otherCert = kept.write('other.pem', (await testCertificate()).cert);

let plain: Program;
let secure: Program;

beforeAll(async () => {
  if (!HAS_CURL) return;
  const env = { XDG_CACHE_HOME: kept.root };
  plain = await Program.serving([site.root, '--log', 'json']);
  secure = await Program.serving([site.root, '--log', 'json', '--https'], { env });
});

afterAll(async () => {
  await killPrograms();
  site.remove();
  kept.remove();
});

type Scheme = 'http' | 'https';

function origin(scheme: Scheme): string {
  return `${scheme}://localhost:${scheme === 'http' ? plain.port : secure.port}`;
}

/** @param targets - each with its own part of the report */
function curl(args: readonly string[], scheme: Scheme, ...targets: string[]): Promise<Said> {
  const asked = targets.map((target) => origin(scheme) + target);
  return runProgram('curl', ['-sS', '--cacert', cert, ...args, ...asked]);
}

/** Version, status, redirects that were followed, octets of content. */
const REPORT = ['-w', '%{http_version} %{http_code} %{num_redirects} %{size_download}\n'];
const UNSEEN = ['-o', '/dev/null'];

interface Logged {
  readonly status: number;
  readonly contentCoding?: string;
  readonly userAgent?: string;
}

/** What was logged of the exchanges that one test had, which say by their User-Agent whose they are. */
async function logged(program: Program, agent: string, count: number): Promise<Logged[]> {
  const own = (): Logged[] =>
    program.log
      .map((line) => JSON.parse(line) as Logged)
      .filter(({ userAgent }) => userAgent === agent);
  await program.until(() => expect(own()).toHaveLength(count));
  return own();
}

type Row = readonly [
  report: string,
  exitCode: number,
  scheme: Scheme,
  args: readonly string[],
  target: string,
];

const ROWS: readonly Row[] = [
  ['1.1 200 0 11', 0, 'http', [], '/'],
  ['1.1 200 0 3000000', 0, 'http', [], '/large.bin'],
  ['1.1 200 0 3000000', 0, 'http', ['--http1.0'], '/large.bin'],
  ['1.1 200 0 0', 0, 'http', ['-I'], '/large.bin'],
  ['1.1 200 1 7', 0, 'http', ['-L'], '/folder'],
  ['1.1 204 0 0', 0, 'http', ['-X', 'OPTIONS'], '/large.bin'],
  ['1.1 204 0 0', 0, 'http', ['-X', 'OPTIONS', '--request-target', '*'], '/'],
  ['1.1 404', 22, 'http', ['-f'], '/nothing'],
  ['1.1 405', 22, 'http', ['-f', '-d', 'a=b'], '/'],
  // Nobody waits for a 100 that does not come, and nothing is sent in vain.
  ['1.1 405', 22, 'http', ['-f', '-T', `${site.root}/large.bin`], '/uploaded'],
  ['1.1 206 0 100', 0, 'http', ['-r', '0-99'], '/large.bin'],
  ['1.1 206 0 100', 0, 'http', ['-r', '-100'], '/large.bin'],
  ['1.1 416', 22, 'http', ['-f', '-r', '3000000-'], '/large.bin'],
  ['1.1 304 0 0', 0, 'http', ['-z', LAST_MODIFIED], '/large.bin'],
  ['1.1 304 0 0', 0, 'http', ['-z', `${site.root}/large.bin`], '/large.bin'],
  ['1.1 200 0 11', 0, 'http', ['-z', 'Thu, 01 Jan 2026 00:00:00 GMT'], '/'],
  // An offer of HTTP/2 without TLS is not taken up.
  ['1.1 200 0 11', 0, 'http', ['--http2'], '/'],

  ['1.1 200 0 3000000', 0, 'https', ['--http1.1'], '/large.bin'],
  ['2 200 0 3000000', 0, 'https', ['--http2'], '/large.bin'],
  ['2 200 0 11', 0, 'https', ['--http2-prior-knowledge'], '/'],
  ['2 200 0 0', 0, 'https', ['-I'], '/large.bin'],
  ['2 200 1 7', 0, 'https', ['-L'], '/folder'],
  ['2 204 0 0', 0, 'https', ['-X', 'OPTIONS'], '/large.bin'],
  ['2 404', 22, 'https', ['-f'], '/nothing'],
  ['2 405', 22, 'https', ['-f', '-d', 'a=b'], '/'],
  ['2 405', 22, 'https', ['-f', '-T', `${site.root}/large.bin`], '/uploaded'],
  ['2 206 0 100', 0, 'https', ['-r', '-100'], '/large.bin'],
  ['2 304 0 0', 0, 'https', ['-z', LAST_MODIFIED], '/large.bin'],
  ['2 200 0 11', 0, 'https', ['--tlsv1.3'], '/'],
  ['2 200 0 11', 0, 'https', ['--tls-max', '1.2'], '/'],
  // 35: no handshake. Without the word for its ciphers curl would not offer TLS 1.1 at all.
  [
    '0 000 0 0',
    35,
    'https',
    ['--tlsv1.0', '--tls-max', '1.1', '--ciphers', 'DEFAULT@SECLEVEL=0'],
    '/',
  ],
  // 60: a certificate that nobody whom curl trusts has signed.
  ['0 000 0 0', 60, 'https', ['--cacert', otherCert], '/'],
];

describe.runIf(HAS_CURL)('curl', () => {
  test.each(ROWS)('%s and exit code %i: %s with %j for %s', async (report, exitCode, ...asked) => {
    const [scheme, args, target] = asked;
    const said = await curl([...REPORT, ...UNSEEN, ...args], scheme, target);
    expect(said.exitCode, said.stderr).toBe(exitCode);
    expect(said.stdout.startsWith(report), said.stdout).toBe(true);
  });

  it.each<Scheme>(['http', 'https'])('takes content in a coding over %s', async (scheme) => {
    const { stdout } = await curl(['--compressed', '-A', 'coded'], scheme, '/text.txt');
    expect(stdout === text).toBe(true);
    const program = scheme === 'http' ? plain : secure;
    const [exchange] = await logged(program, 'coded', 1);
    expect(exchange?.contentCoding).toMatch(/^(?:br|gzip|zstd)$/);
  });

  it.each<[Scheme, string]>([
    ['http', '--http1.1'],
    ['https', '--http1.1'],
    ['https', '--http2'],
  ])('resumes a file that was cut over %s with %s', async (scheme, version) => {
    const file = `${kept.root}/cut${version}-${scheme}`;
    writeFileSync(file, large.subarray(0, 1_234_567));
    const said = await curl([version, ...REPORT, '-C', '-', '-o', file], scheme, '/large.bin');
    expect(said.stdout).toMatch(/ 206 0 1765433\n$/);
    expect(readFileSync(file).equals(large)).toBe(true);
  });

  it('asks again with the tag that it has kept, and gets nothing', async () => {
    const tag = `${kept.root}/tag`;
    const first = await curl([...REPORT, ...UNSEEN, '--etag-save', tag], 'http', '/text.txt');
    expect(first.stdout).toBe(`1.1 200 0 ${text.length}\n`);
    const again = await curl([...REPORT, ...UNSEEN, '--etag-compare', tag], 'http', '/text.txt');
    expect(again.stdout).toBe('1.1 304 0 0\n');
  });

  it.each<Scheme>(['http', 'https'])('keeps one connection over %s', async (scheme) => {
    const report = ['-w', '%{http_code} %{num_connects}\n', ...UNSEEN, ...UNSEEN, ...UNSEEN];
    const said = await curl(report, scheme, '/', '/text.txt', '/nothing');
    expect(said.stdout).toBe('200 1\n200 0\n404 0\n');
  });

  it.each<Scheme>(['http', 'https'])('gets forty files at once over %s', async (scheme) => {
    const folder = `${kept.root}/at-once-${scheme}`;
    mkdirSync(folder);
    const args = ['-f', '--parallel', '--parallel-max', '40', '-o', `${folder}/#1`, '-A', 'many'];
    expect((await curl(args, scheme, '/some/[0-39].txt')).exitCode).toBe(0);
    for (let at = 0; at < 40; at++) expect(readFileSync(`${folder}/${at}`, 'utf8')).toBe(`${at}\n`);
    await logged(scheme === 'http' ? plain : secure, 'many', 40);
  });

  it('and the programs have nothing to say of all that', () => {
    for (const { stderr } of [plain, secure]) expect(stderr).not.toContain('pws:');
  });
});
