/** What the property tests and the fuzzer share: how small limits can usefully be. */
import type { WireLimits } from '../src/index.ts';

/** Limits so small that messages of a few hundred octets come near them. */
export const TIGHT: Partial<WireLimits> = {
  maxMethodBytes: 11,
  maxTargetBytes: 20,
  maxHeadBytes: 250,
  maxFields: 7,
  maxContentBytes: 25,
  maxChunkLineBytes: 12,
  maxChunkExtensionBytes: 16,
  maxTrailerBytes: 24,
};
