/**
 * The limits that bound what one connection can make the machine hold or do.
 * Owns their names, units and defaults; the parsers that hold the octets apply them. Over a
 * limit there is always an error with a status, never a silent cut.
 *
 * Defaults stand next to what long-deployed servers use: 8 KiB request lines are nginx's and
 * Apache's bound, 16 KiB heads Node's, 100 fields Apache's.
 */

/** Bounds for one connection. All sizes are octets. */
export interface WireLimits {
  /** Method of a request; longer ones are answered 501. Default 32. */
  readonly maxMethodBytes: number;
  /** Request target; longer ones are answered 414. Default 8192. */
  readonly maxTargetBytes: number;
  /** Head, start line and final blank line included; longer ones are answered 431. Default 16384. */
  readonly maxHeadBytes: number;
  /** Field lines in one field section; more are answered 431. Default 100. */
  readonly maxFields: number;
  /** Content of one message, after its transfer coding; more is answered 413. Default unbounded (2^53 − 1): content is never held. */
  readonly maxContentBytes: number;
  /** One chunk-size line with its extensions, without CRLF; longer ones are answered 400. Default 1024. */
  readonly maxChunkLineBytes: number;
  /** All chunk extensions of one message together; more are answered 413. Default 16384. */
  readonly maxChunkExtensionBytes: number;
  /** Trailer section with its final blank line; longer ones are answered 431. Default 8192. */
  readonly maxTrailerBytes: number;
}

/** The limits that hold where the caller gives none. */
export const DEFAULT_LIMITS: WireLimits = Object.freeze({
  maxMethodBytes: 32,
  maxTargetBytes: 8192,
  maxHeadBytes: 16_384,
  maxFields: 100,
  maxContentBytes: Number.MAX_SAFE_INTEGER,
  maxChunkLineBytes: 1024,
  maxChunkExtensionBytes: 16_384,
  maxTrailerBytes: 8192,
});

/** Of limits that can change no more, the complete ones: most connections have the same. */
const completed = new WeakMap<Partial<WireLimits>, WireLimits>();

/** Limits with the defaults for those that are not given. */
export function completeLimits(limits: Partial<WireLimits> | undefined): WireLimits {
  if (limits === undefined) return DEFAULT_LIMITS;
  const known = completed.get(limits);
  if (known !== undefined) return known;
  const complete = { ...DEFAULT_LIMITS, ...limits };
  if (Object.isFrozen(limits)) completed.set(limits, complete);
  return complete;
}
