/**
 * The root itself goes and comes back, under a program that goes on: removed, renamed away,
 * unmounted, mounted anew. What is gone is missing, what is there is served, and nothing of the old
 * root keeps it from going.
 */
import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { canRunIn, numberInside, runBeside, withMounts } from './namespaces.ts';
import { Program, killPrograms } from './program.ts';
import { RawClient, ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

const place = new TemporarySite({ 'template/index.html': '', 'template/docs/a.txt': 'A.\n' });
const root = `${place.root}/root`;
const LARGE_BYTES = 64 * 1024 * 1024;

afterEach(async () => {
  await killPrograms();
  rmSync(root, { recursive: true, force: true });
});
afterAll(() => place.remove());

/** Makes a root with a text as its front page. */
function makeRoot(text: string, path = root): void {
  cpSync(`${place.root}/template`, path, { recursive: true });
  writeFileSync(`${path}/index.html`, text);
}

/** Waits until the answers are these: what is in memory is believed for a second. */
async function untilAnswered(program: Program, expected: Record<string, unknown>): Promise<void> {
  const answers = async (): Promise<Record<string, unknown>> => {
    const found: Record<string, unknown> = {};
    for (const target of Object.keys(expected)) {
      // oxlint-disable-next-line no-await-in-loop
      const { status, content } = await ask(program.port, target);
      found[target] = status === 200 ? content.toString() : status;
    }
    return found;
  };
  await expect.poll(answers, { timeout: 10_000 }).toEqual(expected);
}

const GONE = { '/': 404, '/docs/a.txt': 404, '/docs': 404, '/none': 404 };
const thereWith = (text: string): Record<string, unknown> => ({
  '/': text,
  '/docs/a.txt': 'A.\n',
  '/docs/': 404,
  '/none': 404,
});

describe('a root that goes and comes back', () => {
  it.each([
    ['removed', () => rmSync(root, { recursive: true })],
    ['renamed away', () => renameSync(root, `${place.root}/away-${process.hrtime.bigint()}`)],
  ])('is served again after it was %s, with what is in it then', async (_how, goes) => {
    makeRoot('first');
    const program = await Program.serving([root, '--log', 'none']);
    await untilAnswered(program, thereWith('first'));
    for (const text of ['second', 'third']) {
      goes();
      // One after the other.
      // oxlint-disable-next-line no-await-in-loop
      await untilAnswered(program, GONE);
      makeRoot(text);
      // oxlint-disable-next-line no-await-in-loop
      await untilAnswered(program, thereWith(text));
    }
    expect(program.stderr).not.toContain('pws:');
  });

  it('is another one at once where another was renamed to its name', async () => {
    makeRoot('first');
    const program = await Program.serving([root, '--log', 'none']);
    await untilAnswered(program, thereWith('first'));
    makeRoot('second', `${place.root}/next`);
    renameSync(root, `${place.root}/previous`);
    renameSync(`${place.root}/next`, root);
    await untilAnswered(program, thereWith('second'));
  });
});

const MOUNTED = withMounts(
  `mount -t tmpfs tmpfs ${root} && cp -r ${place.root}/template/. ${root}`,
);
mkdirSync(root);
const MOUNTS = canRunIn(MOUNTED);

describe.runIf(MOUNTS)('a root that is a disk (needs the right to mount)', () => {
  const inside = (program: Program): string => `/proc/${numberInside(program)}/root${root}`;
  const mount = (program: Program, text: string): void => {
    runBeside(numberInside(program), ['mount', '-t', 'tmpfs', 'tmpfs', root]);
    makeRoot(text, inside(program));
  };

  it('can be unmounted, and is served again when it is back', async () => {
    mkdirSync(root, { recursive: true });
    const program = await Program.serving([root, '--log', 'none'], { through: MOUNTED });
    writeFileSync(`${inside(program)}/index.html`, 'first');
    await untilAnswered(program, thereWith('first'));
    for (const text of ['second', 'third']) {
      // "Device or resource busy" as long as the program had any of it open.
      runBeside(numberInside(program), ['umount', root]);
      // oxlint-disable-next-line no-await-in-loop
      await untilAnswered(program, GONE);
      mount(program, text);
      // oxlint-disable-next-line no-await-in-loop
      await untilAnswered(program, thereWith(text));
    }
    expect(program.stderr).not.toContain('pws:');
  });

  it('is the one that is mounted over it, and the other one again after that', async () => {
    mkdirSync(root, { recursive: true });
    const program = await Program.serving([root, '--log', 'none'], { through: MOUNTED });
    writeFileSync(`${inside(program)}/index.html`, 'below');
    await untilAnswered(program, thereWith('below'));
    mount(program, 'above');
    await untilAnswered(program, thereWith('above'));
    runBeside(numberInside(program), ['umount', root]);
    await untilAnswered(program, thereWith('below'));
  });

  it('goes at once from who asks next, and a file that is on its way arrives whole', async () => {
    mkdirSync(root, { recursive: true });
    const program = await Program.serving([root, '--log', 'none'], { through: MOUNTED });
    const octets = Buffer.alloc(LARGE_BYTES, 'pws ');
    writeFileSync(`${inside(program)}/large.bin`, octets);
    const client = await RawClient.connect(program.port);
    await client.send('GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await client.untilReceived('a head', (received) => received.includes('\r\n\r\n'));
    client.stopReading();
    runBeside(numberInside(program), ['umount', '--lazy', root]);
    await untilAnswered(program, { '/none': 404, '/': 404 });
    client.readOn();
    const { status, content } = await client.response();
    expect([status, content.equals(octets)]).toEqual([200, true]);
    client.leave();
  });
});
