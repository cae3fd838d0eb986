import { describe, expect, it } from 'vitest';
import { renderLine, renderReport } from './report.ts';
import { type RowResult, goalsMet } from './result.ts';
import { RESULTS } from './results-for-tests.ts';

function rowCalled(id: string): RowResult {
  const row = RESULTS.rows.find((each) => each.id === id);
  if (row === undefined) throw new Error(`expected a row ${id}`);
  return row;
}

/** The line of the report that begins with this cell, without padding. */
function lineOf(name: string): string {
  const line = renderReport(RESULTS)
    .split('\n')
    .find((each) => each.startsWith(`| ${name} `));
  return (line ?? '').replaceAll(/ +/g, ' ');
}

describe('renderReport()', () => {
  it('shows ratios with their spread, the best peer by name, and the verdict', () => {
    expect(lineOf('1 KB')).toBe(
      '| 1 KB | 1.49 x (1.24-1.50) | 12.2 x (12.0-12.4) sirv-cli | 61,000/s | 1.2 x nginx, 6 x peers | met |',
    );
  });

  it('says that a row with errors is void, and why, without breaking the table', () => {
    expect(lineOf('100 MB')).toContain('**void**: nothing was answered');
    expect(renderReport(RESULTS)).toContain(
      '- 1 KB, a new connection for each request, sirv-cli: 3 socket errors or answers / too late',
    );
  });

  it('takes the peer with the least memory for the best one', () => {
    expect(lineOf('memory for an idle connection')).toContain('0.25 x (0.25-0.25) serve');
  });

  it('holds the start against Node alone', () => {
    expect(lineOf('process start to first answer')).toContain('1.60 x (1.60-2.00) `node -e 0`');
  });

  it('names the rows where nginx is ahead, of memory those where it has less', () => {
    expect(renderReport(RESULTS)).toContain(
      'nginx is ahead in: 1 KB, a new connection for each request (0.80 x); memory for an idle connection (4.00 x).',
    );
  });

  it('says what was not measured', () => {
    expect(lineOf('HTTP/2, 1 KB (no goal)')).toContain('not measured: h2load is not installed');
  });

  it('names versions, settings and the machine', () => {
    const report = renderReport(RESULTS).replaceAll(/ +/g, ' ');
    expect(report).toContain('| nginx | 1.22.1 | one worker |');
    expect(report).toContain('| kernel | Linux 6 |');
    expect(report).toContain('Median of 3 interleaved rounds of 2 s each');
  });
});

describe('renderLine()', () => {
  it('is a row for whoever waits', () => {
    expect(renderLine(rowCalled('1k'))).toBe(
      '1 KB: 61,000/s, 1.49 x (1.24-1.50) nginx, 12.2 x (12.0-12.4) sirv-cli - met',
    );
  });
});

describe('goalsMet()', () => {
  it.each<[string, boolean | undefined, string]>([
    ['1k', true, 'both ratios are reached'],
    ['new-connection', false, 'one is missed, whatever the other is'],
    ['100m', undefined, 'there is no figure'],
    ['idle-memory', true, 'less than it may be'],
    ['start', true, 'at most twice as long'],
    ['connections-10', undefined, 'there is no goal'],
  ])('%s: %s, %s', (id, expected) => expect(goalsMet(rowCalled(id))).toBe(expected));
});
