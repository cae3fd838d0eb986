/**
 * Files that change while the program sends them over a socket: an answer is of one version and
 * whole, or the connection ends before the declared length is reached.
 * RFC 9112 §6.3 (a message that ends early is incomplete), §8.
 */
import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { COUNTS_DESCRIPTORS, ShortProgram, killShortPrograms } from './faults-program.ts';
import { RawClient } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

const POSIX = process.platform !== 'win32';

// More than the buffers of two sockets hold: the server is in the middle while nobody reads.
const LARGE_BYTES = 32 * 1024 * 1024;
const old = Buffer.alloc(LARGE_BYTES, 'o');
const site = new TemporarySite();
/** For each case another: that a name leads to nothing may be remembered for a second. */
let folder = '';
let path = '';
let count = 0;

let program: ShortProgram;
/** How many descriptors the program has open while nobody is connected. */
let startCount: number;

beforeAll(async () => {
  if (!POSIX) return;
  program = await ShortProgram.serving(site.root);
});

afterAll(async () => {
  await killShortPrograms();
  site.remove();
});

beforeEach(() => {
  startCount = COUNTS_DESCRIPTORS ? program.descriptorCount : 0;
  folder = `${site.root}/${++count}`;
  path = site.write(`${count}/large.bin`, old);
});

function request(fields: readonly string[] = []): string {
  const lines = [`GET /${count}/large.bin HTTP/1.1`, 'Host: localhost', ...fields];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** A client that has the head of an answer, and has stopped reading. */
async function beginReading(fields: readonly string[] = []): Promise<RawClient> {
  const client = await RawClient.connect(program.port);
  await client.send(request(fields));
  await client.untilReceived('a head', (received) => received.includes('\r\n\r\n'));
  client.stopReading();
  return client;
}

async function untilReleased(client: RawClient): Promise<void> {
  client.leave();
  if (COUNTS_DESCRIPTORS) await program.untilDescriptorCount(startCount);
  rmSync(folder, { recursive: true, force: true });
}

describe.runIf(POSIX)('an answer is never taken for complete (POSIX)', () => {
  it.each<[why: string, bytes: number, fields: string[], status: number]>([
    ['the file is emptied', 0, [], 200],
    ['the file loses its last octet', LARGE_BYTES - 1, [], 200],
    ['the file loses its second half', LARGE_BYTES / 2, [], 200],
    ['the file is emptied, and a range of it is sent', 0, ['Range: bytes=9-'], 206],
    ['the file is emptied, and ranges of it are sent', 0, ['Range: bytes=0-9,99-'], 206],
  ])('where %s', async (_why, bytes, fields, status) => {
    const client = await beginReading(fields);
    truncateSync(path, bytes);
    client.readOn();
    const received = await client.untilEnd();
    const head = received.slice(0, received.indexOf('\r\n\r\n'));
    const contentBytes = received.length - head.length - 4;
    expect(Number(head.split(' ')[1])).toBe(status);
    const declaredBytes = Number(/Content-Length: (\d+)/.exec(head)?.[1]);
    expect(declaredBytes).toBeGreaterThan(LARGE_BYTES - 1000);
    expect(contentBytes).toBeLessThan(declaredBytes);
    await program.until(() => {
      expect(program.exchanges.at(-1)).toMatchObject({
        status,
        ended: 'aborted-by-server',
        reason: 'the file became shorter than its declared length',
      });
    });
    await untilReleased(client);
  });
});

describe.runIf(POSIX)('an answer is complete, and of one version (POSIX)', () => {
  const replaceByRename = (): void => {
    writeFileSync(`${path}-next`, 'new');
    renameSync(`${path}-next`, path);
  };

  it.each<[why: string, change: () => void, after: number]>([
    ['the file grows', () => appendFileSync(path, 'n'.repeat(1_000_000)), 200],
    ['the file is removed', () => unlinkSync(path), 404],
    ['its folder is removed', () => rmSync(folder, { recursive: true }), 404],
    ['its folder is renamed', () => renameSync(folder, `${folder}-other`), 404],
    ['another file takes its name', replaceByRename, 200],
    [
      'a folder takes its name',
      () => {
        unlinkSync(path);
        mkdirSync(path);
      },
      404,
    ],
  ])('where %s', async (_why, change, after) => {
    const client = await beginReading();
    change();
    client.readOn();
    const { fields, content } = await client.response();
    expect(Number(fields['content-length'])).toBe(LARGE_BYTES);
    expect(content.equals(old)).toBe(true);

    // The connection can be used again, and the next answer knows.
    await client.send(request());
    const next = await client.response();
    expect(next.status).toBe(after);
    if (after === 200) expect(next.content.length).toBe(statSync(path).size);
    expect(next.fields['etag']).not.toBe(fields['etag']);
    await untilReleased(client);
  });
});

describe.runIf(POSIX)('an answer is never of two versions (POSIX)', () => {
  // One that is longer looks like one that was added to.
  it.each([
    ['by a shorter one', LARGE_BYTES - 1],
    ['by one of the same length', LARGE_BYTES],
  ])('where the file is written over in place, %s', async (_why, bytes) => {
    const client = await beginReading();
    // As `cp` does it: the same file is emptied and filled again, in one go.
    writeFileSync(path, Buffer.alloc(bytes, 'n'));
    client.readOn();
    await client
      .untilReceived('all that comes', (received) => received.length > LARGE_BYTES)
      .catch(() => undefined);
    const content = client.received.slice(client.received.indexOf('\r\n\r\n') + 4);
    expect(content.length === LARGE_BYTES && content.includes('o') && content.includes('n')).toBe(
      false,
    );
    await untilReleased(client);
  });
});
