/**
 * Whether some characters look drawn at random, as those of a hash do, or chosen by a person.
 * Owns the shapes of hashes that bundlers write into names. Each answer costs one walk over the
 * characters; no regular expression sees them.
 *
 * Eight characters of base64url say little by themselves: `SemiBold` is eight too. Two things tell
 * the random ones: how often the kind of character changes (`BwR3k9Xq`: B·w R·3 …), and pairs of
 * neighbours that no word has (`xq`, `wr` not). Sums of both, with the thresholds below, find:
 *
 * | alphabet              | of random ones | of 5400 identifiers in mixed case, 8 long |
 * | --------------------- | ------------------------ | ----------------------------------------- |
 * | base64url             | 86 %                     | 1 %: `txCfgOpt`, `pkgAPath` and their like |
 * | base64url, in `assets` | 92 %                     | 3 %: `hexToRgb` too                        |
 * | base32 in capitals    | 81 %                     | of 280 in capitals: `MIPS32R2`, `SUMX2MY2` |
 * | base36                | 58 %                     | a handful of 5000                          |
 * | hex, 8 digits         | 91 %                     | (also what people take for short ids)      |
 *
 * What is missed is asked for again, and answered with 304: cheap. What is taken for a hash and is
 * none is stale for a year. So the thresholds stand where they do, and a build's manifest
 * (build-manifest.ts) finds the rest.
 */

/** What {@link shapeOf} tells. */
interface Shape {
  readonly digits: number;
  readonly capitals: number;
  readonly smalls: number;
  /** `-` and `_`. */
  readonly marks: number;
  /** How often digits, small letters and capitals follow each other; `Ab` is no such place. */
  readonly breaks: number;
  /** Letters next to each other that words do not have so, where there is no break. */
  readonly rarePairs: number;
}

// For each letter those that follow it in English words, names of programs among them, in more
// than one of 2000 pairs; counted in the documents of some hundred packages.
const FOLLOWERS: readonly string[] =
  `bcdfgiklmnprstuvwxy aeijlorsu acehiklorstu acdeilmoprstu abcdefgilmnopqrstvwxy aefiloruy
   aehilnorsu aeiort abcdefglmnoprstvxz es eis abdeilopstuvy abeimopsu acdefgiklmnoprstuv
   abcdfgiklmnoprstuvwx aehiloprstu u acdefgiklmnoprstuvy acdefhiklmnoprstuy abcdefhilmnoprstuy
   abcegilmnprst aei aeinors eipt lmnopstw eo`.split(/\s+/);

/** Of the letter × 26 + the next: whether words have the pair. */
const USUAL_PAIRS: readonly boolean[] = FOLLOWERS.flatMap((followers) =>
  Array.from('abcdefghijklmnopqrstuvwxyz', (letter) => followers.includes(letter)),
);

type Kind = 'digit' | 'small' | 'capital' | 'mark' | 'other';

function kindOf(code: number): Kind {
  if (code >= 0x30 && code <= 0x39) return 'digit';
  if (code >= 0x61 && code <= 0x7a) return 'small';
  if (code >= 0x41 && code <= 0x5a) return 'capital';
  return code === 0x2d || code === 0x5f ? 'mark' : 'other';
}

/** Whether all characters are of base64url: `A-Z a-z 0-9 - _`. */
export function isToken(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    if (kindOf(text.charCodeAt(at)) === 'other') return false;
  }
  return true;
}

function shapeOf(token: string): Shape {
  const counts = { digit: 0, small: 0, capital: 0, mark: 0, other: 0 };
  let breaks = 0;
  let rarePairs = 0;
  let before: Kind = 'mark';
  let last: Kind = 'mark';
  for (let at = 0; at < token.length; at += 1) {
    const kind = kindOf(token.charCodeAt(at));
    counts[kind] += 1;
    const beginsWord = last === 'capital' && kind === 'small';
    if (last !== 'mark' && kind !== 'mark') {
      // `HTMLView` breaks before the V, which the e behind it tells.
      const isBreak = beginsWord ? before === 'capital' : kind !== last;
      if (isBreak) breaks += 1;
      if ((beginsWord || !isBreak) && isRarePair(token, at, kind)) rarePairs += 1;
    }
    before = last;
    last = kind;
  }
  const { digit: digits, small: smalls, capital: capitals, mark: marks } = counts;
  return { digits, smalls, capitals, marks, breaks, rarePairs };
}

function isRarePair(token: string, at: number, kind: Kind): boolean {
  if (kind === 'digit') return false;
  const first = (token.charCodeAt(at - 1) | 0x20) - 0x61;
  const second = (token.charCodeAt(at) | 0x20) - 0x61;
  return USUAL_PAIRS[first * 26 + second] === false;
}

/** What has to come together: the sum where there are two breaks or more, and where there is one. */
interface Thresholds {
  readonly many: number;
  readonly one: number;
}

function reaches({ breaks, rarePairs }: Shape, { many, one }: Thresholds): boolean {
  // Without a break it is a word, however strange: a name of a person or a place.
  if (breaks === 0) return false;
  return breaks + rarePairs >= (breaks === 1 ? one : many);
}

const ANYWHERE: Thresholds = { many: 4, one: 5 };
const IN_ASSETS: Thresholds = { many: 3, one: 4 };
const IN_CAPITALS: Thresholds = { many: 3, one: 5 };
// Whatever people write in small letters and digits (`mp3tomp4`, `32x32x16`) has breaks too.
const IN_SMALLS: Thresholds = { many: 5, one: 9 };

/** How many characters the hashes of Rollup, Vite, Rolldown, esbuild and Bun have. */
export const SHORT_HASH_LENGTH = 8;

/**
 * Whether eight characters are a hash as Rollup, Vite and Rolldown write it (base64url), esbuild
 * and Angular (base32: `A-Z2-7`), or Bun (small letters and digits).
 *
 * @param token - eight characters that {@link isToken} holds for
 * @param isInAssets - whether the file is where Vite and Rollup put what they hash
 */
export function isShortHash(token: string, { isInAssets }: { isInAssets: boolean }): boolean {
  const shape = shapeOf(token);
  const { digits, smalls, capitals, marks } = shape;
  if (smalls > 0 && capitals > 0) {
    return marks < 2 && reaches(shape, isInAssets ? IN_ASSETS : ANYWHERE);
  }
  if (marks > 0 || digits === 0) return false;
  if (capitals > 0) return isBase32(token) && reaches(shape, IN_CAPITALS);
  return smalls > 0 && reaches(shape, IN_SMALLS);
}

/** Whether it is more than small letters: a word is that, a hash once in a thousand times. */
export function isMoreThanWord(token: string): boolean {
  return shapeOf(token).smalls < token.length;
}

/** Whether all characters are of base32 (RFC 4648 §6), in capitals. */
export function isBase32(token: string): boolean {
  for (let at = 0; at < token.length; at += 1) {
    const code = token.charCodeAt(at);
    if (kindOf(code) !== 'capital' && !(code >= 0x32 && code <= 0x37)) return false;
  }
  return true;
}

// 8: webpack as most are told, Vite up to 4, Parcel, Workbox. 10: gulp-rev. 12: Django. 16: Next,
// Rspack. 20: webpack by itself, Gatsby, Angular before. 32: MD5. 40, 64, 96, 128: SHA. Not 24: ids
// of MongoDB. Not 9, 14: a date with a letter behind it.
const HEX_LENGTHS: ReadonlySet<number> = new Set([8, 10, 12, 16, 20, 32, 40, 64, 96, 128]);

/**
 * Whether it is a hash in hexadecimal: as long as one, in small letters, and digits and letters
 * change at least twice. `20240101`, `deadbeef`, `cafe2024` and `2024cafe` do not.
 */
export function isHexHash(token: string): boolean {
  if (!HEX_LENGTHS.has(token.length)) return false;
  let breaks = 0;
  let last: Kind | undefined;
  for (let at = 0; at < token.length; at += 1) {
    const code = token.charCodeAt(at);
    const kind = kindOf(code);
    if (kind !== 'digit' && !(code >= 0x61 && code <= 0x66)) return false;
    if (last !== undefined && kind !== last) breaks += 1;
    last = kind;
  }
  return breaks >= 2;
}
