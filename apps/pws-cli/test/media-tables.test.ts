/**
 * The media types of the built program, whose tables are made by media-tables.mjs, are those of the
 * sources, which ask the packages.
 */
import { types } from 'mime-types';
import { afterAll, afterEach, expect, test } from 'vitest';
import { startServer } from '../src/index.ts';
import { Program, killPrograms } from './program.ts';
import { TemporarySite } from './temporary-site.ts';

// Long enough to be compressed, where that is of use.
const CONTENT = 'a '.repeat(2000);
const names = [
  ...Object.keys(types),
  'UPPER.PNG',
  'constructor',
  '__proto__',
  'toString',
  'nothing',
].map((extension) => `file.${extension}`);
const site = new TemporarySite(Object.fromEntries(names.map((name) => [name, CONTENT])));

afterEach(killPrograms);
afterAll(() => site.remove());

/** What depends on the media type, by name. */
async function answersOf(port: number): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {};
  for (const name of names) {
    // oxlint-disable-next-line no-await-in-loop
    const response = await fetch(`http://127.0.0.1:${port}/${name}`, {
      // Vary tells which are compressed; to do it takes time.
      headers: { 'accept-encoding': 'identity' },
    });
    // oxlint-disable-next-line no-await-in-loop
    await response.arrayBuffer();
    const { status, headers } = response;
    answers[name] = [status, headers.get('content-type'), headers.get('vary')];
  }
  return answers;
}

test('the built program gives each extension the media type that the packages give it', async () => {
  const program = await Program.serving([site.root, '--log', 'none']);
  const server = await startServer({ port: 0, host: '127.0.0.1', root: site.root, compress: true });
  const expected = await answersOf(server.address.port);
  expect(expected['file.html']).toEqual([200, 'text/html; charset=utf-8', 'Accept-Encoding']);
  expect(expected['file.png']).toEqual([200, 'image/png', null]);
  expect(await answersOf(program.port)).toEqual(expected);
  await server.close(0);
});
