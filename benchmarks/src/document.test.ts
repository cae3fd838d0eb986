import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withFigures } from './document.ts';
import { DOCUMENT, readRecorded } from './recorded.ts';
import { RESULTS } from './results-for-tests.ts';

const page = readFileSync(DOCUMENT, 'utf8');

describe('docs/performance.md', () => {
  it('shows the figures of benchmarks/results/results.json (else: pnpm bench:document)', () => {
    expect(page).toBe(withFigures(page, readRecorded()));
  });
});

describe('withFigures()', () => {
  it('changes what is between the markers, and nothing else', () => {
    const written = withFigures(page, RESULTS);
    const before = page.indexOf('<!-- figures: begin');
    expect(written.slice(0, before)).toBe(page.slice(0, before));
    expect(written.slice(written.indexOf('<!-- figures: end'))).toBe(
      page.slice(page.indexOf('<!-- figures: end')),
    );
    expect(written).toContain('1.49 x (1.24-1.50)');
    expect(withFigures(written, RESULTS)).toBe(written);
    expect(withFigures(withFigures(written, undefined), RESULTS)).toBe(written);
  });

  it('refuses a page without the markers', () => {
    expect(() => withFigures('# Performance\n', RESULTS)).toThrow('expected the markers');
  });
});
