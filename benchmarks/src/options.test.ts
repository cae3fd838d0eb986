import { describe, expect, it } from 'vitest';
import { readOptions } from './options.ts';

const KNOWN = { rows: ['1k', '1k-logged', 'tls-1k'], servers: ['pws', 'nginx'] };
const WHOLE = { rows: [], servers: [], rounds: 7, seconds: 3, isWhole: true };

describe('readOptions()', () => {
  it.each<[string[], unknown, string]>([
    [[], WHOLE, 'a whole run'],
    [['--', '--rounds', '5'], { ...WHOLE, rounds: 5 }, 'a lone -- is dropped'],
    [['--quick'], { ...WHOLE, rounds: 1, seconds: 1, isWhole: false }, 'is not recorded'],
    [['--rows', 'tls, 1k'], { ...WHOLE, rows: ['tls', '1k'], isWhole: false }, 'beginnings of ids'],
    [['--servers', 'nginx'], { ...WHOLE, servers: ['nginx'], isWhole: false }, 'some of them'],
    [['--out', 'x'], { ...WHOLE, out: 'x' }, 'elsewhere'],
    [['--help', '--rows', 'no'], 'help', 'before all'],
    [['--list'], 'list', 'what there is'],
  ])('%j gives %j: %s', (args, expected) => expect(readOptions(args, KNOWN)).toEqual(expected));

  it.each([
    [['--rows', 'no'], '--rows: expected the beginning of one of'],
    [['--servers', 'apache'], '--servers: expected some of pws nginx, got apache'],
    [['--rounds', '0'], '--rounds: expected a whole number'],
    [['--seconds', '1.5'], '--seconds: expected a whole number'],
    [['--what'], "Unknown option '--what'"],
  ])('refuses %j: %s', (args, expected) => {
    expect(() => readOptions(args, KNOWN)).toThrow(expected);
  });
});
