import { describe, expect, it } from 'vitest';
import { verdictOn } from './guard-verdict.ts';

const RECORD = { recorded: '2030-01-02', node: 'v20.0.0', ratios: { '1 KB': 1.4 } };
const of = (median: number): { median: number; min: number; max: number } => ({
  median,
  min: median / 2,
  max: median * 1.5,
});

describe('verdictOn()', () => {
  it('prints the ratio next to the recorded one', () => {
    expect(verdictOn('1 KB', of(1.3), RECORD)).toBe(
      '1 KB: 1.30 x (0.65-1.95) a bare node:http, recorded 1.40 x',
    );
  });

  it('leaves noise alone', () => {
    expect(verdictOn('1 KB', of(0.7), RECORD)).not.toContain('SLOWER');
  });

  it('says aloud what is less than half of what was recorded', () => {
    const said = verdictOn('1 KB', of(0.69), RECORD);
    expect(said).toContain('!! SLOWER: 1 KB: 0.69 x');
    expect(said).toContain('1.40 x that was recorded on 2030-01-02');
  });

  it('does not cry where a round was as fast as recorded', () => {
    const said = verdictOn('1 KB', { median: 0.6, min: 0.1, max: 1.5 }, RECORD);
    expect(said).toContain('recorded 1.40 x: too busy a machine to tell');
    expect(said).not.toContain('SLOWER');
  });

  it('has nothing to compare with where nothing was recorded', () => {
    expect(verdictOn('1 KB', of(1), undefined)).toContain('none recorded');
    expect(verdictOn('1 MB', of(1), RECORD)).toContain('none recorded');
  });
});
