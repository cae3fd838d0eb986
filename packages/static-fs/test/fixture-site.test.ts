import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { createStaticSite, nodeFileSource } from '../src/index.ts';
import { ask } from './exchange.ts';

const root = fileURLToPath(new URL('site', import.meta.url));
const site = createStaticSite({ source: nodeFileSource({ root }) });

// Every file of the tree, as segments below it.
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => statSync(join(root, name)).isFile())
  .map((name) => relative(root, join(root, name)).split(sep));

describe('the site in test/site', () => {
  it.each(files.map((segments) => [`/${segments.join('/')}`, segments] as const))(
    'answers %s octet for octet, or denies it',
    async (target, segments) => {
      const answer = await ask(site, target);
      const denied = segments.some((segment) => /^\.(?!well-known$)/.test(segment));
      expect(answer.status).toBe(denied ? 404 : 200);
      if (denied) return;
      expect(answer.text).toBe(readFileSync(join(root, ...segments), 'utf8'));
      expect(answer.fields['Content-Length']).toBe(String(statSync(join(root, ...segments)).size));
    },
  );

  it.each([
    ['/', 200, 'text/html; charset=utf-8'],
    ['/docs/', 200, 'text/html; charset=utf-8'],
    ['/assets/app.js', 200, 'text/javascript; charset=utf-8'],
    ['/assets/style.css', 200, 'text/css; charset=utf-8'],
    ['/LICENSE', 200, 'application/octet-stream'],
    ['/empty.txt', 200, 'text/plain; charset=utf-8'],
    ['/assets/', 404, undefined],
  ])('answers %j with %d and %j', async (target, status, type) => {
    const answer = await ask(site, target);
    expect(answer.status).toBe(status);
    expect(answer.fields['Content-Type']).toBe(type);
  });
});
