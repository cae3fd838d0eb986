import { describe, expect, test } from 'vitest';
import { type FieldLine, Fields } from './fields.ts';
import { connectionOptions, wantsPersistence } from './persistence.ts';

describe('wantsPersistence()', () => {
  test.each<[values: string[], minorVersion: number, expected: boolean]>([
    [[], 1, true],
    [[], 0, false],
    [[], 2, true],
    [['close'], 1, false],
    [['CLOSE'], 1, false],
    [['close'], 0, false],
    [['keep-alive'], 0, true],
    [['Keep-Alive'], 0, true],
    [['keep-alive'], 1, true],
    [['keep-alive, close'], 1, false],
    [['close, keep-alive'], 0, false],
    [['keep-alive', 'close'], 1, false],
    [['TE', 'keep-alive'], 0, true],
    [['TE'], 0, false],
    [['TE'], 1, true],
    [['closed'], 1, true],
    [['not-close'], 1, true],
    [['close;a'], 1, true],
    [['"close"'], 1, true],
    [[''], 1, true],
    [[''], 0, false],
    [[',,\t close ,'], 1, false],
    [['\xa0close'], 1, true],
  ])('with Connection %j in HTTP/1.%i is %s', (values, minorVersion, expected) => {
    const lines = values.map((value): FieldLine => ['Connection', value]);
    expect(wantsPersistence(Fields.from(lines), minorVersion)).toBe(expected);
  });
});

describe('connectionOptions()', () => {
  test.each<[value: string, options: string[]]>([
    ['', []],
    [' \t', []],
    [',', []],
    ['close', ['close']],
    ['Keep-Alive,TE', ['keep-alive', 'te']],
    [' a ,\tb\t, ,c,', ['a', 'b', 'c']],
    ['a b', ['a b']],
    ['__proto__', ['__proto__']],
  ])('of %j are %j', (value, options) => {
    expect(connectionOptions(value)).toEqual(options);
  });
});
