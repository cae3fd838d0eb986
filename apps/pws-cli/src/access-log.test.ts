import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type AccessLogOptions, createAccessLog, createGapLine } from './access-log.ts';
import type { Exchange, Observer, Peer } from './exchange.ts';
import type { LogSink } from './log-sink.ts';
import { printable } from './log-text.ts';

// Hours in `pretty` lines are those of where the person is.
process.env['TZ'] = 'UTC';

const PEER: Peer = { address: '127.0.0.1', port: 51_000 };
const AT_MS = Date.UTC(2026, 10, 22, 18, 5, 9, 42);
const EXCHANGE: Exchange = {
  requestId: '5f3a-00',
  peer: PEER,
  method: 'GET',
  target: '/hello.txt?name=666',
  protocol: 'HTTP/1.1',
  referer: 'http://localhost/',
  userAgent: 'curl/8.5.0',
  status: 200,
  reason: undefined,
  contentBytes: 15,
  contentCoding: undefined,
  cacheHit: undefined,
  durationMs: 1.2344,
  endedAtMs: AT_MS,
  ended: 'complete',
};
const UNREADABLE: Partial<Exchange> = {
  method: undefined,
  target: undefined,
  protocol: undefined,
  referer: undefined,
  userAgent: undefined,
  status: 400,
  reason: 'bare-lf at octet 15',
  contentBytes: 1234,
};
const LEFT: Partial<Exchange> = {
  ended: 'aborted-by-client',
  reason: 'write EPIPE',
  contentBytes: 65_536,
  durationMs: 120.6,
};
const HOSTILE = 'a\u001b[2Jb\r\nc"d\\e\u202ef\u009bg\u0000h\u00ff';

type Format = AccessLogOptions['format'];

/** A sink that keeps what it is given. */
class KeptLines implements LogSink {
  readonly dropped = 0;
  text = '';
  write(text: string): void {
    this.text += text;
  }
  flush(): Promise<number> {
    return Promise.resolve(0);
  }
}

interface Given {
  readonly verbose?: boolean;
  readonly colour?: boolean;
}

function linesOf(
  format: Format,
  tell: (log: Partial<Observer>) => void,
  { verbose = false, colour = false }: Given = {},
): string {
  const sink = new KeptLines();
  tell(createAccessLog({ format, verbose, sink, now: () => AT_MS, colour }));
  return sink.text;
}

function lineOf(format: Format, exchange: Partial<Exchange>): string {
  return linesOf(format, (log) => log.exchange?.({ ...EXCHANGE, ...exchange }));
}

describe('createAccessLog() writes an exchange as combined', () => {
  test.each<[string, Partial<Exchange>]>([
    [
      '127.0.0.1 - - [22/Nov/2026:18:05:09 +0000] "GET /hello.txt?name=666 HTTP/1.1" 200 15 "http://localhost/" "curl/8.5.0"',
      {},
    ],
    [
      '127.0.0.1 - - [22/Nov/2026:18:05:09 +0000] "GET /hello.txt?name=666 HTTP/1.1" 304 - "-" "-"',
      { status: 304, contentBytes: 0, referer: undefined, userAgent: undefined },
    ],
    ['127.0.0.1 - - [22/Nov/2026:18:05:09 +0000] "-" 400 1234 "-" "-"', UNREADABLE],
    [
      '::1 - - [22/Nov/2026:18:05:09 +0000] "HEAD / HTTP/1.0" 200 - "http://localhost/" "curl/8.5.0"',
      {
        peer: { address: '::1', port: 1 },
        method: 'HEAD',
        target: '/',
        protocol: 'HTTP/1.0',
        contentBytes: 0,
      },
    ],
    [
      String.raw`127.0.0.1 - - [22/Nov/2026:18:05:09 +0000] "GET /hello.txt?name=666 HTTP/1.1" 200 15 "http://localhost/" "a\x1b[2Jb\x0d\x0ac\x22d\x5ce\u202ef\x9bg\x00h\xff"`,
      { userAgent: HOSTILE },
    ],
  ])('%s', (line, exchange) => {
    expect(lineOf('combined', exchange)).toBe(`${line}\n`);
  });
});

describe('createAccessLog() writes an exchange as pretty', () => {
  test.each<[string, Partial<Exchange>]>([
    ['18:05:09  200  GET /hello.txt?name=666  15 B in 1.2 ms to 127.0.0.1:51000', {}],
    [
      '18:05:09  400  (unreadable)  1.2 kB in 1.2 ms to 127.0.0.1:51000  bare-lf at octet 15',
      UNREADABLE,
    ],
    [
      '18:05:09  200  GET /hello.txt?name=666  65.5 kB in 121 ms to 127.0.0.1:51000  aborted by client  write EPIPE',
      LEFT,
    ],
    [
      '18:05:09  200  GET /hello.txt?name=666  15 B in 1.2 ms to [::1]:1',
      { peer: { address: '::1', port: 1 } },
    ],
    [
      '18:05:09  200  GET /hello.txt?name=666  15 B in 1.2 ms to unix',
      { peer: { address: 'unix', port: 0 } },
    ],
    [
      String.raw`18:05:09  404  GET /a\x22b  0 B in 10 ms to 127.0.0.1:51000`,
      { status: 404, target: '/a"b', contentBytes: 0, durationMs: 10 },
    ],
    [
      '18:05:09  200  GET /hello.txt?name=666  15 B br in 1.2 ms to 127.0.0.1:51000',
      { contentCoding: 'br', cacheHit: true },
    ],
    [
      '18:05:09  503  GET /hello.txt?name=666  15 B in 1.2 ms to 127.0.0.1:51000  EMFILE  id 5f3a-00',
      { status: 503, reason: 'EMFILE' },
    ],
    [
      '18:05:09  200  GET /hello.txt?name=666  999 B in 0.0 ms to 127.0.0.1:51000',
      { contentBytes: 999, durationMs: 0.04 },
    ],
    [
      '18:05:09  200  GET /hello.txt?name=666  1.0 kB in 1.2 ms to 127.0.0.1:51000',
      { contentBytes: 1000 },
    ],
    [
      '18:05:09  200  GET /hello.txt?name=666  1.0 MB in 1.2 ms to 127.0.0.1:51000',
      { contentBytes: 999_960 },
    ],
    [
      '18:05:09  200  GET /hello.txt?name=666  5.4 GB in 1.2 ms to 127.0.0.1:51000',
      { contentBytes: 5_368_709_120 },
    ],
  ])('%s', (line, exchange) => {
    expect(lineOf('pretty', exchange)).toBe(`${line}\n`);
  });

  test.each([
    [200, '\u001b[32m200\u001b[39m'],
    [301, '\u001b[36m301\u001b[39m'],
    [404, '\u001b[33m404\u001b[39m'],
    [500, '\u001b[31m500\u001b[39m'],
  ])('with the status %i in its colour where colours are wanted', (status, coloured) => {
    const tell = (log: Partial<Observer>): void => log.exchange?.({ ...EXCHANGE, status });
    expect(linesOf('pretty', tell, { colour: true })).toContain(coloured);
    expect(linesOf('pretty', tell)).not.toContain('\u001b');
  });

  it('with no octet of a client outside of visible ASCII, in colour too', () => {
    const tell = (log: Partial<Observer>): void =>
      log.exchange?.({ ...EXCHANGE, target: HOSTILE, reason: HOSTILE });
    const line = linesOf('pretty', tell, { colour: true });
    // oxlint-disable-next-line no-control-regex
    expect(line.replaceAll(/\u001b\[\d+m/g, '')).toMatch(/^[ -~]+\n$/);
  });
});

describe('createAccessLog() writes an exchange as json', () => {
  const whole = {
    level: 'info',
    time: '2026-11-22T18:05:09.042Z',
    event: 'exchange',
    requestId: '5f3a-00',
    peer: '127.0.0.1:51000',
    method: 'GET',
    target: '/hello.txt?name=666',
    protocol: 'HTTP/1.1',
    status: 200,
    contentBytes: 15,
    contentCoding: 'br',
    durationMs: 1.234,
    cacheHit: true,
    ended: 'complete',
    referer: 'http://localhost/',
    userAgent: 'curl/8.5.0',
  };

  it('with every fact that is known, in this order', () => {
    expect(lineOf('json', { contentCoding: 'br', cacheHit: true })).toBe(
      `${JSON.stringify(whole)}\n`,
    );
  });

  it('without the facts that are not', () => {
    expect(JSON.parse(lineOf('json', UNREADABLE))).toEqual({
      level: 'info',
      time: '2026-11-22T18:05:09.042Z',
      event: 'exchange',
      requestId: '5f3a-00',
      peer: '127.0.0.1:51000',
      status: 400,
      contentBytes: 1234,
      durationMs: 1.234,
      ended: 'complete',
      reason: 'bare-lf at octet 15',
    });
  });

  it('with the reason why it was not finished', () => {
    expect(JSON.parse(lineOf('json', LEFT))).toMatchObject({
      ended: 'aborted-by-client',
      reason: 'write EPIPE',
      contentBytes: 65_536,
      durationMs: 120.6,
    });
  });
});

interface ReadLine {
  readonly request: string | undefined;
  readonly userAgent?: string | undefined;
}

/** Take a line apart as those do who read it, by where its fields end. */
const READERS: Record<Exclude<Format, 'none'>, (line: string) => ReadLine> = {
  pretty: (line) => ({ request: /^[\d:]{8} {2}200 {2}(.*) {2}15 B in 1\.2 ms/.exec(line)?.[1] }),
  combined(line) {
    const quoted = line.split('"').filter((_part, index) => index % 2 === 1);
    expect(quoted).toHaveLength(3);
    return { request: quoted[0]?.replace(/ HTTP\/1\.1$/, ''), userAgent: quoted[2] };
  },
  json(line) {
    const { method, target, userAgent } = JSON.parse(line) as Record<string, string>;
    return { request: `${method} ${target}`, userAgent };
  },
};

describe.each(['pretty', 'combined', 'json'] as const)('%s lines', (format) => {
  test.each<[keyof Exchange, string]>([
    ['target', 'in the target'],
    ['method', 'in the method'],
    ['userAgent', 'in User-Agent'],
    ['referer', 'in Referer'],
    ['reason', 'in the path that the system repeats'],
    ['contentCoding', 'in Content-Encoding'],
  ])('cannot be forged by %s: %s', (field) => {
    const line = lineOf(format, { [field]: HOSTILE });
    expect(line).toMatch(/^[ -~]+\n$/);
    if (format === 'json') expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  it('cannot be made long by one field', () => {
    const longest = lineOf(format, { target: '/'.repeat(100_000), userAgent: '"'.repeat(100_000) });
    // 1024 characters of each, each of the second ones escaped with up to five.
    expect(longest.length).toBeLessThan(1024 + 5 * 1024 + 500);
    expect(longest).toContain('...');
  });

  it('are one line each, of visible ASCII alone, whatever the octets of the client are', () => {
    const octets = fc
      .uint8Array({ maxLength: 1100 })
      .map((bytes) => Buffer.from(bytes).toString('latin1'));
    const text = fc.oneof(octets, fc.string({ unit: 'binary', maxLength: 40 }));
    const texts = fc.record({ method: text, target: text, userAgent: text, reason: text });
    fc.assert(
      fc.property(texts, (given) => {
        const line = lineOf(format, given);
        expect(line).toMatch(/^[ -~]+\n$/);
        const { request, userAgent } = READERS[format](line);
        expect(request).toBe(`${printable(given.method)} ${printable(given.target)}`);
        if (format !== 'pretty') expect(userAgent).toBe(printable(given.userAgent));
      }),
    );
  });
});

describe('createGapLine() tells where lines are missing', () => {
  test.each<[Format, number, string]>([
    ['pretty', 12, '18:05:09  12 log lines were dropped\n'],
    ['pretty', 1, '18:05:09  1 log line was dropped\n'],
    ['combined', 12, '# 22/Nov/2026:18:05:09 +0000 12 log lines were dropped\n'],
    [
      'json',
      12,
      '{"level":"warn","time":"2026-11-22T18:05:09.042Z","event":"dropped","lines":12}\n',
    ],
    ['none', 12, ''],
  ])('as %s, %i lines: %j', (format, lines, line) => {
    expect(createGapLine({ format, now: () => AT_MS })(lines)).toBe(line);
  });
});

describe('createAccessLog() with verbose', () => {
  const moments = (log: Partial<Observer>): void => {
    log.online?.(PEER);
    log.request?.(PEER, 'GET', '/a\u202e"?b=1');
    log.exchange?.(EXCHANGE);
    log.offline?.({ address: '::1', port: 9 });
    log.handshakeFailed?.({ address: '::1', port: 10 }, 'no \u001b protocol');
    log.proxyRefused?.({ address: '::1', port: 11 }, 'no \u001b line');
  };

  it('writes the three moments around the exchange as combined', () => {
    expect(linesOf('combined', moments, { verbose: true }).split('\n')).toEqual([
      '# 22/Nov/2026:18:05:09 +0000 127.0.0.1:51000 online',
      String.raw`# 22/Nov/2026:18:05:09 +0000 127.0.0.1:51000 asks for GET /a\u202e\x22?b=1`,
      lineOf('combined', {}).trimEnd(),
      '# 22/Nov/2026:18:05:09 +0000 [::1]:9 offline',
      String.raw`# 22/Nov/2026:18:05:09 +0000 [::1]:10 did not come to speak TLS: no \x1b protocol`,
      String.raw`# 22/Nov/2026:18:05:09 +0000 [::1]:11 was not let in by the PROXY protocol: no \x1b line`,
      '',
    ]);
  });

  it('writes the three moments around the exchange as pretty', () => {
    expect(linesOf('pretty', moments, { verbose: true }).split('\n')).toEqual([
      '18:05:09  127.0.0.1:51000 online',
      String.raw`18:05:09  127.0.0.1:51000 asks for GET /a\u202e\x22?b=1`,
      lineOf('pretty', {}).trimEnd(),
      '18:05:09  [::1]:9 offline',
      String.raw`18:05:09  [::1]:10 did not come to speak TLS: no \x1b protocol`,
      String.raw`18:05:09  [::1]:11 was not let in by the PROXY protocol: no \x1b line`,
      '',
    ]);
  });

  it('writes the three moments around the exchange as json', () => {
    const lines = linesOf('json', moments, { verbose: true }).trimEnd().split('\n');
    const time = '2026-11-22T18:05:09.042Z';
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { level: 'info', time, event: 'online', peer: '127.0.0.1:51000' },
      {
        level: 'info',
        time,
        event: 'request',
        peer: '127.0.0.1:51000',
        method: 'GET',
        target: String.raw`/a\u202e\x22?b=1`,
      },
      JSON.parse(lineOf('json', {})),
      { level: 'info', time, event: 'offline', peer: '[::1]:9' },
      {
        level: 'info',
        time,
        event: 'handshake-failed',
        peer: '[::1]:10',
        reason: String.raw`no \x1b protocol`,
      },
      {
        level: 'info',
        time,
        event: 'proxy-refused',
        peer: '[::1]:11',
        reason: String.raw`no \x1b line`,
      },
    ]);
  });

  it.each<Format>(['pretty', 'combined', 'json'])(
    'and without it writes the exchange alone as %s',
    (format) => {
      expect(linesOf(format, moments)).toBe(lineOf(format, {}));
    },
  );

  it.each<Format>(['pretty', 'combined', 'json'])(
    'and without it nothing of what probes ask for, as %s',
    (format) => {
      const asked = (verbose: boolean, exchange: Partial<Exchange>): boolean => {
        const sink = new KeptLines();
        const quietTargets = new Set(['/-/livez']);
        createAccessLog({
          format,
          verbose,
          sink,
          now: () => AT_MS,
          colour: false,
          quietTargets,
        }).exchange?.({ ...EXCHANGE, ...exchange });
        return sink.text !== '';
      };
      expect(asked(false, { target: '/-/livez' })).toBe(false);
      expect(asked(false, { target: '/-/livez', method: 'HEAD', status: 503 })).toBe(false);
      expect(asked(true, { target: '/-/livez' })).toBe(true);
      expect(asked(false, { target: '/-/livez', method: 'POST' })).toBe(true);
      expect(asked(false, { target: '/-/livez?' })).toBe(true);
      expect(asked(false, UNREADABLE)).toBe(true);
    },
  );

  it.each<Format>(['pretty', 'combined', 'json'])(
    'and cuts what a client sent to the limit of a field, as %s',
    (format) => {
      const sink = new KeptLines();
      const log = createAccessLog({
        format,
        verbose: true,
        sink,
        now: () => AT_MS,
        colour: false,
        fieldLimit: 16,
      });
      const target = `/${'a'.repeat(16)}`;
      log.request?.(EXCHANGE.peer, 'GET', target);
      log.exchange?.({ ...EXCHANGE, target, referer: target, userAgent: target });
      const lines = sink.text.trimEnd().split('\n');
      expect(lines.every((line) => line.includes(`/${'a'.repeat(15)}...`))).toBe(true);
      expect(sink.text).not.toContain('a'.repeat(16));
    },
  );

  it('writes nothing as none', () => {
    expect(linesOf('none', moments, { verbose: true })).toBe('');
  });
});
