import { describe, expect, it } from 'vitest';
import { renderLine, renderReport } from './report.ts';
import { type RowResult, goalsMet } from './result.ts';
import { RESULTS, WITH_PROCESSOR } from './results-for-tests.ts';

function rowCalled(id: string): RowResult {
  const row = RESULTS.rows.find((each) => each.id === id);
  if (row === undefined) throw new Error(`expected a row ${id}`);
  return row;
}

/** The line of the report that begins with this cell, without padding. */
function lineOf(name: string, results = RESULTS): string {
  const line = renderReport(results)
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

describe('renderReport() with the time of the processor', () => {
  it('shows it beside the rate, with the ceiling, and for whom the generator was the limit', () => {
    expect(lineOf('work', WITH_PROCESSOR)).toBe(
      '| work | against nginx | against the best Node peer | PWS | processor time, nginx | processor time, that peer | ceiling | goal | |',
    );
    expect(lineOf('304 for 10 KB', WITH_PROCESSOR)).toBe(
      '| 304 for 10 KB | 1.00 x (0.95-1.05) | 4.00 x (3.80-4.20) sirv-cli | 200/s | 1.50 x (1.00-1.50) | 5.00 x (4.00-5.00) | 230/s in C | 1.1 x nginx, 5 x peers | missed: limit of the generator |',
    );
  });

  it('leaves a goal met that the rate meets', () => {
    expect(lineOf('10 KB', WITH_PROCESSOR)).toMatch(/\| met: limit of the generator for PWS \|$/);
  });

  it('marks the rows of a line too', () => {
    expect(lineOf('1 KB, 1 connection', WITH_PROCESSOR)).toBe(
      '| 1 KB, 1 connection | 1.00 x (1.00-1.00) | 14/s | 14/s | 1.20 x (1.20-1.20) | both cores waited |',
    );
  });

  it('says which missed goals are above the ceiling', () => {
    expect(renderReport(WITH_PROCESSOR)).toContain('5 x sirv-cli is above it (4.60 x)');
  });

  it('says what a ceiling misses and whose it is, where there is one of that kind', () => {
    const withCeiling = (id: string): string => {
      const row = { ...rowCalled(id), ceiling: { server: 'ceiling-c' } };
      return renderReport({ ...RESULTS, rows: [row] });
    };
    const [file, http2] = [
      /misses that a server has to read the file/,
      /what Node's HTTP\/2 gives/,
    ];
    expect(withCeiling('100m')).toMatch(file);
    expect(withCeiling('100m')).not.toMatch(http2);
    expect(withCeiling('http2-1k')).toMatch(http2);
    expect(withCeiling('1k')).not.toMatch(file);
  });

  it('tells a ceiling of octets as octets', () => {
    expect(lineOf('100 MB', WITH_PROCESSOR)).toMatch(
      /\| 2,384 MiB\/s in C \| 1.5 x nginx, 2 x peers \|/,
    );
  });

  it('has no word of it where nothing is known', () => {
    expect(renderReport(RESULTS)).not.toMatch(/processor time|ceiling|generator/i);
    expect(lineOf('work')).toBe(
      '| work | against nginx | against the best Node peer | PWS | goal | |',
    );
  });
});

describe('renderLine()', () => {
  it('is a row for whoever waits', () => {
    expect(renderLine(rowCalled('1k'))).toBe(
      '1 KB: 61,000/s, 1.49 x (1.24-1.50) nginx, 12.2 x (12.0-12.4) sirv-cli - met',
    );
    expect(renderLine(WITH_PROCESSOR.rows[1] as RowResult)).toBe(
      '10 KB: 170/s, 1.70 x (1.70-1.70) nginx, 17.0 x (17.0-17.0) sirv-cli, processor time 2.00 x (2.00-2.00) nginx - met: limit of the generator for PWS',
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
