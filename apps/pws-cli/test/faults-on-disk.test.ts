/**
 * What a disk refuses, cannot name, leads nowhere, or fails to read: what is answered, what the
 * log says, and that no descriptor stays open. The faults are real; each is met by the program
 * over a socket. Decision 0008 says why each has the status that it has.
 */
import { chmodSync, mkdirSync, readFileSync, realpathSync, statSync, symlinkSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { COUNTS_DESCRIPTORS, ShortProgram, killShortPrograms } from './faults-program.ts';
import { RawClient, ask, exchangeOctets } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

const POSIX = process.platform !== 'win32';

/** Files of the kernel: one that says to be longer than it is, and one that cannot be read. */
const KERNEL_FOLDER = '/sys/class/net/lo';
const HAS_KERNEL_FOLDER = isShorterThanItSays('mtu') && cannotBeRead('speed');

function isShorterThanItSays(name: string): boolean {
  try {
    const path = `${KERNEL_FOLDER}/${name}`;
    return readFileSync(path).length < statSync(path).size;
  } catch {
    return false;
  }
}

function cannotBeRead(name: string): boolean {
  try {
    readFileSync(`${KERNEL_FOLDER}/${name}`);
    return false;
  } catch {
    return statSync(`${KERNEL_FOLDER}/${name}`, { throwIfNoEntry: false }) !== undefined;
  }
}

type Row = [why: string, target: string, status: number];

describe.runIf(POSIX)('a name that leads to nothing is answered with 404 (POSIX)', () => {
  const site = new TemporarySite({ 'a.txt': 'A.\n', [`${'x'.repeat(255)}`]: 'Long.\n' });
  let program: ShortProgram;

  beforeAll(async () => {
    const link = (to: string, name: string): void => symlinkSync(to, `${site.root}/${name}`);
    link('loop', 'loop');
    link('loop-2', 'loop-1');
    link('loop-1', 'loop-2');
    link('nowhere', 'dangling');
    link('.', 'self');
    link('a.txt', 'chain-0');
    for (let step = 1; step <= 50; step++) link(`chain-${step - 1}`, `chain-${step}`);
    program = await ShortProgram.serving(site.root);
  });

  afterAll(async () => {
    await killShortPrograms();
    site.remove();
  });

  it.each<Row>([
    ['a name as long as one can be', `/${'x'.repeat(255)}`, 200],
    ['a name that is one octet too long', `/${'x'.repeat(256)}`, 404],
    ['a name that is too long in octets, not in characters', `/${'%C3%A9'.repeat(128)}`, 404],
    ['a path that is too long', `/${'x'.repeat(200)}`.repeat(25), 404],
    ['links as deep as they may be', `${'/self'.repeat(20)}/a.txt`, 200],
    ['links deeper than the system follows', `${'/self'.repeat(60)}/a.txt`, 404],
    ['a chain of links', '/chain-8', 200],
    ['a chain that is longer than the system follows', '/chain-50', 404],
    ['a link to itself', '/loop', 404],
    ['a link to itself, as a folder', '/loop/', 404],
    ['below a link to itself', '/loop/a.txt', 404],
    ['two links to each other', '/loop-1', 404],
    ['a link to nothing', '/dangling', 404],
    ['below a file', '/a.txt/b.txt', 404],
  ])('%s', async (_why, target, status) => {
    const count = COUNTS_DESCRIPTORS ? program.descriptorCount : 0;
    for (const method of ['GET', 'HEAD']) {
      // The second of two may come from memory.
      for (let round = 0; round < 2; round++) {
        // oxlint-disable-next-line no-await-in-loop
        const answer = await ask(program.port, target, method);
        expect([method, answer.status]).toEqual([method, status]);
      }
    }
    if (COUNTS_DESCRIPTORS) await program.untilDescriptorCount(count);
  });
});

describe.runIf(POSIX)('what the operating system refuses (POSIX)', () => {
  const site = new TemporarySite({
    'closed.txt': 'CANARY',
    'open.txt': 'Open.\n',
    'page/404.html': 'CANARY',
    'coded.js': 'let coded;\n',
    'coded.js.br': 'CANARY',
    'index/index.html': 'CANARY',
    'folder/index.html': 'CANARY',
    'folder/a.txt': 'CANARY',
    'unlisted/index.html': 'Unlisted.\n',
    '.hidden': 'CANARY',
  });
  const refused = ['closed.txt', 'page/404.html', 'coded.js.br', 'index/index.html', '.hidden'];
  let program: ShortProgram;

  beforeAll(async () => {
    for (const name of [...refused, 'folder']) chmodSync(`${site.root}/${name}`, 0);
    chmodSync(`${site.root}/unlisted`, 0o311);
    chmodSync(site.root, 0o755);
    program = await ShortProgram.serving(site.root, { rights: 'ordinary' });
  });

  afterEach(() => chmodSync(site.root, 0o755));

  afterAll(async () => {
    await killShortPrograms();
    chmodSync(`${site.root}/folder`, 0o755);
    chmodSync(`${site.root}/unlisted`, 0o755);
    site.remove();
  });

  it.each<Row>([
    ['a file', '/closed.txt', 403],
    ['an index', '/index/', 403],
    ['a folder that may not be entered, with or without its slash', '/folder', 403],
    ['an index in a folder that may not be entered', '/folder/', 403],
    ['a file in a folder that may not be entered', '/folder/a.txt', 403],
    ['and whether there is one is not told', '/folder/none.txt', 403],
    ['a dotfile is not even looked at', '/.hidden', 404],
    ['a page for 404 that is refused is none', '/page/none.txt', 404],
    ['a sibling that is refused is none', '/coded.js', 200],
    ['a folder that may be entered, and not listed', '/unlisted/', 200],
    ['a folder that may not be listed, without its slash', '/unlisted', 301],
    ['a file next to all these', '/open.txt', 200],
  ])('%s (%s: %d)', async (_why, target, status) => {
    const count = COUNTS_DESCRIPTORS ? program.descriptorCount : 0;
    for (const method of ['GET', 'HEAD']) {
      // oxlint-disable-next-line no-await-in-loop
      const answer = await ask(program.port, target, method, ['Accept-Encoding: br']);
      expect([method, answer.status]).toEqual([method, status]);
      expect(answer.fields['retry-after']).toBeUndefined();
      expect(answer.head + answer.content.toString()).not.toMatch(/CANARY|EACCES/);
      expect(answer.head + answer.content.toString()).not.toContain(site.root);
      if (status !== 200) expect(answer.fields['etag']).toBeUndefined();
    }
    if (COUNTS_DESCRIPTORS) await program.untilDescriptorCount(count);
  });

  it('is named in the log, with its path', async () => {
    await ask(program.port, '/closed.txt?logged');
    const logged = (): string | undefined =>
      program.exchanges.find(({ target }) => target === '/closed.txt?logged')?.reason;
    await program.until(() => {
      expect(logged()).toContain(`EACCES: permission denied, open '${site.root}/closed.txt'`);
    });
  });

  it('is answered again as soon as it is refused no longer', async () => {
    chmodSync(site.root, 0);
    expect((await ask(program.port, '/folder-of-all/')).status).toBe(403);
    chmodSync(site.root, 0o755);
    expect((await ask(program.port, '/folder-of-all/')).status).toBe(404);
  });
});

describe.runIf(HAS_KERNEL_FOLDER)(`a disk that fails (${KERNEL_FOLDER}, Linux)`, () => {
  let program: ShortProgram;

  beforeAll(async () => {
    program = await ShortProgram.serving(realpathSync(KERNEL_FOLDER));
  });

  afterAll(killShortPrograms);

  it('is answered with 500 where it fails before a head was sent', async () => {
    const count = program.descriptorCount;
    const answer = await ask(program.port, '/speed');
    expect([answer.status, answer.fields['retry-after']]).toEqual([500, undefined]);
    expect(answer.fields['etag']).toBeUndefined();
    expect((await ask(program.port, '/speed', 'HEAD')).status).toBe(500);
    await program.until(() => expect(program.exchanges.at(-1)?.reason).toMatch(/^E[A-Z]+:.*read$/));
    await program.untilDescriptorCount(count);
  });

  it('never gives an answer that looks complete where a file is shorter than it says', async () => {
    const count = program.descriptorCount;
    const received = await exchangeOctets(
      program.port,
      'GET /mtu HTTP/1.1\r\nHost: localhost\r\n\r\n',
    );
    const [head = '', content = ''] = received.split('\r\n\r\n');
    const declared = Number(/Content-Length: (\d+)/.exec(head)?.[1]);
    expect(declared).toBe(statSync(`${KERNEL_FOLDER}/mtu`).size);
    expect(content.length).toBeLessThan(declared);
    await program.until(() => {
      expect(program.exchanges.at(-1)).toMatchObject({
        target: '/mtu',
        ended: 'aborted-by-server',
        reason: 'the file became shorter than its declared length',
      });
    });
    await program.untilDescriptorCount(count);
  });
});

describe.runIf(COUNTS_DESCRIPTORS)('clients that vanish at once (Linux)', () => {
  const site = new TemporarySite({
    'a.txt': 'A.\n',
    'large.bin': new Uint8Array(8 * 1024 * 1024),
    'closed.txt': 'x',
  });

  afterAll(async () => {
    await killShortPrograms();
    site.remove();
  });

  it('leave no descriptor behind, whatever they asked for', async () => {
    chmodSync(`${site.root}/closed.txt`, 0);
    mkdirSync(`${site.root}/folder`);
    symlinkSync('loop', `${site.root}/loop`);
    const program = await ShortProgram.serving(site.root, { rights: 'ordinary' });
    const count = program.descriptorCount;
    const targets = ['/a.txt', '/large.bin', '/closed.txt', '/loop', '/none', '/folder'];
    await Promise.all(
      targets.flatMap((target) =>
        Array.from({ length: 40 }, async (_, index) => {
          const client = await RawClient.connect(program.port);
          await client.send(`GET ${target}?${index} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
          if (index % 2 === 0) client.reset();
          else client.leave();
        }),
      ),
    );
    await program.untilDescriptorCount(count);
    await ask(program.port, '/a.txt?last');
    await program.untilDescriptorCount(count);
    expect(program.stderr).not.toContain('defect');
  });
});
