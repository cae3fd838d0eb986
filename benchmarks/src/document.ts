/**
 * The figures in docs/performance.md: rendered from results.json between two markers, so that the
 * page and the file cannot differ. Pure.
 */
import { renderReport } from './report.ts';
import type { Results } from './result.ts';

const BEGIN = '<!-- figures: begin; `pnpm bench:document` writes them from benchmarks/results -->';
const END = '<!-- figures: end -->';
const NONE_YET = 'No run is recorded yet: `pnpm bench` records one.';

/**
 * The page with the figures of a run.
 *
 * @param page - with both markers
 * @param results - undefined where there is no run
 */
export function withFigures(page: string, results: Results | undefined): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from < 0 || to < from) throw new Error(`expected the markers ${BEGIN} and ${END}`);
  const charts = `![PWS against nginx and the best Node peer](../benchmarks/results/ratios.svg)

![Connections, files and sizes](../benchmarks/results/scaling.svg)`;
  const figures = results === undefined ? NONE_YET : `${renderReport(results).trim()}\n\n${charts}`;
  return `${page.slice(0, from + BEGIN.length)}\n\n${figures}\n\n${page.slice(to)}`;
}
