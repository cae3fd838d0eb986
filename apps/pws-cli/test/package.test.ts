/**
 * The package as another program imports it, by its name: from the sources, with their types, and
 * built, in a process of its own that knows nothing of this repository.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import {
  CommandError,
  type Exchange,
  FileSourceError,
  type RunningServer,
  type ServerOptions,
  startServer,
} from 'pws-cli';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

const site = new TemporarySite({ 'index.html': 'Front page\n' });
afterAll(() => site.remove());

const HOST = '127.0.0.1';

describe('startServer() of the package', () => {
  it('serves on a free port, tells of exchanges, and stops', async () => {
    const exchanges: Exchange[] = [];
    const observer: ServerOptions['observer'] = { exchange: (each) => exchanges.push(each) };
    const options: ServerOptions = { root: site.root, port: 0, host: HOST, observer };
    const server: RunningServer = await startServer(options);
    const { port } = server.address;
    expect((await ask(port, '/')).content.toString()).toBe('Front page\n');
    await server.close();
    expect(exchanges.map(({ target, status }) => [target, status])).toEqual([['/', 200]]);
    await expect(ask(port, '/')).rejects.toThrow('ECONNREFUSED');
  });

  it('rejects with a FileSourceError where the root is missing', async () => {
    const failure = startServer({ root: `${site.root}/gone`, port: 0, host: HOST });
    await expect(failure).rejects.toBeInstanceOf(FileSourceError);
    await expect(failure).rejects.toMatchObject({ name: 'FileSourceError', kind: 'missing' });
  });

  it('rejects with a CommandError where the port is taken', async () => {
    const server = await startServer({ root: site.root, port: 0, host: HOST });
    const { port } = server.address;
    const failure = startServer({ root: site.root, port, host: HOST });
    await expect(failure).rejects.toBeInstanceOf(CommandError);
    await expect(failure).rejects.toMatchObject({ exitCode: 1 });
    await server.close();
  });
});

describe('the built package', () => {
  /** Runs a script where the package is found by its name; what it prints. */
  async function run(script: string): Promise<string> {
    const cwd = dirname(dirname(inject('program')));
    const args = ['--input-type=module', '--eval', script];
    return (await promisify(execFile)(process.execPath, args, { cwd })).stdout;
  }

  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, example = ''] = /^```ts\n(.*?)^```$/ms.exec(readme) ?? [];

  it('does what the README shows', async () => {
    expect(await run(example)).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\n$/);
  });

  it('says what the README shows where the folder is missing', async () => {
    expect(await run(example.replace("'dist'", "'gone'"))).toBe(
      'cannot serve that folder: missing\n',
    );
  });
});
