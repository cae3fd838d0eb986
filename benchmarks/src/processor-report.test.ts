import { describe, expect, it } from 'vitest';
import { hasProcessorTimes, processorRatio, processorTable } from './processor-report.ts';
import { RESULTS, WITH_PROCESSOR } from './results-for-tests.ts';

describe('hasProcessorTimes()', () => {
  it('is whether one row has them', () => {
    expect(hasProcessorTimes(WITH_PROCESSOR)).toBe(true);
    expect(hasProcessorTimes(RESULTS)).toBe(false);
    expect(hasProcessorTimes({ rows: [] })).toBe(false);
  });
});

describe('processorRatio()', () => {
  const [row] = WITH_PROCESSOR.rows;

  it('is made within a round: their time by ours', () => {
    // 6 by 4, 5 by 5, 6 by 4.
    expect(processorRatio(row?.nginx)).toBe('1.50 x (1.00-1.50)');
    expect(processorRatio(row?.bestPeer)).toBe('5.00 x (4.00-5.00)');
  });

  it('is nothing where one of both is not known', () => {
    expect(processorRatio(undefined)).toBe('');
    expect(processorRatio(RESULTS.rows[0]?.nginx)).toBe('');
  });
});

describe('processorTable()', () => {
  const lines = processorTable(WITH_PROCESSOR)
    .split('\n')
    .map((line) => line.replaceAll(/ +/g, ' '));

  it('shows the time for an answer, and the part of the core', () => {
    expect(lines[2]).toBe(
      '| 304 for 10 KB | 4.00 µs, 90 % | 6.00 µs, 95 % | 20.0 µs, 100 % | | 4.00 µs, 100 % | 3.00 µs, 70 % | 99 % |',
    );
  });

  it('shows the time for a MiB where octets are counted', () => {
    expect(lines[4]).toContain('| 100 MB | 480 µs/MiB, 98 % | 960 µs/MiB, 98 % |');
  });

  it('has the rows of the goals alone', () => {
    expect(lines).toHaveLength(5);
  });
});
