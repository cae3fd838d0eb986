/**
 * What a bundler says it wrote: the manifest of a build, where it left one beside its files.
 * Owns the forms of manifests and which of the files named there carry a hash. Unlike the shape of
 * a name (hashed-name.ts) a manifest says it for certain: it has the name before, and what the file
 * has more than that is the hash, also where it looks like a word: `main.ts` → `main-abcdefgh.js`.
 * A file with nothing more (`main.ts` → `main.js`) was written without one, and is not believed.
 *
 * Read: `.vite/manifest.json` (Vite 5 and later) and `manifest.json` (Vite before), whose values
 * have a `file`; `asset-manifest.json` (Create React App, webpack-manifest-plugin), with `files` or
 * names alone. A `manifest.json` may as well be that of a web app, which names nothing that is
 * believed. Nothing is to be read of Next (`_next/static/<id>/_buildManifest.js` is a script) and
 * SvelteKit (`_app/version.json` names no files): their folders say it.
 */
import { SHORT_HASH_LENGTH, isToken } from './hash-shape.ts';

/** Where manifests are, below the root of the build. */
export const BUILD_MANIFESTS: readonly string[] = [
  '.vite/manifest.json',
  'manifest.json',
  'asset-manifest.json',
];

/** What a manifest says. */
export interface BuildManifest {
  /** Paths of the files that it names, below the root of the build, without a slash before. */
  readonly files: ReadonlySet<string>;
  /** Those among them whose names it shows to be hashed. */
  readonly hashed: ReadonlySet<string>;
  /** Why nothing was read, for people; `undefined` where something was. */
  readonly problem: string | undefined;
}

/** A file, and names that it had before. */
interface NamedFile {
  readonly file: string;
  readonly names: readonly string[];
}

/** A hundred thousand files; what is longer is no manifest. In UTF-16 code units. */
const LONGEST = 16 * 1024 ** 2;
/** SHA-512 in hexadecimal. */
const LONGEST_HASH = 128;

/**
 * Reads a manifest of any form. What does not fit in it is passed over.
 *
 * @param text - what is in the file
 */
export function readBuildManifest(text: string): BuildManifest {
  if (text.length > LONGEST) {
    return nothing(`expected a build manifest of at most ${LONGEST} characters, got a longer one`);
  }
  const json = parseJson(text);
  if (!isRecord(json)) return nothing('expected a build manifest as a JSON object, got none');
  const files = new Set<string>();
  const hashed = new Set<string>();
  for (const { file, names } of namedFiles(json)) {
    files.add(file);
    if (isHashedBeside(file, names)) hashed.add(file);
  }
  return { files, hashed, problem: undefined };
}

function nothing(problem: string): BuildManifest {
  return { files: new Set(), hashed: new Set(), problem };
}

function parseJson(text: string): unknown {
  try {
    // A file that was edited on Windows may begin with a mark.
    return JSON.parse(text.codePointAt(0) === 0xfe_ff ? text.slice(1) : text);
  } catch {
    return undefined;
  }
}

type Json = Readonly<Record<string, unknown>>;

function isRecord(json: unknown): json is Json {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function isText(json: unknown): json is string {
  return typeof json === 'string';
}

function textsIn(json: unknown): readonly string[] {
  return Array.isArray(json) ? json.filter(isText) : [];
}

function namedFiles(json: Json): readonly NamedFile[] {
  const { files } = json;
  if (isRecord(files)) return pairs(files);
  const entries = Object.entries(json);
  const isOfVite = entries.some(([, value]) => isRecord(value) && isText(value['file']));
  return isOfVite ? entries.flatMap(([key, value]) => viteFiles(key, value)) : pairs(json);
}

// { "src/main.ts": { "file": "assets/main-BwR3k9Xq.js", "name": "main", "src": "src/main.ts",
//                    "css": ["assets/main-DRf8L97S.css"], "assets": ["assets/logo-CHdo91hT.svg"] } }
function viteFiles(key: string, value: unknown): readonly NamedFile[] {
  if (!isRecord(value)) return [];
  const { file, name, src, css, assets } = value;
  const names = [key, name, src].filter(isText);
  return [
    ...(isText(file) ? [{ file, names }] : []),
    // Style sheets have the name of the chunk that they were taken out of.
    ...textsIn(css).map((sheet) => ({ file: sheet, names })),
    // Others have entries of their own, which say what they were called.
    ...textsIn(assets).map((asset) => ({ file: asset, names: [] })),
  ].filter((named) => isInside(named.file));
}

// { "main.js": "/static/js/main.3f2a9c1b.js", "index.html": "/index.html" }
function pairs(files: Json): readonly NamedFile[] {
  const prefix = publicPrefix(files['index.html']);
  return Object.entries(files).flatMap(([name, value]) => {
    if (!isText(value) || kindOf(name) === '' || kindOf(name) !== kindOf(value)) return [];
    const file = value.startsWith(prefix) ? value.slice(prefix.length) : value;
    return isInside(file) ? [{ file, names: [name] }] : [];
  });
}

/** What stands before all paths where the site is below a base path; the page tells. */
function publicPrefix(page: unknown): string {
  const name = 'index.html';
  return isText(page) && page.endsWith(`/${name}`) ? page.slice(0, -name.length) : '/';
}

/** Whether it is a path below the root; a file on another server is none of ours. */
function isInside(file: string): boolean {
  return file !== '' && !file.startsWith('/') && !file.includes('//') && !file.includes('\\');
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** What stands behind the last dot. */
function kindOf(path: string): string {
  const name = baseOf(path);
  const dot = name.lastIndexOf('.');
  return dot < 1 ? '' : name.slice(dot + 1);
}

/** Whether a file has one of the names, and a hash behind that: `main`, `main-abcdefgh.js`. */
function isHashedBeside(file: string, names: readonly string[]): boolean {
  const base = baseOf(file);
  return names.some((name) => {
    const before = baseOf(name);
    const kind = kindOf(before);
    const stem = kind === '' ? before : before.slice(0, -kind.length - 1);
    if (stem === '' || !base.startsWith(stem)) return false;
    const mark = base[stem.length];
    if (mark !== '-' && mark !== '.') return false;
    const dot = base.indexOf('.', stem.length + 1);
    const hash = base.slice(stem.length + 1, dot === -1 ? undefined : dot);
    return dot !== -1 && isOfHash(hash);
  });
}

function isOfHash(text: string): boolean {
  return text.length >= SHORT_HASH_LENGTH && text.length <= LONGEST_HASH && isToken(text);
}
