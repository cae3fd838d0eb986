import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownText } from './own-text.ts';

describe('a text of its own', () => {
  it.each([
    ['', 'nothing'],
    ['docs/first.html', 'ASCII'],
    ['é\u00ff', 'Latin-1'],
    ['\u{1f40c}/日本', 'other characters'],
    ['\ud83d', 'half of a character'],
    ['a\0b', 'NUL'],
    ['x'.repeat(10_000), 'a long one'],
  ])('is %j again: %s', (text) => {
    expect(ownText(text)).toBe(text);
  });

  it('is the same, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (text) => {
        expect(ownText(text)).toBe(text);
        expect(ownText(`${text}/${text}`.slice(text.length))).toBe(`/${text}`);
      }),
    );
  });

  it('is not changed by the next one', () => {
    const first = ownText('first');
    ownText('other');
    expect(first).toBe('first');
  });
});
