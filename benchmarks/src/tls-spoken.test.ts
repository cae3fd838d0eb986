import { describe, expect, it } from 'vitest';
import { describeSpoken } from './tls-spoken.ts';

describe('describeSpoken()', () => {
  it.each<[[string, string[]][], string | undefined, string]>([
    [[['TLSv1.3 A', ['PWS', 'nginx']]], 'TLSv1.3 A', 'it is one'],
    [
      [
        ['TLSv1.3 B', ['Caddy']],
        ['TLSv1.3 A', ['PWS', 'nginx']],
      ],
      'TLSv1.3 A; Caddy: TLSv1.3 B',
      'those are named that differ',
    ],
    [[], undefined, 'nobody speaks it'],
  ])('%j: %s, as %s', (spoken, expected) => {
    expect(describeSpoken(new Map(spoken))).toBe(expected);
  });
});
