import { describe, expect, it } from 'vitest';
import { spreadOf } from './compare.ts';
import { ceilingText, limitText } from './limits.ts';
import type { Measured, RowResult } from './result.ts';
import { RESULTS, WITH_PROCESSOR } from './results-for-tests.ts';

function rowCalled(id: string, { rows } = WITH_PROCESSOR): RowResult {
  const row = rows.find((each) => each.id === id);
  if (row === undefined) throw new Error(`expected a row ${id}`);
  return row;
}

type Use = readonly [busy: number, generatorBusy: number];

function useOf(server: string, [busy, generator]: Use): Measured {
  const processor = {
    micros: [5],
    spread: spreadOf([5]),
    busy: [busy],
    generatorBusy: [generator],
  };
  return { server, rounds: [100], spread: spreadOf([100]), processor };
}

describe('limitText()', () => {
  it.each([
    ['304', 'limit of the generator', 'both had time left, and it had less'],
    ['10k', 'limit of the generator for PWS', 'nginx had none left'],
    ['100m', '', 'neither had more than a thirtieth left'],
    ['connections-1', 'both cores waited', 'one connection keeps nobody busy'],
  ])('%s: "%s", as %s', (id, expected) => expect(limitText(rowCalled(id))).toBe(expected));

  it.each<[Use, Use, string, string]>([
    [[0.5, 0.6], [0.5, 0.6], 'both cores waited', 'the machine had other work'],
    [
      [0.5, 0.6],
      [0.8, 0.99],
      'both cores waited for PWS, limit of the generator for nginx',
      'each',
    ],
    [[0.99, 0.5], [0.8, 0.99], 'limit of the generator for nginx', 'PWS had none left'],
    [[0.95, 0.93], [0.98, 0.99], '', 'it had less left than the generator'],
  ])('PWS and the generator %j, nginx and the generator %j: "%s", as %s', (ours, nginx, text) => {
    const row = rowCalled('304');
    const measured = [useOf('pws', ours), useOf('nginx', nginx)];
    expect(limitText({ ...row, measured })).toBe(text);
  });

  it('says nothing where nothing is known of the processor', () => {
    expect(RESULTS.rows.map(limitText).join('')).toBe('');
  });
});

describe('ceilingText()', () => {
  it('tells of each goal that was missed whether it is above the ceiling', () => {
    expect(ceilingText(WITH_PROCESSOR)).toBe(
      'Goals that were missed, and the ceiling:\n\n- 304 for 10 KB: 1.1 x nginx is below it (1.15 x); 5 x sirv-cli is above it (4.60 x)',
    );
  });

  it('compares octets where octets are counted', () => {
    const row = { ...rowCalled('100m'), goals: { nginx: 2.6 } };
    expect(ceilingText({ ...WITH_PROCESSOR, rows: [row] })).toMatch(
      /\n- 100 MB: 2.6 x nginx is above it \(2.50 x\)$/,
    );
  });

  it('does not know where the ceiling was held by other work of the machine', () => {
    const row = rowCalled('304');
    const others = row.measured.filter(({ server }) => server !== 'ceiling-c');
    const measured = [...others, useOf('ceiling-c', [0.5, 0.6])];
    expect(ceilingText({ ...WITH_PROCESSOR, rows: [{ ...row, measured }] })).toMatch(
      /\n- 304 for 10 KB: not known, both cores waited for it$/,
    );
  });

  it('has no word of goals that were met, nor of rows without a ceiling', () => {
    expect(ceilingText(RESULTS)).toBe('');
    const met = { ...rowCalled('304'), goals: { nginx: 1 } };
    expect(ceilingText({ ...WITH_PROCESSOR, rows: [met] })).toBe('');
  });
});
