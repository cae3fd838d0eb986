// Which file of the disk a path can mean: the file itself, the index file of a directory, a page
// without its extension. Each way is one function that opens what it looks for; which of them are
// gone, and in which order, is decided in resolve.ts.

import type { FileSource, OpenFile, Segments } from './file-source.ts';
import { namesAsset } from './navigation.ts';
import type { ServedRole } from './response.ts';
import type { SitePath } from './site-path.ts';
import { type PageSpelling, withExtension } from './spelling.ts';
import { close, openIn, type Steps, wait } from './steps.ts';
import type { Trace } from './trace.ts';

/** The file that answers. */
export interface LocatedFile {
  readonly kind: 'located';
  /** The file, open. */
  readonly file: OpenFile;
  /** Where it is, which need not be the path: an index file's name is not in it. */
  readonly segments: Segments;
  /** As what it answers. */
  readonly role: ServedRole;
  /** Whether a rule of the owner has led there. Default: its path has. */
  readonly byRule?: boolean;
}

/** Where to look. */
export interface LocateOptions extends PageSpelling {
  readonly source: FileSource;
  /** The names that answer for a directory, best first. */
  readonly index: readonly string[];
  /** Told of each thing that is tried. */
  readonly trace?: Trace | undefined;
}

/** The first index file that is in a directory; one open for each name that is not. */
export function* locateIndex(
  folder: Segments,
  { source, index, trace }: LocateOptions,
): Steps<LocatedFile | undefined> {
  for (const name of index) {
    // One after the other: the first name that is there wins.
    const segments = [...folder, name];
    const asked = openIn(source, segments);
    const opened = asked instanceof Promise ? yield* wait(asked) : asked;
    trace?.({ step: 'index', tried: pathOf(segments), result: resultOf(opened.kind) });
    if (opened.kind === 'file') return { kind: 'located', file: opened, segments, role: 'index' };
  }
  return undefined;
}

/**
 * Whether a path may mean a page without its extension: paths are written so, and this one names no
 * asset, with a slash or without. `/main.js` is a script that is gone, and never the page about it,
 * `main.js.html`.
 */
export function canMeanPage(path: SitePath, { hasCleanUrl }: PageSpelling): boolean {
  return hasCleanUrl(path) && !namesAsset({ ...path, endsWithSlash: false });
}

/** The page that a path means without its extension, where paths are written so. */
export function* locatePage(
  path: SitePath,
  options: LocateOptions,
): Steps<LocatedFile | undefined> {
  const { trace } = options;
  const segments = withExtension(path.segments);
  if (segments === undefined || !canMeanPage(path, options)) return undefined;
  const asked = openIn(options.source, segments);
  const opened = asked instanceof Promise ? yield* wait(asked) : asked;
  trace?.({ step: 'clean-url', tried: pathOf(segments), result: resultOf(opened.kind) });
  return opened.kind === 'file'
    ? { kind: 'located', file: opened, segments, role: 'page' }
    : undefined;
}

/** Whatever file a path means, however it is written: for what a rule names. */
export function* locateAny(path: SitePath, options: LocateOptions): Steps<LocatedFile | undefined> {
  const { segments, endsWithSlash } = path;
  if (!endsWithSlash) {
    const asked = openIn(options.source, segments);
    const opened = asked instanceof Promise ? yield* wait(asked) : asked;
    options.trace?.({ step: 'file', tried: pathOf(segments), result: resultOf(opened.kind) });
    if (opened.kind === 'file') return { kind: 'located', file: opened, segments, role: 'file' };
  }
  return (yield* locateIndex(segments, options)) ?? (yield* locatePage(path, options));
}

/**
 * Whether a path without slash has an answer before a page of its name: a file, or a directory with
 * an index file. Nothing is kept open.
 */
export function* hasOtherAnswer(segments: Segments, options: LocateOptions): Steps<boolean> {
  const asked = openIn(options.source, segments);
  const opened = asked instanceof Promise ? yield* wait(asked) : asked;
  if (opened.kind === 'nothing') return false;
  const file = opened.kind === 'file' ? opened : (yield* locateIndex(segments, options))?.file;
  if (file !== undefined) yield* close(file);
  return file !== undefined;
}

/** A path below the root, for a person. */
export function pathOf(segments: Segments): string {
  return `/${segments.join('/')}`;
}

/** What was found there, for a person. */
export function resultOf(kind: 'file' | 'directory' | 'nothing'): string {
  return kind === 'nothing' ? 'not there' : `a ${kind}`;
}
