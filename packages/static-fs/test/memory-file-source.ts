// A file source in memory: implements the port as a source on disk does, and keeps count of what
// it opened. For tests of everything that is above the port.

import { FileSourceError, type FileSourceErrorKind } from '../src/errors.ts';
import type { FileSource, Opened, OpenFile, Segments } from '../src/file-source.ts';

/** What is under a path: text of a file, with its own date, or the error that opening it gives. */
export type MemoryEntry = string | MemoryFile | { readonly error: FileSourceErrorKind };

interface MemoryFile {
  readonly text: string;
  readonly mtimeMs: number;
}

/** How the source behaves where a disk leaves it open. */
export interface MemoryFileSourceOptions {
  /**
   * The date of every file. Default: 2024-05-06 07:08:09.5 UTC; of a whole second no entity tag
   * would be made.
   */
  readonly mtimeMs?: number;
  /** Whether files come with their octets, as from a cache. Default: `false`. */
  readonly inMemory?: boolean;
  /** The most octets that one read gives. Default: as many as fit. */
  readonly maxReadBytes?: number;
  /** How many octets files are longer by what they declare than by what can be read. Default: 0. */
  readonly missingBytes?: number;
}

export class MemoryFileSource implements FileSource {
  /** The paths that were opened, in order, joined with `/`. */
  readonly opened: string[] = [];
  /** How many files are open now. */
  openCount = 0;
  readonly #entries: ReadonlyMap<string, MemoryEntry>;
  readonly #options: MemoryFileSourceOptions;

  constructor(entries: Readonly<Record<string, MemoryEntry>>, options?: MemoryFileSourceOptions) {
    this.#entries = new Map(Object.entries(entries));
    this.#options = options ?? {};
  }

  open(segments: Segments): Promise<Opened> {
    const path = segments.join('/');
    this.opened.push(path);
    const entry = this.#entries.get(path);
    if (entry === undefined) {
      const below = path === '' ? '' : `${path}/`;
      const isDirectory = [...this.#entries.keys()].some((name) => name.startsWith(below));
      return Promise.resolve({ kind: isDirectory ? 'directory' : 'nothing' });
    }
    if (typeof entry === 'object' && 'error' in entry) {
      return Promise.reject(new FileSourceError(entry.error, 'no'));
    }
    this.openCount += 1;
    const file = typeof entry === 'string' ? { text: entry } : entry;
    return Promise.resolve(this.#openFile({ ...this.#options, ...file }));
  }

  #openFile(file: MemoryFileSourceOptions & { readonly text: string }): OpenFile {
    const { mtimeMs = Date.UTC(2024, 4, 6, 7, 8, 9, 500), maxReadBytes = Infinity } = file;
    const octets = Buffer.from(file.text);
    let open = true;
    return {
      kind: 'file',
      lengthBytes: octets.length + (this.#options.missingBytes ?? 0),
      mtimeMs,
      octets: file.inMemory === true ? octets : undefined,
      read: (into, position) => {
        const part = octets.subarray(position, position + Math.min(into.length, maxReadBytes));
        into.set(part);
        return Promise.resolve(part.length);
      },
      close: () => {
        if (open) this.openCount -= 1;
        open = false;
        return Promise.resolve();
      },
    };
  }
}
