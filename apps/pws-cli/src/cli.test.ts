import { describe, expect, it, test } from 'vitest';
import { type Invocation, parseCommandLine } from './cli.ts';
import { CommandError } from './command-error.ts';
import type { GivenArguments } from './layers.ts';
import { OPTIONS } from './options.ts';

const parse = (...args: string[]): Promise<Invocation> => parseCommandLine(args, '1.2.3');

const serve = (root: string | undefined, flags: GivenArguments['flags'] = {}): Invocation => ({
  command: 'serve',
  given: { root, flags },
});

async function failureOf(...args: string[]): Promise<unknown> {
  return parse(...args).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('parseCommandLine() takes apart', () => {
  test.each<[string[], Invocation]>([
    [[], serve(undefined)],
    [['dist'], serve('dist')],
    [['serve'], serve(undefined)],
    [['serve', 'dist'], serve('dist')],
    [['./serve'], serve('./serve')],
    [['./check'], serve('./check')],
    [['serve', 'check'], serve('check')],
    [['serve', 'why'], serve('why')],
    [['--port', '3000'], serve(undefined, { port: ['3000'] })],
    [['--port=3000'], serve(undefined, { port: ['3000'] })],
    [['-p', '3000'], serve(undefined, { port: ['3000'] })],
    [['-p3000'], serve(undefined, { port: ['3000'] })],
    [['--port', '-1'], serve(undefined, { port: ['-1'] })],
    [['--port', '0x50'], serve(undefined, { port: ['0x50'] })],
    [['--port'], serve(undefined, { port: [''] })],
    [['--port='], serve(undefined, { port: [''] })],
    [['--port', '1', '--port', '2'], serve(undefined, { port: ['1', '2'] })],
    [['-p', '1', '--port', '2'], serve(undefined, { port: ['1', '2'] })],
    [['dist', '-H', '::1'], serve('dist', { host: ['::1'] })],
    [['--host', '127.0.0.1', 'dist'], serve('dist', { host: ['127.0.0.1'] })],
    [['--backlog', '7', '--log', 'json'], serve(undefined, { backlog: ['7'], log: ['json'] })],
    [['-q'], serve(undefined, { quiet: ['true'] })],
    [['-qv', 'dist'], serve('dist', { quiet: ['true'], verbose: ['true'] })],
    [['--quiet', 'dist'], serve('dist', { quiet: ['true'] })],
    [['--quiet=false'], serve(undefined, { quiet: ['false'] })],
    [['--no-verbose'], serve(undefined, { verbose: ['false'] })],
    [['--health'], serve(undefined, { health: [''] })],
    [['dist', '--health'], serve('dist', { health: [''] })],
    [['--health', '--metrics', 'dist'], serve(undefined, { health: [''], metrics: ['dist'] })],
    [['--health=/ops/', 'dist'], serve('dist', { health: ['/ops/'] })],
    [['--no-health', 'dist'], serve('dist', { health: ['false'] })],
    [['--metrics', '[::1]:0'], serve(undefined, { metrics: ['[::1]:0'] })],
    [['007'], serve('007')],
    [['1e3'], serve('1e3')],
    [['blank name'], serve('blank name')],
    [[''], serve('')],
  ])('%j', async (args, expected) => {
    expect(await parse(...args)).toEqual(expected);
  });

  it('a leading "--" as if it were not there, as pnpm hands it on', async () => {
    expect(await parse('--', '--port', '3000', 'dist')).toEqual(serve('dist', { port: ['3000'] }));
  });

  it.each(['dist', '-dist'])('%s behind a later "--" as the folder', async (root) => {
    expect(await parse('-q', '--', root)).toEqual(serve(root, { quiet: ['true'] }));
  });
});

describe('parseCommandLine() takes the commands apart that ask:', () => {
  const own = { path: '/a', method: undefined, fields: [], json: false };
  const given = { root: undefined, flags: {} };

  test.each<[string[], Invocation]>([
    [['why', '/a'], { command: 'why', given, own }],
    [['why', '/a', 'dist'], { command: 'why', given: { ...given, root: 'dist' }, own }],
    [['why', '/a', '--', '-dist'], { command: 'why', given: { ...given, root: '-dist' }, own }],
    [['why', '007'], { command: 'why', given, own: { ...own, path: '007' } }],
    [
      ['why', '--json', '/a', '--port', '3', '--quiet=maybe'],
      {
        command: 'why',
        given: { ...given, flags: { port: ['3'], quiet: ['maybe'] } },
        own: { ...own, json: true },
      },
    ],
    [
      ['why', '/a', '--method=HEAD', '--field', 'A: b', '--field=C:'],
      { command: 'why', given, own: { ...own, method: 'HEAD', fields: ['A: b', 'C:'] } },
    ],
    [['check'], { command: 'check', given, own: { json: false } }],
    [
      ['check', 'dist', '--json', '--spa'],
      {
        command: 'check',
        given: { root: 'dist', flags: { spa: ['true'] } },
        own: { json: true },
      },
    ],
  ])('%j', async (args, expected) => {
    expect(await parse(...args)).toEqual(expected);
  });

  it.each([
    [['why']],
    [['why', '/a', 'dist', 'more']],
    [['check', 'dist', 'more']],
    [['check', '--method', 'GET']],
    [['dist', '--json']],
  ])('%j is refused', async (args) => {
    expect(await failureOf(...args)).toMatchObject({ exitCode: 2 });
  });

  it('each has a line in the help, and a help of its own', async () => {
    const textOf = async (...args: string[]): Promise<string> => {
      const help = await parse(...args);
      return help.command === 'print' ? help.text : '';
    };
    const all = await textOf('--help');
    expect(all).toMatch(/pws why <path> \[root\] +Explain how one request would be answered/);
    expect(all).toMatch(/pws check \[root\] +Look a site over before it is deployed/);
    expect(all).not.toContain('--method');
    const why = await textOf('why', '--help');
    for (const flag of ['--json', '--method', '--field', '--spa']) expect(why).toContain(flag);
    expect(await textOf('check', '--help')).toMatch(/--json +Print one JSON document/);
  });
});

describe('parseCommandLine() refuses', () => {
  test.each<[string[], string]>([
    [['--prot', '3000'], '--prot'],
    [['-x'], '-x'],
    [['--Port', '3000'], '--Port'],
    [['--constructor', '1'], '--constructor'],
    [['dist', 'other'], 'other'],
    [['serve', 'dist', 'other'], 'other'],
    [['dist', 'b', 'c'], 'b c'],
    [['--prot', '1', '--hots', '2'], '--prot --hots'],
  ])('%j: got %s', async (args, got) => {
    const failure = await failureOf(...args);
    expect(failure).toBeInstanceOf(CommandError);
    expect(failure).toMatchObject({
      exitCode: 2,
      message: `expected one folder and known flags, got ${got}\nRun pws --help for all flags.`,
    });
  });

  it('a flag with a dot in it, since there is none', async () => {
    expect(await failureOf('--port.x', '3000')).toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('--port.x'),
    });
  });
});

// The value is checked in config.ts; here it must not turn into another one.
describe('parseCommandLine() hands on, for options.ts to refuse,', () => {
  it.each(['maybe', '2', ''])('--quiet=%s as it was written', async (text) => {
    expect(await parse(`--quiet=${text}`)).toEqual(serve(undefined, { quiet: [text] }));
  });
});

describe('parseCommandLine() prints', () => {
  it('the version, and nothing else', async () => {
    expect(await parse('--version')).toEqual({ command: 'print', text: '1.2.3' });
  });

  it('the help with every flag, its letter and its default', async () => {
    const help = await parse('--help');
    expect(help.command).toBe('print');
    const text = help.command === 'print' ? help.text : '';
    for (const [name, { alias }] of Object.entries(OPTIONS) as [string, { alias?: string }][]) {
      expect(text).toContain(`--${name}`);
      if (alias !== undefined) expect(text).toMatch(new RegExp(`-${alias}, --${name}\\b`));
    }
    expect(text).toMatch(/root +Folder to serve/);
    expect(text).toMatch(/--port [^[]*\[string\] \[default: 8001\]/);
    expect(text).toMatch(/--host [^[]*\[string\] \[default: all interfaces\]/);
    expect(text).toMatch(/--compress [^[]*\[boolean\] \[default: true\]/);
    expect(text).toMatch(/--listing [^[]*\[boolean\]\n/);
    expect(text).toContain('PWS_PORT');
  });

  it('the same help for the command by its name', async () => {
    const help = await parse('serve', '--help');
    expect(help.command).toBe('print');
    expect(help.command === 'print' && help.text).toContain('--port');
  });

  it('help in English, whatever the person speaks', async () => {
    const { LC_ALL } = process.env;
    process.env['LC_ALL'] = 'de_DE.UTF-8';
    const help = await parse('--help');
    if (LC_ALL === undefined) delete process.env['LC_ALL'];
    else process.env['LC_ALL'] = LC_ALL;
    expect(help.command === 'print' && help.text).toContain('Show help');
  });

  it('help lines that fit into 100 columns', async () => {
    const help = await parse('--help');
    const lines = help.command === 'print' ? help.text.split('\n') : [];
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
  });
});
