/**
 * What the built program has loaded by its first answer. To find and load a module takes longer
 * than what most of them do, so that one too many is felt at each start.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, test } from 'vitest';
import { Program, killPrograms } from './program.ts';
import { ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

/** Runs before the program, and writes down what is loaded when that ends. */
const WITNESS = `
const { writeFileSync } = require('node:fs');
const before = process.moduleLoadList.length;
process.on('exit', () => {
  const own = process.moduleLoadList.slice(before).map((name) => name.split(' ')[1]);
  const files = Object.keys(require.cache).filter((file) => file !== __filename);
  writeFileSync(__dirname + '/loaded.json', JSON.stringify({ own, files }));
});
`;

/** What was loaded by the time of an answer. */
interface Loaded {
  /** Modules of Node that it had not loaded for itself. */
  readonly own: readonly string[];
  /** Files of CommonJS. */
  readonly files: readonly string[];
}

const site = new TemporarySite({ 'index.html': 'Front page\n', 'a.png': 'An image\n' });
const place = new TemporarySite({ 'witness.cjs': WITNESS });

afterEach(killPrograms);
afterAll(() => {
  site.remove();
  place.remove();
});

async function loadedBy(...args: string[]): Promise<Loaded> {
  const env = { NODE_OPTIONS: `--require=${join(place.root, 'witness.cjs')}` };
  const program = await Program.serving([site.root, ...args], { env });
  expect((await ask(program.port, '/a.png')).status).toBe(200);
  program.signal('SIGTERM');
  await program.untilEnd();
  return JSON.parse(readFileSync(join(place.root, 'loaded.json'), 'utf8')) as Loaded;
}

/** The packages that files are of; the program's own lie in none. */
function packagesOf(files: readonly string[]): Set<string> {
  const names = files.map((file) => /.*node_modules[/\\](.+?)[/\\]/.exec(file)?.[1] ?? '');
  return new Set(names.filter((name) => !name.startsWith('.pws-under-test')));
}

describe('the first answer over plain HTTP', () => {
  test.each(['none', 'json', 'combined'])('needs one small package, with --log %s', async (log) => {
    const { files } = await loadedBy('--log', log);
    expect([...packagesOf(files)]).toEqual(['picocolors']);
  });

  it('needs few files of the program', async () => {
    const { files } = await loadedBy('--log', 'none');
    expect(files.filter((file) => file.endsWith('.cjs')).length).toBeLessThanOrEqual(3);
  });

  test.each([
    ['http2', 'nobody speaks it without TLS'],
    ['http', 'the octets are read by @pws/http-wire'],
    ['https', 'as above'],
    // Node 24 has them in any case.
    ['internal/modules/esm/translators', 'the program is CommonJS, and what it needs is too'],
  ])('does not need %s of Node: %s', async (name) => {
    const { own } = await loadedBy('--log', 'none');
    expect(own).toContain('net');
    expect(own).not.toContain(name);
  });
});

describe('what is asked for is loaded:', () => {
  it('pino for a log as JSON of more than exchanges', async () => {
    const { files } = await loadedBy('--log', 'json', '--verbose');
    expect(packagesOf(files)).toContain('pino');
  });

  it('prom-client for metrics', async () => {
    const { files } = await loadedBy('--log', 'none', '--metrics');
    expect(packagesOf(files)).toContain('prom-client');
  });
});
