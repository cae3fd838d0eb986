// A file source whose files a test changes while it runs, and which keeps count: of what it was
// asked, of what is open, and of what it is told to do in the middle of an open or a read.

import { FileSourceError } from '../src/errors.ts';
import { FileInMemory } from '../src/file-in-memory.ts';
import type {
  FileSource,
  FoundDirectory,
  NothingThere,
  Opened,
  OpenFile,
  Segments,
  WholeFile,
} from '../src/file-source.ts';

/** A file as it is now; each change of it is a new date unless it says otherwise. */
export interface ChangingFile {
  readonly text: string;
  readonly mtimeMs: number;
  readonly identity: string;
}

export class ChangingFileSource implements FileSource {
  readonly files: Map<string, ChangingFile> = new Map<string, ChangingFile>();
  /** How often it was asked. */
  opens = 0;
  /** How often a file was read from. */
  reads = 0;
  /** How many files are open now. */
  openCount = 0;
  /** Whether it refuses to open. */
  isBusy = false;
  /** Runs before each read, and has the buffer. */
  beforeRead: (into: Uint8Array) => void = () => {};
  /** Runs after each read, before its octets are used. */
  afterRead: () => void = () => {};
  /** What an open waits for. */
  gate: Promise<void> = Promise.resolve();
  #ticks = 0;

  /** Writes a file in place, with a new date. */
  write(path: string, text: string): void {
    this.#ticks += 1;
    const identity = this.files.get(path)?.identity ?? 'first';
    this.files.set(path, { text, mtimeMs: this.#ticks, identity });
  }

  /** Writes a file in place within the tick of its date. */
  writeUnseen(path: string, text: string): void {
    const file = this.files.get(path);
    if (file !== undefined) this.files.set(path, { ...file, text });
  }

  async open(segments: Segments): Promise<Opened> {
    this.opens += 1;
    await this.gate;
    if (this.isBusy) throw new FileSourceError('busy', 'no');
    const path = segments.join('/');
    const file = this.files.get(path);
    if (file !== undefined) return this.#openFile(path, file);
    return { kind: this.hasBelow(path) ? 'directory' : 'nothing' };
  }

  /** Whether a path is that of a directory: something is below it. */
  hasBelow(path: string): boolean {
    return [...this.files.keys()].some((name) => name.startsWith(`${path}/`));
  }

  // As on a disk, what is read is what the file holds by then.
  #openFile(path: string, opened: ChangingFile): OpenFile & { readonly identity: string } {
    this.openCount += 1;
    let isOpen = true;
    return {
      kind: 'file',
      lengthBytes: Buffer.byteLength(opened.text),
      mtimeMs: opened.mtimeMs,
      identity: opened.identity,
      octets: undefined,
      read: async (into, position) => {
        this.reads += 1;
        this.beforeRead(into);
        if (!isOpen) throw new FileSourceError('closed', 'no');
        const now = this.files.get(path);
        const text = now?.identity === opened.identity ? now.text : opened.text;
        const part = Buffer.from(text).subarray(position, position + into.length);
        into.set(part);
        this.afterRead();
        return part.length;
      },
      hasChanged: async () => {
        const now = this.files.get(path) ?? opened;
        const isLonger = Buffer.byteLength(now.text) > Buffer.byteLength(opened.text);
        return now.identity === opened.identity && now.mtimeMs !== opened.mtimeMs && !isLonger;
      },
      close: async () => {
        if (isOpen) this.openCount -= 1;
        isOpen = false;
      },
    };
  }
}

/** One that tells at once whether something is what it was. */
export class TellingFileSource extends ChangingFileSource {
  isStill(segments: Segments, found: Opened): boolean {
    const path = segments.join('/');
    const file = this.files.get(path);
    if (file === undefined) return found.kind === 'nothing' && !this.hasBelow(path);
    if (found.kind !== 'file') return false;
    return file.identity === found.identity && file.mtimeMs === found.mtimeMs;
  }
}

/** One that opens on the spot, too. */
export class QuickFileSource extends TellingFileSource {
  /** Whether it does so now. */
  isQuick = true;
  /** Whether each change of a file is known to give it other facts. */
  hasSettled = false;
  /** Runs before a look, which may take its time. */
  beforeLook: () => void = () => {};

  override async open(segments: Segments): Promise<Opened> {
    const opened = await super.open(segments);
    if (opened.kind !== 'file') return opened;
    return Object.assign(opened, { hasSettled: () => this.hasSettled });
  }

  openNow(segments: Segments): WholeFile | FoundDirectory | NothingThere | undefined {
    if (!this.isQuick) return undefined;
    this.beforeLook();
    const path = segments.join('/');
    const file = this.files.get(path);
    if (file === undefined) return { kind: this.hasBelow(path) ? 'directory' : 'nothing' };
    const { text, mtimeMs, identity } = file;
    const octets = Buffer.from(text);
    const hasSettled = (): boolean => this.hasSettled;
    const facts = { lengthBytes: octets.length, mtimeMs, identity, hasSettled };
    return Object.assign(new FileInMemory(octets), facts);
  }
}
