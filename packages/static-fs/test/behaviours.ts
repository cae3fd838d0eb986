// The behaviours of the README's last table: what is asked for each, and what comes. For
// `behaviours.test.ts`.

import type { SiteRules } from '../src/index.ts';
import type { SymlinkPolicy } from '../src/containment.ts';
import type { Sent } from './exchange.ts';
import type { MemoryEntry } from './memory-file-source.ts';

/** The date of all files, and the seconds around it. */
export const MTIME: number = Date.UTC(2024, 4, 6, 7, 8, 9);
export const DATE = 'Mon, 06 May 2024 07:08:09 GMT';
export const EARLIER = 'Mon, 06 May 2024 07:08:08 GMT';
export const LATER = 'Mon, 06 May 2024 07:08:10 GMT';

/** One request. */
export interface Asked {
  /** Default: `/a.txt`. */
  readonly target?: string;
  /** Default: `GET`. */
  readonly method?: string;
  /** `{tag}` in a value is the entity tag of the target. */
  readonly fields?: Sent;
  readonly options?: SiteRules;
  /** A directory of this machine, instead of the files in memory. */
  readonly disk?: { readonly root: string; readonly symlinks?: SymlinkPolicy };
}

/** What comes besides the status. */
export interface Given {
  /** The content; `undefined` for none. */
  readonly text?: string | RegExp | undefined;
  /** Fields by their names; `undefined` for one that is not there. */
  readonly fields?: Readonly<Record<string, string | RegExp | undefined>>;
  /** The error that making the site throws: its name, or its kind. */
  readonly throws?: string;
}

/** A row: its name, our cell, which begins with the status, and what shows it. */
type Behaviour = readonly [name: string, cell: string, asked: readonly Asked[], given?: Given];

/** Rows under a common name. */
export interface BehaviourGroup {
  readonly name: string;
  readonly behaviours: readonly Behaviour[];
}

/** The files in memory. */
export const FILES: Readonly<Record<string, MemoryEntry>> = {
  'a.txt': '0123456789',
  'b.css': 'b {}',
  plain: 'no extension',
  'empty.txt': '',
  'two words.txt': 'two words',
  'two..dots.txt': 'two dots',
  'two é/index.html': '<p>two</p>',
  'docs/index.html': '<p>docs</p>',
  'bare/a.txt': 'no index',
  '.hidden.txt': 'hidden',
  '.folder/a.txt': 'in a dot directory',
  'parts.txt': { text: '0123456789', mtimeMs: MTIME + 123.456 },
  'epoch.txt': { text: 'no date', mtimeMs: 0 },
  'app.js': 'let a;',
  'app.js.gz': 'GZ',
  'only.js.gz': 'GZ',
  'locked/a.txt': { error: 'forbidden' },
  'locked/index.html': { error: 'forbidden' },
  'broken.txt': { error: 'failed' },
  'gone.txt': { error: 'missing' },
  'paged/404.html': '<p>nothing here</p>',
};
