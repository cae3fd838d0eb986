import type { FieldLines, ServedFile } from '@pws/static-fs';
import { expect, it } from 'vitest';
import { type CacheFieldsOptions, cacheFields } from './cache-fields.ts';
import { createCachePolicy } from './cache-policy.ts';
import type { HandledRequest } from './handler.ts';

const HTML: FieldLines = [['Content-Type', 'text/html; charset=utf-8']];
const SCRIPT: FieldLines = [['Content-Type', 'text/javascript; charset=utf-8']];
const PAGE: ServedFile = { segments: ['index.html'], role: 'index' };
const HASHED: ServedFile = { segments: ['assets', 'index-BwR3k9Xq.js'], role: 'file' };
const SHELL: ServedFile = { segments: ['index.html'], role: 'shell' };
const AUTO = createCachePolicy('auto');
const AUTO_FOR_ONE = createCachePolicy('auto', { isPrivate: true });
const ASKED: FieldLines = [['cache-control', 'max-age=5']];

it.each<[string, Partial<CacheFieldsOptions>, FieldLines, ServedFile | undefined, string]>([
  ['a page', { policy: AUTO }, HTML, PAGE, 'no-cache'],
  ['a hashed name', { policy: AUTO }, SCRIPT, HASHED, 'public, max-age=31536000, immutable'],
  [
    'a hashed name behind a password',
    { policy: AUTO_FOR_ONE, isPrivate: true },
    SCRIPT,
    HASHED,
    'private, max-age=31536000, immutable',
  ],
  ['anything behind a password, without a policy', { isPrivate: true }, HTML, PAGE, 'private'],
  ['anything, without a policy', {}, HTML, PAGE, ''],
  ['an answer that says it itself', { policy: AUTO, isPrivate: true }, ASKED, PAGE, ''],
  ['what a person says it of', { policy: AUTO, isPrivate: true, header: ASKED }, HTML, PAGE, ''],
  ['the shell, whatever a person says', { policy: AUTO, header: ASKED }, HTML, SHELL, 'no-cache'],
])('cacheFields() says of %s what holds', (_what, options, fields, served, expected) => {
  const dresser = cacheFields({ policy: undefined, isPrivate: false, header: [], ...options });
  const lines = dresser({} as HandledRequest, { status: 200, fields, content: undefined, served });
  expect(lines.map(([, value]) => value).join()).toBe(expected);
});

it('cacheFields() goes by the policy of the mount that answered', () => {
  const mounted = new Map([['/docs/', createCachePolicy('off')]]);
  const dresser = cacheFields({ policy: AUTO, mounted, isPrivate: false, header: [] });
  const saidOf = (mount: string | undefined): unknown => {
    const answer = { status: 200, fields: HTML, content: undefined, served: PAGE, mount };
    return dresser({} as HandledRequest, answer)[0]?.[1];
  };
  expect([saidOf(undefined), saidOf('/docs/')]).toEqual(['no-cache', 'no-store']);
});
