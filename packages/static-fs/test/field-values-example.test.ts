import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

import { answer } from './field-values-example.ts';

const NOW = Date.UTC(2026, 7, 15, 12, 0, 0);

function read(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8');
}

it('the example of field values in the README is the one that is run here', () => {
  expect(read('../README.md')).toContain(`\`\`\`ts\n${read('field-values-example.ts')}\`\`\``);
});

it.each<[Readonly<Record<string, string>>, string, string]>([
  [{}, '200 0123456789', 'nothing is asked for but the text'],
  [{ 'If-None-Match': 'W/"v1"' }, '304 "v1"', 'the client has it'],
  [{ 'If-Match': '"v0"' }, '412', 'the client wants another'],
  [{ Range: 'bytes=-3' }, '206 bytes 7-9/10 789', 'the end'],
  [{ Range: 'bytes=0-1,5-5' }, '206 bytes 0-1/10 01; bytes 5-5/10 5', 'two parts'],
  [{ Range: 'bytes=-3', 'If-Range': '"v0"' }, '200 0123456789', 'of another version'],
  [{ Range: 'bytes=20-' }, '416 bytes */10', 'past the end'],
  [{ Range: 'lines=1-' }, '200 0123456789', 'another unit'],
])('the example of field values in the README answers %j with %j: %s', (fields, expected) => {
  const lookup = { get: (name: string): string | undefined => fields[name] };
  expect(answer({ method: 'GET', fields: lookup }, '0123456789', NOW)).toBe(expected);
});
