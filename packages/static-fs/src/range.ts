// Byte ranges: what Range asks for, what of it a representation can give, and Content-Range, which
// says what was given. RFC 9110 §14. Range may always be ignored, so whatever is not a set of byte
// ranges to the letter is; what is asked many times over is given once (§17.15).
//
//   ranges-specifier = range-unit "=" range-set
//   range-set        = 1#range-spec
//   int-range        = first-pos "-" [ last-pos ]
//   suffix-range     = "-" suffix-length
//
// Positions and lengths are in bytes. They are exact up to 2^53 - 1, which no file reaches; digits
// that say more than that are read as that.

/** One member of a Range, as it was asked for. */
export type RangeSpec =
  | {
      readonly kind: 'int-range';
      /** The position of the first octet. */
      readonly first: number;
      /** The position of the last octet; `undefined` for the end of the representation. */
      readonly last: number | undefined;
    }
  | {
      readonly kind: 'suffix-range';
      /** How many of the last octets. */
      readonly lengthBytes: number;
    };

/** A part of a representation: at least one octet. */
export interface ByteRange {
  /** The position of the first octet. */
  readonly first: number;
  /** The position of the last octet, which is part of it. */
  readonly last: number;
}

/** What becomes of a Range: 200, 206 with one range or several, or 416. */
export type ResolvedRanges =
  | { readonly kind: 'whole' }
  | {
      readonly kind: 'ranges';
      /** At least one; disjoint, with octets in between, in the order in which to send them. */
      readonly ranges: readonly ByteRange[];
    }
  | { readonly kind: 'unsatisfiable' };

/** A Content-Range: which part (206), or that there is none (416). */
export type ContentRange =
  | {
      readonly kind: 'range';
      /** The part. */
      readonly range: ByteRange;
      /** The length of the whole representation, in bytes; `undefined` where it is not told. */
      readonly lengthBytes: number | undefined;
    }
  | {
      readonly kind: 'unsatisfied';
      /** The length of the whole representation, in bytes. */
      readonly lengthBytes: number;
    };

/** How Range is read. */
export interface ParseRangeOptions {
  /** How many ranges may be asked for at once. Default: 16. A field with more is ignored. */
  readonly maxRanges?: number;
}

const UNIT = 'bytes=';
const HTAB = 0x09;
const SP = 0x20;
const COMMA = 0x2c;

// The head of a part: a delimiter with a boundary of up to 40 characters, a Content-Type of up to
// 110, Content-Range, line ends. Sixteen, the default bound, always fit into the slack.
const PART_HEAD_BYTES = 256;
const SLACK_BYTES = 4096;

// No repetition below can match what comes after it, so both read each character once.
const RANGE_SPEC = /^(\d*)-(\d*)$/;
const CONTENT_RANGE = /^bytes (?:(\d+)-(\d+)|\*)\/(?:(\d+)|\*)$/i;

/**
 * Reads a Range field.
 *
 * @param text - The field value, without blanks around it.
 * @returns The ranges in the order of the field, at least one. `undefined` where the field is to be
 * ignored: another unit, anything that is not in the grammar, a last position before the first
 * one, or more ranges than `maxRanges`.
 * @see RFC 9110 §14.1, §14.2
 */
export function parseRange(
  text: string,
  options: ParseRangeOptions = {},
): readonly RangeSpec[] | undefined {
  const maxRanges = options.maxRanges ?? 16;
  if (text.slice(0, UNIT.length).toLowerCase() !== UNIT) return undefined;

  const specs: RangeSpec[] = [];
  let expectsSpec = true;
  let at = UNIT.length;
  while (at < text.length) {
    const octet = text.charCodeAt(at);
    if (octet === COMMA) {
      expectsSpec = true;
      at++;
    } else if (isBlank(octet)) {
      // Blanks stand around commas only: not between "=" and the first range.
      if (at === UNIT.length) expectsSpec = false;
      at++;
    } else {
      const end = endOfSpec(text, at);
      const spec = expectsSpec ? parseRangeSpec(text.slice(at, end)) : undefined;
      if (spec === undefined || specs.length >= maxRanges) return undefined;
      specs.push(spec);
      expectsSpec = false;
      at = end;
    }
  }
  return specs.length === 0 ? undefined : specs;
}

function endOfSpec(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    const octet = text.charCodeAt(at);
    if (octet === COMMA || isBlank(octet)) break;
    at++;
  }
  return at;
}

function isBlank(octet: number): boolean {
  return octet === SP || octet === HTAB;
}

function parseRangeSpec(text: string): RangeSpec | undefined {
  const match = RANGE_SPEC.exec(text);
  const [first, last] = [match?.[1] ?? '', match?.[2] ?? ''];
  if (first === '') {
    return last === '' ? undefined : { kind: 'suffix-range', lengthBytes: toLength(last) };
  }
  const spec = { kind: 'int-range', first: toLength(first) } as const;
  if (last === '') return { ...spec, last: undefined };
  return toLength(last) < spec.first ? undefined : { ...spec, last: toLength(last) };
}

/**
 * Decides what of the ranges asked for is given of a representation.
 *
 * Ranges that overlap or touch become one, in the place of the first of them; otherwise the order
 * is kept (§15.3.7.2). Ranges of which the representation has nothing are left out. An empty
 * representation is given whole: no Content-Range can name a part of it.
 *
 * Security: together the octets and the heads of the parts, 256 bytes each, are at most 4 KiB more
 * than the representation; what would be more is given whole.
 *
 * @param specs - What `parseRange()` gave.
 * @param lengthBytes - The length of the representation, in bytes.
 * @see RFC 9110 §14.1.2, §14.2, §15.3.7, §15.5.17, §17.15
 */
export function resolveRanges(specs: readonly RangeSpec[], lengthBytes: number): ResolvedRanges {
  if (specs.length === 0 || lengthBytes === 0) return { kind: 'whole' };

  // Step 1: what there is of each.
  const satisfiable: ByteRange[] = [];
  for (const spec of specs) {
    const range = resolveSpec(spec, lengthBytes);
    if (range !== undefined) satisfiable.push(range);
  }
  if (satisfiable.length === 0) return { kind: 'unsatisfiable' };

  // Step 2: every octet once.
  const ranges = coalesce(satisfiable);
  if (ranges.length === 1) return { kind: 'ranges', ranges };

  // Step 3: whether parts are worth their heads.
  let leftOutBytes = lengthBytes;
  for (const range of ranges) leftOutBytes -= range.last - range.first + 1;
  const isWorthIt = ranges.length * PART_HEAD_BYTES <= leftOutBytes + SLACK_BYTES;
  return isWorthIt ? { kind: 'ranges', ranges } : { kind: 'whole' };
}

function resolveSpec(spec: RangeSpec, lengthBytes: number): ByteRange | undefined {
  const end = lengthBytes - 1;
  if (spec.kind === 'suffix-range') {
    if (spec.lengthBytes === 0) return undefined;
    return { first: Math.max(0, lengthBytes - spec.lengthBytes), last: end };
  }
  if (spec.first > end) return undefined;
  return { first: spec.first, last: Math.min(spec.last ?? end, end) };
}

// Sorted by position they are merged in one pass, so a long list costs no more than its sorting.
function coalesce(ranges: readonly ByteRange[]): readonly ByteRange[] {
  if (ranges.length === 1) return ranges;
  const ascending = ranges
    .map((range, asked) => ({ ...range, asked }))
    .toSorted((a, b) => a.first - b.first);
  const merged: { first: number; last: number; asked: number }[] = [];
  for (const range of ascending) {
    const before = merged.at(-1);
    if (before === undefined || range.first > before.last + 1) {
      merged.push(range);
    } else {
      before.last = Math.max(before.last, range.last);
      before.asked = Math.min(before.asked, range.asked);
    }
  }
  return merged.toSorted((a, b) => a.asked - b.asked).map(({ first, last }) => ({ first, last }));
}

/**
 * Writes a Content-Range: `bytes 0-9/10`, or `bytes 0-9/*` where the length is not told; a 416 has
 * an asterisk in place of the positions.
 *
 * @see RFC 9110 §14.4
 */
export function formatContentRange(contentRange: ContentRange): string {
  if (contentRange.kind === 'unsatisfied') return `bytes */${contentRange.lengthBytes}`;
  const { range, lengthBytes } = contentRange;
  return `bytes ${range.first}-${range.last}/${lengthBytes ?? '*'}`;
}

/**
 * Reads a Content-Range, for whoever puts parts together again.
 *
 * @param text - The field value, without blanks around it.
 * @returns `undefined` where the text is none, contradicts itself (a last position before the
 * first, or not within the length), has another unit, or a number that is not exact: parts that
 * are put together by a guess are worse than none.
 * @see RFC 9110 §14.4
 */
export function parseContentRange(text: string): ContentRange | undefined {
  const match = CONTENT_RANGE.exec(text);
  if (match === null) return undefined;
  const [, first, last, length] = match;
  const lengthBytes = length === undefined ? undefined : Number(length);
  if (lengthBytes !== undefined && !Number.isSafeInteger(lengthBytes)) return undefined;
  if (first === undefined) {
    return lengthBytes === undefined ? undefined : { kind: 'unsatisfied', lengthBytes };
  }
  const range = { first: Number(first), last: Number(last) };
  const endBytes = lengthBytes ?? Number.MAX_SAFE_INTEGER;
  if (range.last < range.first || range.last >= endBytes) return undefined;
  return { kind: 'range', range, lengthBytes };
}

/** Security: digits of any length become a number that calculations are exact with. */
function toLength(digits: string): number {
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
}
