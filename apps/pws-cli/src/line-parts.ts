/**
 * What lines have in common whose exchanges are alike.
 * Owns that it is made once, and how much of it is kept: as long as the connection keeps the
 * exchange that the others are like.
 */
import type { Exchange } from './exchange.ts';

/** A line but for what each exchange has of its own. */
export interface LineParts {
  /** Before the last thing that it has of its own. */
  readonly before: string;
  /** Behind that, to the line end. */
  readonly after: string;
}

/** More is made anew for each line, so that no client makes a connection keep much. */
const LONGEST_KEPT = 1024;

/** Makes the parts once for exchanges that are alike. */
export function keepParts(
  partsOf: (exchange: Exchange) => LineParts,
): (exchange: Exchange) => LineParts {
  const kept = new WeakMap<Exchange, LineParts>();
  return (exchange) => {
    const { like } = exchange;
    if (like === undefined) return partsOf(exchange);
    const known = kept.get(like);
    if (known !== undefined) return known;
    const { before, after } = partsOf(exchange);
    const parts = { before: copyOf(before), after: copyOf(after) };
    if (before.length + after.length <= LONGEST_KEPT) kept.set(like, parts);
    return parts;
  };
}

/**
 * The same text in a piece of memory of its own: it is copied again and again, and what it is put
 * together of is cut from longer texts.
 */
function copyOf(ascii: string): string {
  return Buffer.from(ascii, 'latin1').toString('latin1');
}
