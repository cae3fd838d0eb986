/**
 * Figures, ratios and tables as text. Pure. Tables are padded as the formatter pads them, so that
 * neither changes the other.
 */
import type { Spread } from './compare.ts';
import type { Unit } from './result.ts';

const MB = 1_048_576;

/** A figure with its unit, three digits. */
export function figure(value: number, unit: Unit): string {
  switch (unit) {
    case 'requests/s':
      return `${Math.round(value).toLocaleString('en')}/s`;
    case 'octets/s':
      return `${Math.round(value / MB).toLocaleString('en')} MiB/s`;
    case 'octets per connection':
      return `${(value / 1024).toFixed(1)} KiB`;
    case 'octets':
      return `${(value / MB).toFixed(1)} MiB`;
    case 'milliseconds':
      return `${value.toFixed(0)} ms`;
  }
}

/** A number of times, three digits. */
export function digits(ratio: number): string {
  return ratio.toFixed(ratio < 10 ? 2 : ratio < 100 ? 1 : 0);
}

/** A ratio with its spread, as in `1.24 x (1.19-1.30)`. */
export function ratioText({ median, min, max }: Spread): string {
  return `${digits(median)} x (${digits(min)}-${digits(max)})`;
}

/** Keeps what a server said from ending a cell. */
export function cellText(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('|', '/').slice(0, 120);
}

/** A table, padded. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...rows].map((cells) => (cells[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}
