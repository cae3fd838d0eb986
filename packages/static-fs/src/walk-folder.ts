// The names below a directory of this machine, as the disk has them, with what a site makes of each:
// for whoever looks a site over before it is served. Answers nobody; links are told and not followed.
// Read as octets, so that a name which is no text is seen too.

import type { Dir } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { sep } from 'node:path';

import type { Segments } from './file-source.ts';
import { formatSitePath, parseSitePath, type SitePathRules } from './site-path.ts';

/** Whether a name can be asked for. */
export type NameStanding =
  /** It can. */
  | 'served'
  /** It begins with a dot, and such names are as if they were not there. */
  | 'hidden'
  /** No path names it: control octets, no UTF-8, too long, an alias. */
  | 'unreachable'
  /** It is a directory that this program may not read. */
  | 'unreadable';

/** A name below a root. */
export interface WalkedName {
  /** Its path, decoded; what is no UTF-8 is U+FFFD. */
  readonly segments: Segments;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  readonly standing: NameStanding;
}

/** What is walked. */
export interface WalkOptions extends Pick<SitePathRules, 'dotfiles'> {
  /** The directory; relative to the working directory at the time of the call. */
  readonly root: string;
  /** Whose rules for names hold on the disk. Default: those of the machine. */
  readonly naming?: SitePathRules['naming'];
}

interface Folder {
  readonly place: Buffer;
  readonly segments: Segments;
}

const SEPARATOR = Buffer.from(sep);
const REPLACED = '\u{FFFD}';

/**
 * Gives the names one after the other, those of a directory before what is below it; not what is
 * below one that cannot be asked for. It reads as far as it is asked, and holds one name for each
 * directory that it has still to read.
 */
export async function* walkFolder(options: WalkOptions): AsyncGenerator<WalkedName> {
  const { root, dotfiles, naming = process.platform === 'win32' ? 'win32' : 'posix' } = options;
  const folders: Folder[] = [{ place: Buffer.from(root), segments: [] }];
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    // One directory after the other: there may be any number of them.
    // oxlint-disable-next-line no-await-in-loop
    const directory = await openFolder(folder);
    if (directory === undefined) {
      yield { segments: folder.segments, kind: 'directory', standing: 'unreadable' };
      continue;
    }
    for await (const entry of directory) {
      // With this encoding names are octets, whatever the types say.
      const octets = entry.name as unknown as Buffer;
      const segments = [...folder.segments, octets.toString('utf8')];
      const kind = kindOf(entry);
      const standing = standingOf(segments, { dotfiles, naming });
      yield { segments, kind, standing };
      if (kind !== 'directory' || standing !== 'served') continue;
      folders.push({ place: Buffer.concat([folder.place, SEPARATOR, octets]), segments });
    }
  }
}

async function openFolder({ place }: Folder): Promise<Dir | undefined> {
  try {
    return await opendir(place, { encoding: 'buffer' as BufferEncoding });
  } catch {
    return undefined; // told as its standing
  }
}

function kindOf(entry: {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}): WalkedName['kind'] {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'link' : 'other';
}

/** What becomes of a name, by writing its path as a client would, and reading that. */
function standingOf(segments: Segments, rules: SitePathRules): NameStanding {
  const name = segments.at(-1) ?? '';
  // What could not be decoded; a name that has the character itself is as rare, and taken for that.
  if (name.includes(REPLACED)) return 'unreachable';
  const text = formatSitePath({ kind: 'site-path', segments, endsWithSlash: false });
  const path = parseSitePath(text, rules);
  if (path.kind === 'site-path') return 'served';
  return path.kind === 'missing' && name.startsWith('.') ? 'hidden' : 'unreachable';
}
