/**
 * wget as people use it: to go on with a file that was cut, to keep a copy of a site, to look
 * whether links lead somewhere.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Said, hasProgram, runProgram } from './other-programs.ts';
import { Program, killPrograms } from './program.ts';
import { LAST_MODIFIED, TemporarySite } from './temporary-site.ts';

const HAS_WGET = hasProgram('wget', { shows: /GNU Wget/ });

const large = randomBytes(3_000_000);
const page = (...links: string[]): string =>
  `<!doctype html>\n${links.map((link) => `<a href="${link}">${link}</a>\n`).join('')}`;
/** Each file is one link away from the front page, but for the last. */
const files = {
  'index.html': page('a.html', 'large.bin', 'folder/', 'text.txt'),
  'a.html': page('/', 'folder/deep.html'),
  'folder/index.html': page('../a.html'),
  'text.txt': 'Text\n'.repeat(1000),
  'large.bin': large,
};
const site = new TemporarySite({ ...files, 'folder/deep.html': page(), 'none.html': page('/no') });
const kept = new TemporarySite();

let program: Program;
let secure: Program;

beforeAll(async () => {
  if (!HAS_WGET) return;
  const env = { XDG_CACHE_HOME: kept.root };
  program = await Program.serving([site.root, '--log', 'json']);
  secure = await Program.serving([site.root, '--log', 'json', '--https'], { env });
});

afterEach(() => {
  for (const { stderr } of [program, secure]) expect(stderr).not.toContain('pws:');
});

afterAll(async () => {
  await killPrograms();
  site.remove();
  kept.remove();
});

function wget(...args: string[]): Promise<Said> {
  // Nothing that fails is asked for again.
  const common = ['--no-config', '--tries=1', '--no-verbose', '-P', kept.root];
  return runProgram('wget', [
    ...common,
    '--ca-certificate',
    `${kept.root}/pws/localhost.pem`,
    ...args,
  ]);
}

function statuses(of: Program, target: string): number[] {
  return of.log
    .map((line) => JSON.parse(line) as { status: number; target: string })
    .filter((exchange) => exchange.target === target)
    .map(({ status }) => status);
}

describe.runIf(HAS_WGET)('wget', () => {
  it.each(['http', 'https'] as const)(
    'goes on with a file that was cut, over %s',
    async (scheme) => {
      const { port } = scheme === 'http' ? program : secure;
      const file = `${kept.root}/large.bin`;
      writeFileSync(file, large.subarray(0, 1_234_567));
      const said = await wget('--continue', `${scheme}://localhost:${port}/large.bin`);
      expect(said.exitCode, said.stderr).toBe(0);
      expect(readFileSync(file).equals(large)).toBe(true);
      const of = scheme === 'http' ? program : secure;
      await of.until(() => expect(statuses(of, '/large.bin')).toEqual([206]));
    },
  );

  it('keeps a copy of a site, and gets nothing of it a second time', async () => {
    const mirror = ['-r', '-l1', '-N', '-nH', '-P', `${kept.root}/copy`];
    for (const _time of [1, 2]) {
      // oxlint-disable-next-line no-await-in-loop
      const said = await wget(...mirror, `http://localhost:${program.port}/`);
      expect(said.exitCode, said.stderr).toBe(0);
    }
    const copies = readdirSync(`${kept.root}/copy`, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`.slice(`${kept.root}/copy/`.length));
    expect(copies.toSorted()).toEqual(Object.keys(files).toSorted());
    for (const [path, content] of Object.entries(files)) {
      const copy = `${kept.root}/copy/${path}`;
      expect(readFileSync(copy).equals(Buffer.from(content))).toBe(true);
      expect(statSync(copy).mtime).toEqual(new Date(LAST_MODIFIED));
    }
    // It looks for links in what it gets alone.
    await program.until(() => expect(statuses(program, '/')).toEqual([200, 304]));
  });

  it.each([
    [0, 'a page that is there', ['--spider'], '/a.html'],
    [8, 'a page that is not', ['--spider'], '/no'],
    [8, 'a page with a link that leads nowhere', ['--spider', '-r', '-l1', '-nH'], '/none.html'],
  ])('says by %i that it looked for %s', async (exitCode, _what, args, target) => {
    const said = await wget(...args, `http://localhost:${program.port}${target}`);
    expect(said.exitCode, said.stderr).toBe(exitCode);
  });
});
