import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

import { print } from './readme-example.ts';

function read(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8');
}

it('the example of the README is the one that is run here', () => {
  expect(read('../README.md')).toContain(`\`\`\`ts\n${read('readme-example.ts')}\`\`\``);
});

it('the example of the README prints the file', async () => {
  const lines: string[] = [];
  const root = fileURLToPath(new URL('site', import.meta.url));
  await print(root, '/hello.txt', (text) => lines.push(text));
  expect(lines.join('')).toMatch(
    /^200\nContent-Type: text\/plain; charset=utf-8\nContent-Length: 6\nLast-Modified: .*\nETag: "[0-9a-z-]+"\nAccept-Ranges: bytes\nVary: Accept-Encoding\nhello\n$/,
  );
});

it('the example of the README prints a redirect, which has no content', async () => {
  const lines: string[] = [];
  const root = fileURLToPath(new URL('site', import.meta.url));
  await print(root, '/docs', (text) => lines.push(text));
  expect(lines.join('')).toBe(
    '301\nLocation: /docs/\nContent-Length: 0\nCache-Control: no-cache\n',
  );
});
