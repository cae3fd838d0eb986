import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { OPTION_NAMES, OPTIONS } from './options.ts';
import { type ParsedLine, parsePlainLine } from './plain-line.ts';
import { parseWithYargs } from './yargs-line.ts';

/** What is asked of a line, in either reading. */
function textsOf(parsed: ParsedLine): Record<string, string[]> {
  const given = [...OPTION_NAMES, 'root', '--'].filter((name) => parsed[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, [parsed[name]].flat().map(String)]));
}

async function readByYargs(args: readonly string[]): Promise<unknown> {
  const line = await parseWithYargs(args, '1.2.3');
  return 'parsed' in line ? textsOf(line.parsed) : line;
}

describe('parsePlainLine() takes apart, without yargs,', () => {
  test.each<[string[], Record<string, string[]>]>([
    [[], {}],
    [['dist'], { root: ['dist'] }],
    [['serve', 'dist'], { root: ['dist'] }],
    [['-p3000', '-qv', '.'], { port: ['3000'], quiet: ['true'], verbose: ['true'], root: ['.'] }],
    [['--port=1', '--port', '2'], { port: ['1', '2'] }],
    [['--no-compress', '--health'], { compress: ['false'], health: [''] }],
    [['-q', '--', '-dist'], { quiet: ['true'], '--': ['-dist'] }],
    [['--log', 'none', '--host', '::1', '.'], { log: ['none'], host: ['::1'], root: ['.'] }],
  ])('%j', async (args, expected) => {
    expect(textsOf(parsePlainLine(args) ?? { root: 'is not plain' })).toEqual(expected);
    expect(await readByYargs(args)).toEqual(expected);
  });
});

describe('parsePlainLine() leaves to yargs', () => {
  it.each([
    [['--help']],
    [['dist', '--help']],
    [['help']],
    [['serve', 'help']],
    [['--version']],
    [['--no-version']],
    [['--prot', '1']],
    [['-x']],
    [['--constructor', '1']],
    [['--root', 'dist']],
    [['--port.x', '1']],
    [['dist', 'other']],
    [['serve', 'dist', 'other']],
    [['--get-yargs-completions']],
    [['"dist"']],
    [['-']],
    [['why', '/']],
    [['why']],
    [['check']],
    [['check', 'dist']],
    [['serve', 'check']],
    [['']],
  ])('%j', (args) => {
    expect(parsePlainLine(args)).toBeUndefined();
  });
});

const letters = OPTION_NAMES.flatMap((name) => OPTIONS[name].alias ?? []);
const text = fc.oneof(
  fc.constantFrom(
    '',
    '-',
    '--',
    '-1',
    '0x10',
    '1e3',
    'true',
    'serve',
    'help',
    'why',
    'check',
    '"a"',
    `'a'`,
    'a b',
  ),
  fc.constantFrom('__proto__', 'constructor', 'a.b', 'a=b', '$0', '_', '[', '\n'),
  fc.string({ maxLength: 5 }),
);
const flag = fc.oneof(
  fc.constantFrom(...OPTION_NAMES),
  fc.constantFrom('help', 'version', 'root', 'prot', 'port.x', 'portX', '__proto__', '_', '$0'),
);
const argument = fc.oneof(
  text,
  flag.map((name) => `--${name}`),
  flag.map((name) => `--no-${name}`),
  fc.tuple(flag, text).map(([name, value]) => `--${name}=${value}`),
  fc
    .tuple(fc.array(fc.constantFrom(...letters, 'x'), { minLength: 1, maxLength: 3 }), text)
    .map(([given, value]) => `-${given.join('')}${value}`),
);

describe('a plain line', () => {
  it('is read as yargs reads it, whatever stands on it', async () => {
    let plainLines = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(argument, { maxLength: 6 }), async (args) => {
        const plain = parsePlainLine(args);
        if (plain === undefined) return;
        plainLines += 1;
        expect(await readByYargs(args)).toEqual(textsOf(plain));
      }),
      { numRuns: 500 },
    );
    expect(plainLines).toBeGreaterThan(50);
  });
});
