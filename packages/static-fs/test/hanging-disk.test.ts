// A disk that hangs behind a whole site: what is answered, in which time, and that everything else
// is answered meanwhile. By a clock that goes when the test says so.

import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';

import { cachedFileSource } from '../src/cached-file-source.ts';
import { DiskTime } from '../src/disk-time.ts';
import { createStaticSite, type SiteRules, type StaticResponse } from '../src/index.ts';
import { timedFileSource } from '../src/timed-file-source.ts';
import { ask, readAll, requestFor, type Sent } from './exchange.ts';
import { HangingFileSource } from './hanging-file-source.ts';
import { ManualClock, settle } from './manual-clock.ts';
import { TemporaryTree } from './temporary-tree.ts';

const TIMEOUT_MS = 10_000;
const LONG = 'once upon a time there was a server. '.repeat(100);

/** A site whose larger files are not in memory, with a disk that hangs where told to. */
function setUp(rules: SiteRules = {}) {
  const disk = new HangingFileSource({
    'index.html': 'front',
    '404.html': 'not here',
    '500.html': 'not now',
    'mount/a.txt': 'a',
    'mount/long.txt': LONG,
    'mount/deep/er/404.html': 'not here either',
    'other/b.txt': 'b',
    'other/long.txt': LONG,
  });
  const clock = new ManualClock();
  const now = (): number => clock.nowMs;
  const time = new DiskTime({ afterMs: clock.afterMs, timeoutMs: TIMEOUT_MS, threads: 4 });
  const source = cachedFileSource(timedFileSource(disk, time), { now, largestFileBytes: 100 });
  const site = createStaticSite({ source, now: Date.now, ...rules });
  const respond = (target: string, fields?: Sent): Promise<StaticResponse> =>
    Promise.resolve(site.respond(requestFor(target, 'GET', fields)));
  return { disk, clock, site, respond };
}

describe('a file that cannot be opened in time', () => {
  it('is answered with 503, and when to ask again', async () => {
    const { disk, clock, site } = setUp();
    disk.hanging = /mount/;
    const asked = ask(site, '/mount/a.txt');
    await clock.pass(TIMEOUT_MS);
    const { status, fields, text, response } = await asked;
    expect([status, fields, text]).toEqual([503, { 'Retry-After': '10' }, undefined]);
    expect(response.fault).toMatchObject({ kind: 'stuck' });
  });

  it.each<[string, string | undefined]>([
    ['/500.html', 'not now'],
    ['/index.html', undefined],
  ])('has the page of the site where that is in memory: after %s, %j', async (target, page) => {
    const { disk, clock, site } = setUp();
    disk.hanging = /mount/;
    const asked = ask(site, '/mount/a.txt');
    await clock.pass(TIMEOUT_MS - 1);
    await ask(site, target);
    await clock.pass(1);
    expect([(await asked).status, (await asked).text]).toEqual([503, page]);
  });

  it('keeps nobody from other files, in memory and not', async () => {
    const { disk, clock, site } = setUp();
    await ask(site, '/index.html');
    disk.hanging = /mount/;
    const asked = Array.from({ length: 100 }, (_, nth) => ask(site, `/mount/${nth}.txt`));
    const before = clock.askedCount;
    expect(site.respond(requestFor('/index.html')), 'at once').toMatchObject({ status: 200 });
    expect(clock.askedCount, 'no time for what is in memory').toBe(before);
    expect((await ask(site, '/other/b.txt')).text).toBe('b');
    expect((await ask(site, '/other/long.txt')).text).toBe(LONG);
    await clock.pass(TIMEOUT_MS);
    expect(disk.hangingCount, 'three of four threads').toBe(3);
    for (const { status } of await Promise.all(asked)) expect(status).toBe(503);
    expect((await ask(site, '/other/b.txt')).text).toBe('b');
    expect((await ask(site, '/other/long.txt')).text).toBe(LONG);
    // Nobody has to wait for what is known to hang, and nothing more hangs.
    expect((await ask(site, '/mount/a.txt')).status).toBe(503);
    expect([disk.hangingCount, clock.runningCount]).toEqual([3, 0]);
    disk.recover();
    await settle();
    expect((await ask(site, '/mount/a.txt')).text).toBe('a');
    expect(disk.memory.openCount).toBe(0);
  });

  it('is no longer answered by memory than what is there is believed', async () => {
    const { disk, clock, site } = setUp();
    await ask(site, '/mount/a.txt');
    disk.hanging = /mount/;
    expect((await ask(site, '/mount/a.txt')).status).toBe(200);
    await clock.pass(1000);
    const asked = ask(site, '/mount/a.txt');
    await clock.pass(TIMEOUT_MS);
    expect((await asked).status).toBe(503);
  });
});

describe('a disk that hangs in the middle of a content', () => {
  it('makes reading it reject; the file is closed when the disk is back', async () => {
    const { disk, clock, respond } = setUp();
    const { status, content } = await respond('/mount/long.txt');
    expect(status).toBe(200);
    const buffer = new Uint8Array(1000);
    expect(await content?.read(buffer)).toBe(1000);
    disk.hanging = /mount/;
    const reading = expect(content?.read(buffer)).rejects.toMatchObject({ kind: 'stuck' });
    await clock.pass(TIMEOUT_MS);
    await reading;
    await content?.close();
    expect(disk.memory.openCount).toBe(1);
    disk.recover();
    await settle();
    expect(disk.memory.openCount).toBe(0);
  });

  it('makes reading it reject before the last octets, where those cannot be vouched for', async () => {
    const { disk, clock, respond } = setUp();
    const { content } = await respond('/mount/long.txt');
    disk.hanging = /look/;
    const reading = expect(readAll(content!, 10_000)).rejects.toMatchObject({ kind: 'stuck' });
    await clock.pass(TIMEOUT_MS);
    await reading;
    await content?.close();
    disk.recover();
    await settle();
    expect(disk.memory.openCount).toBe(0);
  });

  it('is waited for no longer to close it', async () => {
    const { disk, clock, respond } = setUp();
    const { content } = await respond('/mount/long.txt');
    disk.hanging = /close/;
    let isClosed = false;
    void content?.close().then(() => (isClosed = true));
    await clock.pass(TIMEOUT_MS);
    expect(isClosed).toBe(true);
  });
});

describe('a disk that hangs beside a file', () => {
  const BROWSER = { 'Accept-Encoding': 'gzip, br' };

  it('for a sibling: the file is sent as it is, after one wait', async () => {
    const { disk, clock, respond } = setUp({ compress: false });
    disk.hanging = /\.(br|gz|zst)$/;
    const asked = respond('/mount/long.txt', BROWSER);
    await clock.pass(TIMEOUT_MS);
    const { status, fields, content } = await asked;
    expect([status, Object.fromEntries(fields)['Content-Encoding']]).toEqual([200, undefined]);
    expect((await readAll(content!)).toString()).toBe(LONG);
    await content?.close();
    expect(disk.hangingCount).toBe(1);
  });

  it('for what is compressed: the file is sent as it is, as far as it can be read', async () => {
    const { disk, clock, respond } = setUp({ precompressed: false });
    disk.hanging = /read/;
    const asked = respond('/mount/long.txt', BROWSER);
    await clock.pass(TIMEOUT_MS);
    const { status, fields, content } = await asked;
    expect([status, Object.fromEntries(fields)['Content-Encoding']]).toEqual([200, undefined]);
    const reading = expect(content?.read(new Uint8Array(10))).rejects.toMatchObject({
      kind: 'stuck',
    });
    await clock.pass(TIMEOUT_MS);
    await reading;
    await content?.close();
    disk.recover();
    await settle();
    expect(disk.memory.openCount).toBe(0);
  });

  it('for an entity tag: nobody waits, and there is none', async () => {
    const { disk, clock, respond } = setUp({ etag: 'content' });
    disk.hanging = /read/;
    const { status, fields, content } = await respond('/mount/long.txt');
    expect([status, Object.fromEntries(fields)['ETag']]).toEqual([200, undefined]);
    await content?.close();
    await new Promise(setImmediate);
    await clock.pass(TIMEOUT_MS);
    disk.recover();
    await settle();
    expect(disk.memory.openCount).toBe(0);
  });

  it('for the page of an error: none is sent, after one wait', async () => {
    const { disk, clock, site } = setUp();
    disk.hanging = /404/;
    const asked = ask(site, '/mount/deep/er/none');
    await clock.pass(TIMEOUT_MS);
    const { status, text } = await asked;
    expect([status, text]).toEqual([404, undefined]);
    expect(disk.calls.filter((call) => call.includes('404')).length).toBe(1);
  });
});

describe('a folder with a time for its disk', () => {
  const tree = new TemporaryTree();
  tree.write('pub/index.html', 'front');
  tree.write('pub/docs/a.txt', LONG);
  const root = tree.at('pub');

  afterEach(async () => {
    // What was given up comes back when the disk likes.
    const isClosed = (): void => {
      expect(tree.openDescriptors(), 'nothing stays open').toEqual([]);
    };
    await vi.waitFor(isClosed, { timeout: 15_000, interval: 1 });
  });

  afterAll(() => tree.remove());

  it('is answered as without, and no time runs afterwards', async () => {
    const clock = new ManualClock();
    const site = createStaticSite({ root, listing: true, diskTime: { afterMs: clock.afterMs } });
    for (const [target, status] of [
      ['/', 200],
      ['/docs/a.txt', 200],
      ['/docs/', 200],
      ['/none', 404],
      ['/docs/none/', 404],
    ] as const) {
      const answer = await ask(site, target);
      const plain = await ask(createStaticSite({ root, listing: true }), target);
      expect([answer.status, answer.text]).toEqual([status, plain.text]);
    }
    expect(clock.askedCount).toBeGreaterThan(0);
    expect(clock.runningCount).toBe(0);
  });

  it.each(['/', '/docs/a.txt', '/docs/', '/none'])(
    'that has no time at all is answered with 503: %s',
    async (target) => {
      const afterMs = (_: number, callback: () => void): (() => void) => {
        let isOff = false;
        queueMicrotask(() => isOff || callback());
        return () => (isOff = true);
      };
      const site = createStaticSite({ root, listing: true, diskTime: { afterMs } });
      expect((await ask(site, target)).status).toBe(503);
    },
  );

  it.each([
    { timeoutMs: 0 },
    { timeoutMs: NaN },
    { timeoutMs: Infinity },
    { threads: 1 },
    { threads: 2.5 },
  ])('cannot have one of %j', (limits) => {
    const { afterMs } = new ManualClock();
    expect(() => createStaticSite({ root, diskTime: { afterMs, ...limits } })).toThrow(TypeError);
  });
});
