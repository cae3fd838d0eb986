import { describe, expect, it } from 'vitest';

import { isWindowsAlias } from './windows-names.ts';

describe('isWindowsAlias()', () => {
  it.each([
    ['con', 'a device'],
    ['CON', 'in any case'],
    ['aux.txt', 'with an extension'],
    ['nul.tar.gz', 'with two'],
    ['COM1', 'a numbered device'],
    ['com0', 'from zero on'],
    ['lpt9.log', 'numbered, with an extension'],
    ['COM1 .txt', 'with a blank before the dot'],
    ['com\u00b9', 'a superscript digit counts'],
    ['CONIN$', 'the console'],
    ['CLOCK$', 'the clock'],
    ['a.txt.', 'a final dot is cut off'],
    ['a.txt...', 'and so are several'],
    ['a.txt ', 'a final blank is cut off'],
    ['a.txt::$DATA', 'the main stream by its name'],
    ['a.txt:hidden', 'another stream'],
    ['docs::$INDEX_ALLOCATION', 'a directory by its stream'],
    ['c:', 'a drive'],
    ['c:x', 'relative to the folder of a drive'],
    ['LONGNA~1.TXT', 'a short name'],
    ['PROGRA~1', 'a short name without extension'],
    ['a?b', 'a wildcard'],
    ['a*b', 'a wildcard'],
    ['a"b', 'a wildcard of DOS'],
    ['a<b', 'a wildcard of DOS'],
    ['a|b', 'no file name'],
  ])('refuses %j: %s', (name) => {
    expect(isWindowsAlias(name)).toBe(true);
  });

  it.each([
    ['console', 'only begins like a device'],
    ['aux-1.txt', 'only begins like a device'],
    ['com10', 'two digits'],
    ['com', 'no digit'],
    ['my.con', 'a device as extension'],
    ['a.b.c', 'dots inside'],
    ['a b', 'a blank inside'],
    [' a', 'a blank at the start'],
    ['~', 'a tilde alone'],
    ['a~b', 'a tilde without a digit'],
    ['.well-known', 'a dot at the start'],
    ['日本.txt', 'beyond ASCII'],
  ])('takes %j: %s', (name) => {
    expect(isWindowsAlias(name)).toBe(false);
  });
});
