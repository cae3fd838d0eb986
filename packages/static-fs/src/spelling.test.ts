import { expect, it } from 'vitest';

import { withExtension, withoutExtension } from './spelling.ts';

it.each([
  [
    ['docs', 'about.html'],
    ['docs', 'about'],
  ],
  [['about.htm'], undefined],
  [['about.HTML'], undefined],
  [['.html'], undefined],
  [[], undefined],
])('withoutExtension() makes of %j %j', (segments, expected) => {
  expect(withoutExtension(segments)).toEqual(expected);
  if (expected !== undefined) expect(withExtension(expected)).toEqual(segments);
});

it('withExtension() makes nothing of the root', () => {
  expect(withExtension([])).toBeUndefined();
});
