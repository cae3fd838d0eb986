/**
 * `openssl s_client`, which shows what a handshake came to: the protocol that was chosen, a session
 * that is resumed, a version that is refused.
 */
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { type Said, hasProgram, runProgram } from './other-programs.ts';
import { Program, killPrograms } from './program.ts';
import { TemporarySite } from './temporary-site.ts';

const HAS_OPENSSL = hasProgram('openssl', { args: ['version'], shows: /OpenSSL [3-9]/ });

const site = new TemporarySite({ 'index.html': 'Front page\n' });
const kept = new TemporarySite();
const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

let program: Program;

beforeAll(async () => {
  if (!HAS_OPENSSL) return;
  const env = { XDG_CACHE_HOME: kept.root };
  program = await Program.serving([site.root, '--https'], { env });
});

afterAll(async () => {
  await killPrograms();
  site.remove();
  kept.remove();
});

/** Reads until the server ends the connection. */
async function client(args: readonly string[], input = GET): Promise<string> {
  const trusted = ['-CAfile', `${kept.root}/pws/localhost.pem`, '-verify_return_error'];
  const at = ['s_client', '-connect', `127.0.0.1:${program.port}`, ...trusted];
  const said: Said = await runProgram('openssl', [...at, '-ign_eof', ...args], input);
  return said.stdout + said.stderr;
}

const ANSWERED = /HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nFront page\n/;

describe.runIf(HAS_OPENSSL)('openssl s_client', () => {
  test.each<[chosen: RegExp, args: string[]]>([
    [/ALPN protocol: http\/1\.1\n/, ['-alpn', 'http/1.1']],
    [/ALPN protocol: http\/1\.1\n/, ['-alpn', 'spdy/3,http/1.1']],
    // Who offers nothing speaks HTTP/1.1.
    [/No ALPN negotiated\n/, []],
    [/New, TLSv1\.3,/, ['-tls1_3']],
    [/New, TLSv1\.2,/, ['-tls1_2']],
    [/Verify return code: 0 \(ok\)\n/, []],
    // There is one certificate, whatever name is asked for.
    [/Verify return code: 0 \(ok\)\n/, ['-servername', 'elsewhere.example']],
    [/Verify return code: 0 \(ok\)\n/, ['-noservername']],
  ])('shows %s with %j, and is answered', async (chosen, args) => {
    const shown = await client(args);
    expect(shown).toMatch(chosen);
    expect(shown).toMatch(ANSWERED);
  });

  it.each([['h2'], ['h2,http/1.1'], ['http/1.1,h2']])(
    'shows that HTTP/2 is chosen of %s, and gets its first frame',
    async (offered) => {
      // What is no preface of HTTP/2 ends the session.
      const shown = await client(['-alpn', offered]);
      expect(shown).toContain('ALPN protocol: h2\n');
      // SETTINGS on stream 0.
      // oxlint-disable-next-line no-control-regex
      expect(shown).toMatch(/\x00\x00.\x04\x00\x00\x00\x00\x00/);
    },
  );

  test.each([
    [/alert protocol version/, ['-tls1_1', '-cipher', 'DEFAULT@SECLEVEL=0']],
    [/alert no application protocol/, ['-alpn', 'spdy/3']],
    [/alert handshake failure/, ['-tls1_2', '-cipher', 'CAMELLIA256-SHA']],
  ])('shows %s with %j', async (alert, args) => {
    expect(await client(args)).toMatch(alert);
  });

  it('resumes a session of TLS 1.3 on another connection', async () => {
    const session = `${kept.root}/session`;
    expect(await client(['-tls1_3', '-sess_out', session])).toMatch(ANSWERED);
    const again = await client(['-tls1_3', '-sess_in', session]);
    expect(again).toContain('Reused, TLSv1.3,');
    expect(again).toMatch(ANSWERED);
  });

  it('resumes a session of TLS 1.2 five times', async () => {
    const shown = await client(['-tls1_2', '-reconnect']);
    expect(shown.match(/^(?:New|Reused), TLSv1\.2,/gm)).toEqual([
      'New, TLSv1.2,',
      ...Array.from({ length: 5 }, () => 'Reused, TLSv1.2,'),
    ]);
    expect(shown).toMatch(ANSWERED);
  });
});
