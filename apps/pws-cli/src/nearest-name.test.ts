import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { nearestName } from './nearest-name.ts';

const NAMES = ['port', 'host', 'index', 'headTimeout', 'precompressed', 'memory', 'log'];

describe('nearestName()', () => {
  test.each<[string, string | undefined, string]>([
    ['port', 'port', 'the name itself'],
    ['Port', 'port', 'in another case'],
    ['prot', 'port', 'two exchanged'],
    ['pirt', 'port', 'one replaced'],
    ['part of', undefined, 'too many'],
    ['pot', 'port', 'one left out'],
    ['ports', 'port', 'one too many'],
    ['hast', 'host', 'one replaced'],
    ['head-timeout', 'headTimeout', 'as the flag is written'],
    ['HEAD_TIMEOUT', 'headTimeout', 'as the variable is written'],
    ['precompresed', 'precompressed', 'a slip'],
    ['compress', undefined, 'another word'],
    ['', undefined, 'nothing'],
    ['x', undefined, 'one character'],
    ['p'.repeat(1000), undefined, 'what no name is as long as'],
  ])('of %j is %s: %s', (wrong, nearest) => {
    expect(nearestName(wrong, NAMES)).toBe(nearest);
  });

  it('is a name, whatever is asked', () => {
    fc.assert(
      fc.property(fc.string(), (wrong) => {
        expect([undefined, ...NAMES]).toContain(nearestName(wrong, NAMES));
      }),
    );
  });
});
