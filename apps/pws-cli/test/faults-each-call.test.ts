/**
 * Each call of the disk and of the network fails in turn, once and from then on, until a run gets
 * through without meeting it. Whichever it is: what is answered is whole or cut off, never wrong;
 * each request is told of once; nothing stays open; who comes afterwards is served.
 *
 * What fails are the functions of Node below everything of ours; what is asked is asked over real
 * sockets, by a clock that the test holds.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { type Server, createServer } from 'node:net';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type Internals, internals } from '../src/below-net.ts';
import { startServer } from '../src/server.ts';
import { ManualClock } from './manual-clock.ts';
import { RawClient, ask } from './raw-client.ts';
import { RecordedMoments } from './recorded-moments.ts';
import { TemporarySite } from './temporary-site.ts';

const LARGE = Buffer.alloc(3 * 1024 * 1024, 'pws ');
const site = new TemporarySite({
  'small.txt': 'Small.\n',
  'large.bin': LARGE,
  'docs/a.txt': 'A.\n',
  '404.html': 'None.\n',
});
/** What is asked, over one connection, and what it is answered with where nothing fails. */
const ASKED: readonly (readonly [lines: string, status: number, content?: string | Buffer])[] = [
  ['GET /small.txt HTTP/1.1', 200, 'Small.\n'],
  ['HEAD /small.txt HTTP/1.1', 200, ''],
  ['GET /large.bin HTTP/1.1', 200, LARGE],
  ['GET /large.bin HTTP/1.1\r\nRange: bytes=5-2000000', 206, LARGE.subarray(5, 2_000_001)],
  ['GET /none HTTP/1.1', 404, 'None.\n'],
  ['GET /docs/ HTTP/1.1\r\nAccept: application/json', 200],
  ['GET /docs/a.txt HTTP/1.1', 200, 'A.\n'],
];

/** Counts calls, and has one of them fail, or all from it on. */
class Faults {
  calls = 0;
  failing = 0;
  mode: 'once' | 'from then on' = 'once';

  isNext(): boolean {
    this.calls += 1;
    return this.mode === 'once' ? this.calls === this.failing : this.calls >= this.failing;
  }
}

type Call = (...args: unknown[]) => unknown;
type Patched = Record<string, Call>;
const restore: (() => void)[] = [];

function patch(owner: object, name: string, make: (original: Call) => Call): void {
  const functions = owner as Patched;
  const original = functions[name] as Call;
  const had = Object.hasOwn(owner, name);
  functions[name] = Object.assign(make(original), original);
  restore.push(() => {
    if (had) functions[name] = original;
    else delete functions[name];
  });
}

afterEach(() => {
  for (const undo of restore.splice(0).toReversed()) undo();
  syncBuiltinESMExports();
});
afterAll(() => site.remove());

const EIO: NodeJS.ErrnoException = Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });

/** Has calls fail that ask for what lies in the site, by its path or by a descriptor. */
function breakDisk(faults: Faults): void {
  const opened = new Set<unknown>();
  const isOfSite = (place: unknown): boolean => {
    if (typeof place === 'number') return opened.has(place);
    const path = String(place);
    const [, descriptor] = /^\/proc\/self\/fd\/(\d+)/.exec(path) ?? [];
    return descriptor === undefined ? path.startsWith(site.root) : opened.has(Number(descriptor));
  };
  const callBack = (args: unknown[], ...results: unknown[]): void => {
    const callback = args.at(-1) as Call;
    setImmediate(() => callback(...results));
  };
  for (const name of ['fstat', 'read', 'stat', 'lstat', 'readdir']) {
    patch(fs, name, (original) => (...args) => {
      if (isOfSite(args[0]) && faults.isNext()) return callBack(args, EIO);
      return original(...args);
    });
  }
  for (const name of ['fstatSync', 'statSync', 'readlinkSync']) {
    patch(fs, name, (original) => (...args) => {
      if (isOfSite(args[0]) && faults.isNext()) throw EIO;
      return original(...args);
    });
  }
  patch(fs.realpath, 'native', (original) => (...args) => {
    if (isOfSite(args[0]) && faults.isNext()) return callBack(args, EIO);
    return original(...args);
  });
  patch(fs, 'open', (original) => (...args) => {
    if (!isOfSite(args[0])) return original(...args);
    if (faults.isNext()) return callBack(args, EIO);
    const callback = args.pop() as Call;
    return original(...args, (error: unknown, descriptor: unknown) => {
      if (error === null) opened.add(descriptor);
      callback(error, descriptor);
    });
  });
  // A close that fails has closed all the same.
  patch(fs, 'close', (original) => (...args) => {
    if (!opened.delete(args[0]) || !faults.isNext()) return original(...args);
    return original(args[0], () => (args[1] as Call)(EIO));
  });
  patch(fs, 'closeSync', (original) => (descriptor) => {
    const fails = opened.delete(descriptor) && faults.isNext();
    original(descriptor);
    if (fails) throw EIO;
  });
  for (const name of ['lstat', 'opendir']) {
    patch(fs.promises, name, (original) => (...args) => {
      if (isOfSite(args[0]) && faults.isNext()) return Promise.reject(EIO);
      return original(...args);
    });
  }
  syncBuiltinESMExports();
}

const EPIPE = -32;
const ECONNRESET = -104;

/** Has calls fail that the server makes of its connections: at once, or when they are done. */
async function breakNetwork(faults: Faults, when: 'at once' | 'later'): Promise<void> {
  const { results, asyncAt } = internals as Internals;
  const probe: Server = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { _handle: handle } = probe as unknown as { _handle: object };
  const prototype = Object.getPrototypeOf(handle) as object;
  await new Promise((resolve) => probe.close(resolve));
  // The clients are in this process, too.
  const clients = new WeakSet<object>();
  patch(prototype, 'connect', (original) => {
    return function connect(this: object, ...args) {
      clients.add(this);
      return original.apply(this, args);
    };
  });
  const requests = ['writeBuffer', 'writev', 'shutdown'];
  const names = when === 'later' ? requests : [...requests, 'getpeername', 'reset'];
  for (const name of names) {
    patch(prototype, name, (original) => {
      return function failing(this: object, ...args) {
        if (clients.has(this) || !faults.isNext()) return original.apply(this, args);
        if (when === 'at once') return EPIPE;
        const request = args[0] as { oncomplete: Call };
        (results as Int32Array)[asyncAt] = 1;
        setImmediate(() => request.oncomplete(ECONNRESET));
        return 0;
      };
    });
  }
}

/** Asks one after the other, for as long as there are answers; gives how many there were. */
async function converse(port: number): Promise<number> {
  const client = await RawClient.connect(port);
  let answered = 0;
  for (const [lines, status, content] of ASKED) {
    const before = client.received.length;
    const [method = ''] = lines.split(' ');
    // oxlint-disable-next-line no-await-in-loop
    await client.send(`${lines}\r\nHost: localhost\r\n\r\n`);
    // oxlint-disable-next-line no-await-in-loop
    const answer = await client.response(method).catch((error: unknown) => String(error));
    if (typeof answer === 'string') {
      expect(answer).toMatch(/^Error: the connection was (?:ended|reset)/);
      const [head = '', part = ''] = client.received.slice(before).split('\r\n\r\n');
      // Of an answer that is cut off, what came is the beginning of the right one.
      if (content !== undefined && / 20[06] /.test(head)) {
        expect(Buffer.from(content).toString('latin1').startsWith(part)).toBe(true);
      }
      break;
    }
    answered += 1;
    expect(answer.head + answer.content.toString('latin1')).not.toContain(site.root);
    // Where the site's own page for an error fails, there is one without.
    if (answer.status !== status || status >= 400) expect([404, 500]).toContain(answer.status);
    else if (content !== undefined) expect(answer.content.equals(Buffer.from(content))).toBe(true);
  }
  client.halfClose();
  return answered;
}

/** One run against a server of its own; gives how many answers came. */
async function runOnce(faults: Faults): Promise<number> {
  const clock = new ManualClock();
  const moments = new RecordedMoments();
  // What fails at the start is refused there.
  const { failing } = faults;
  faults.failing = Number.POSITIVE_INFINITY;
  const server = await startServer({
    port: 0,
    host: '127.0.0.1',
    root: site.root,
    listing: true,
    observer: moments,
    unforeseen: (error) => moments.unforeseen.push(error),
    clock,
  });
  const { port } = server.address;
  try {
    Object.assign(faults, { calls: 0, failing });
    const answered = await converse(port);
    const count = (what: string): number =>
      moments.lines.filter((line) => line.startsWith(`${what} `)).length;
    await expect
      .poll(() => {
        clock.advance(1000);
        return count('online') - count('offline');
      }, SOON)
      .toBe(0);
    expect(count('exchange')).toBe(count('request'));
    expect(moments.exchanges.length).toBeGreaterThanOrEqual(answered);
    expect(moments.unforeseen).toEqual([]);
    await expect.poll(() => site.openFiles(), SOON).toEqual([]);
    const { calls } = faults;
    faults.failing = Number.POSITIVE_INFINITY;
    clock.advance(2000);
    expect((await ask(port, '/small.txt?after')).content.toString()).toBe('Small.\n');
    Object.assign(faults, { calls, failing });
    return answered;
  } finally {
    await server.close(0);
  }
}

/** Many runs look often; how long each may take is a bound for one that hangs. */
const SOON = { interval: 2, timeout: 10_000 };
const ALL_RUNS_MS = 180_000;

type Break = (faults: Faults) => unknown;

describe.runIf(process.platform === 'linux')('whichever call fails (Linux)', () => {
  it.each<[string, Faults['mode'], Break]>([
    ['of the disk', 'once', breakDisk],
    ['of the disk', 'from then on', breakDisk],
    ['of the network, at once', 'once', (faults) => breakNetwork(faults, 'at once')],
    ['of the network, at once', 'from then on', (faults) => breakNetwork(faults, 'at once')],
    ['of the network, later', 'once', (faults) => breakNetwork(faults, 'later')],
    ['of the network, later', 'from then on', (faults) => breakNetwork(faults, 'later')],
  ])(
    '%s, %s: nothing is wrong, and nothing stays open',
    async (_what, mode, breakIt) => {
      const faults = new Faults();
      faults.mode = mode;
      await breakIt(faults);
      for (faults.failing = 1; ; faults.failing += 1) {
        // One after the other.
        // oxlint-disable-next-line no-await-in-loop
        const answered = await runOnce(faults);
        if (faults.calls < faults.failing) {
          expect(answered).toBe(ASKED.length);
          break;
        }
      }
      // As many calls as that: it did meet them.
      expect(faults.failing).toBeGreaterThan(5);
    },
    ALL_RUNS_MS,
  );
});
