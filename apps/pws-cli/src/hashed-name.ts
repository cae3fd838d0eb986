/**
 * Whether the name of a file changes with its content, so that it may be kept for a year.
 * Owns what counts as such a name. Refuses everything else: a name that is taken for hashed and is
 * not stays stale for a year, one that is missed costs a 304.
 *
 * What the tools write by default, and what is believed:
 *
 * | tool                                     | name                                          |
 * | ---------------------------------------- | --------------------------------------------- |
 * | Vite 5 and later, Rollup 4, Rolldown     | `assets/index-BwR3k9Xq.js`, base64url         |
 * | Vite 3, 4                                | `assets/index.3f2a9c1b.js`, `index-3f2a9c1b.js` |
 * | VitePress                                | `assets/guide.md.BwR3k9Xq.lean.js`            |
 * | Astro, Nuxt                              | `_astro/index.BwR3k9Xq.css`, `_nuxt/BwR3k9Xq.js` |
 * | Astro, fonts                             | `_astro/fonts/3f2a9c1b8d7e6f5a.woff2`: 16 digits, no name |
 * | SvelteKit                                | `_app/immutable/…`                            |
 * | Next                                     | `_next/static/…`, below the build's id too    |
 * | webpack, Vue CLI, Create React App       | `main.3f2a9c1b.chunk.js`, `runtime~main.3f….js` |
 * | webpack, assets                          | `3f2a9c1b8d7e6f5a4b3c.png`: 20 digits, no name |
 * | Gatsby, Angular before 17                | `app-3f2a9c1b8d7e6f5a4b3c.js`, `main.3f2a….js` |
 * | esbuild, Angular                         | `main-5ANURT3O.js`, base32                    |
 * | Parcel, Rspack, Django, gulp-rev, Rails  | `name.3f2a9c1b.js`, hexadecimal of other lengths |
 * | Bun                                      | `chunk-ch6q3x1k.js`                           |
 *
 * The decision, in three parts. (1) The file is of a kind that bundlers write: no page, no feed, no
 * document. (2) Below a folder in which its tool's own server believes all names, the folder
 * decides. (3) Elsewhere the last part of the name, behind `.` or `-`, has the shape of a hash, of
 * one of the lengths that tools write; see hash-shape.ts for what that is. Names that are nothing
 * but a hash are believed at the 20 digits of webpack alone, and at the 16 of Astro's fonts where
 * Astro writes: of other lengths they are ids (of persons, of their pictures), and those are UUIDs
 * too.
 */
import {
  SHORT_HASH_LENGTH,
  isBase32,
  isHexHash,
  isMoreThanWord,
  isShortHash,
  isToken,
} from './hash-shape.ts';

/** No file system has longer ones; what is longer need not be looked at. */
const LONGEST_NAME = 255;

const SCRIPTS: ReadonlySet<string> = new Set(['js', 'mjs', 'cjs']);

// No html: a page is found by its name. No txt, xml, pdf: documents are linked to from elsewhere.
const KINDS: ReadonlySet<string> = new Set(
  `js mjs cjs css map wasm json
   png jpg jpeg gif svg webp avif ico bmp
   woff woff2 ttf otf eot
   mp4 webm ogg ogv mp3 wav flac aac m4a mov opus`.split(/\s+/),
);

/** Of Astro's fonts, whose names are nothing but their hash. */
const FONT_HASH_LENGTH = 16;

/** What may stand behind a hash, before the kind: `main.3f2a9c1b.chunk.js.map`. */
const BEHIND_HASH: ReadonlySet<string> = new Set(
  'js mjs cjs css chunk bundle min module esm async lean p'.split(' '),
);

/**
 * Whether a file's name changes with its content.
 *
 * @param segments - the path below the root, decoded
 */
export function isHashedName(segments: readonly string[]): boolean {
  const name = segments.at(-1) ?? '';
  if (name.length > LONGEST_NAME) return false;
  const parts = name.split('.');
  const kind = parts.pop()?.toLowerCase() ?? '';
  if (parts.length === 0 || !KINDS.has(kind)) return false;
  const folder = buildFolderOf(segments);
  if (folder === 'all') return true;
  while (parts.length > 1 && BEHIND_HASH.has(parts.at(-1) ?? '')) parts.pop();
  if (folder === 'tails' && hasTail(parts)) return true;
  return hasHash(parts, { kind, isInAssets: segments.at(-2) === 'assets' || folder === 'tails' });
}

/** `all`: all that is below is hashed. `tails`: all whose name ends like a hash. */
type BuildFolder = 'all' | 'tails' | 'none';

/** The folder may lie anywhere: a site below a base path has it deeper. */
function buildFolderOf(segments: readonly string[]): BuildFolder {
  for (let at = 0; at < segments.length - 1; at += 1) {
    const folder = segments[at];
    const next = segments[at + 1];
    if (folder === '_app' && next === 'immutable' && at + 2 < segments.length) return 'all';
    // `development` is what `next dev` writes, under the same names each time.
    if (folder === '_next' && next === 'static' && at + 2 < segments.length) {
      return segments[at + 2] === 'development' ? 'none' : 'all';
    }
    if (folder === '_astro') return 'tails';
    // `builds/latest.json` tells a page of a new build.
    if (folder === '_nuxt') return next === 'builds' ? 'none' : 'tails';
  }
  return 'none';
}

/**
 * Whether the name could be hashed at all: `entry.js` and `user-settings.css` are not, in whatever
 * folder. People change the names that their tool gives.
 */
function hasTail(parts: readonly string[]): boolean {
  const last = parts.at(-1) ?? '';
  const isWhole = parts.length > 1 || last.length === SHORT_HASH_LENGTH;
  // Astro writes what it did to a picture behind the hash: `photo.BwR3k9Xq_Z1kXqp.webp`.
  const isAltered = parts.length > 1 && last[SHORT_HASH_LENGTH] === '_';
  if (isAltered) return isPossibleHash(last.slice(0, SHORT_HASH_LENGTH));
  if (parts.length === 1 && last.length === FONT_HASH_LENGTH && isHexHash(last)) return true;
  if (isWhole) return last.length === SHORT_HASH_LENGTH && isPossibleHash(last);
  return hasTokenBehindDash(last) && isPossibleHash(last.slice(-SHORT_HASH_LENGTH));
}

function isPossibleHash(token: string): boolean {
  return isToken(token) && isMoreThanWord(token);
}

function hasTokenBehindDash(text: string): boolean {
  const at = text.length - SHORT_HASH_LENGTH - 1;
  return at > 0 && text[at] === '-' && isToken(text.slice(at + 1));
}

interface Place {
  readonly kind: string;
  readonly isInAssets: boolean;
}

/** @param parts - those of the name between dots, without what stands behind a hash */
function hasHash(parts: readonly string[], place: Place): boolean {
  const last = parts.at(-1) ?? '';
  // `name.hash`
  if (parts.length > 1 && isHash(last, place)) return true;
  // `hash`
  if (parts.length === 1 && last.length === 20) return isHexHash(last);
  // `name-hash`; hexadecimal of any length has no dash in it, base64url may.
  const dash = last.lastIndexOf('-');
  if (dash > 0 && isHexHash(last.slice(dash + 1)) && !isUuid(last)) return true;
  if (!hasTokenBehindDash(last)) return false;
  const token = last.slice(-SHORT_HASH_LENGTH);
  if (isShortHash(token, place)) return true;
  // What esbuild shares between entries; no person names a file so.
  return last.startsWith('chunk-') && SCRIPTS.has(place.kind) && isChunk(last, token);
}

function isChunk(stem: string, token: string): boolean {
  return stem.length === 'chunk-'.length + SHORT_HASH_LENGTH && isBase32(token);
}

function isHash(token: string, place: Place): boolean {
  if (isHexHash(token)) return true;
  return token.length === SHORT_HASH_LENGTH && isToken(token) && isShortHash(token, place);
}

/** Whether the last 36 characters are cut by dashes as a UUID is: 8-4-4-4-12. */
function isUuid(text: string): boolean {
  const from = text.length - 36;
  if (from < 0) return false;
  for (const dash of [8, 13, 18, 23]) {
    if (text[from + dash] !== '-') return false;
  }
  return true;
}
