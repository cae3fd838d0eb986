/** What the guard says: the ratio next to the recorded one, aloud where it fell far. Pure. */
import { type Spread } from './compare.ts';
import { ratioText } from './figures.ts';

/** guard.json. */
export interface GuardRecord {
  /** ISO 8601, a day. */
  readonly recorded: string;
  readonly node: string;
  /** By name of the work: ours against the bare server. */
  readonly ratios: Readonly<Record<string, number>>;
}

/** Less than this part of what was recorded is more than noise. */
const FAR = 0.5;

/** One line, or for what fell far a paragraph. */
export function verdictOn(name: string, ratio: Spread, record: GuardRecord | undefined): string {
  const now = `${name}: ${ratioText(ratio)} a bare node:http`;
  const before = record?.ratios[name];
  if (before === undefined) return `${now}, none recorded`;
  if (ratio.median >= before * FAR) return `${now}, recorded ${before.toFixed(2)} x`;
  if (ratio.max >= before) {
    return `${now}, recorded ${before.toFixed(2)} x: too busy a machine to tell`;
  }
  return `
  !! SLOWER: ${now},
  !! less than half of the ${before.toFixed(2)} x that was recorded on ${record?.recorded} (Node ${record?.node}).
  !! If this comes again on a quiet machine, look with \`node --cpu-prof\`; if it is meant to be,
  !! record it with \`pnpm bench:guard --record\`.
`;
}
