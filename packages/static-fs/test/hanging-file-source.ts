// A file source of which parts hang until the test lets them come back.

import type { FileSource, Opened, OpenFile, Segments } from '../src/file-source.ts';
import { MemoryFileSource, type MemoryEntry } from './memory-file-source.ts';

export class HangingFileSource implements FileSource {
  readonly memory: MemoryFileSource;
  /** Which calls hang, by their name and path: `open docs/a.txt`, `read a.txt`, `close a.txt`. */
  hanging: RegExp = /$^/;
  /** The calls that came as far as the disk, in order. */
  readonly calls: string[] = [];
  readonly #comeBack: (() => void)[] = [];

  constructor(entries: Readonly<Record<string, MemoryEntry>>) {
    this.memory = new MemoryFileSource(entries);
  }

  /** How many calls hang. */
  get hangingCount(): number {
    return this.#comeBack.length;
  }

  /** Lets all calls come back that hang, and no others hang. */
  recover(): void {
    this.hanging = /$^/;
    for (const comeBack of this.#comeBack.splice(0)) comeBack();
  }

  async open(segments: Segments): Promise<Opened> {
    const path = segments.join('/');
    await this.#call(`open ${path}`);
    const opened = await this.memory.open(segments);
    return opened.kind === 'file' ? this.#fileOf(opened, path) : opened;
  }

  #fileOf(file: OpenFile, path: string): OpenFile {
    return {
      ...file,
      identity: path,
      read: async (into, position) => {
        await this.#call(`read ${path}`);
        return file.read(into, position);
      },
      hasChanged: async () => {
        await this.#call(`look ${path}`);
        return false;
      },
      close: async () => {
        await this.#call(`close ${path}`);
        await file.close();
      },
    };
  }

  async #call(name: string): Promise<void> {
    this.calls.push(name);
    if (!this.hanging.test(name)) return;
    await new Promise<void>((comeBack) => this.#comeBack.push(comeBack));
  }
}
