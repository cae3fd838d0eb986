import { describe, expect, it } from 'vitest';
import { drawRatios, drawScaling } from './charts.ts';
import { RESULTS } from './results-for-tests.ts';

describe.each([
  ['drawRatios()', drawRatios],
  ['drawScaling()', drawScaling],
])('%s', (_, draw) => {
  it('draws an SVG that needs nothing else', () => {
    const svg = draw(RESULTS);
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg.trimEnd()).toMatch(/<\/svg>$/);
    expect(svg).not.toMatch(/<script|href="http|NaN|undefined/);
  });

  it('draws results without a single figure', () => {
    expect(draw({ ...RESULTS, rows: [] })).toMatch(/<\/svg>$/m);
  });
});

describe('what is drawn', () => {
  it('has a bar for each row that was measured, with its ratio', () => {
    const svg = drawRatios(RESULTS);
    expect(svg).toContain('>1 KB</text>');
    expect(svg).toContain('>1.488 x</text>');
    expect(svg).toContain('>against the best Node peer</text>');
    expect(svg).not.toContain('>HTTP/2, 1 KB (no goal)</text>');
  });

  it('counts less memory as an advantage', () => {
    // Ours has four times as much as nginx, and a quarter of the best peer's.
    expect(drawRatios(RESULTS)).toContain('>0.25 x</text>');
    expect(drawRatios(RESULTS)).toContain('>4 x</text>');
  });

  it('has a panel for each line', () => {
    const svg = drawScaling(RESULTS);
    expect(svg).toContain('>1 KB, by connections at a time</text>');
    expect(svg).not.toContain('by files asked for');
  });
});
