// An open file as the content of a response. It is pulled: the caller brings the buffer, so a slow
// reader costs that one buffer whatever the size of the file, and the size of a chunk is decided
// where the socket is. Security: never more octets than declared, and never a quiet end before
// them; either would be read as a part of the next response (RFC 9112 §6.3).

import { fileSourceError } from './errors.ts';
import type { OpenFile } from './file-source.ts';
import type { Content } from './response.ts';

/** Makes the content of a whole file. The content closes the file. */
export function fileContent(file: OpenFile): Content {
  return new FileContent(file);
}

class FileContent implements Content {
  readonly lengthBytes: number;
  readonly octets: Uint8Array | undefined;
  readonly #file: OpenFile;
  #position = 0;
  #reading: Promise<number> | undefined;
  #closing: Promise<void> | undefined;

  constructor(file: OpenFile) {
    this.lengthBytes = file.lengthBytes;
    this.octets = file.octets;
    this.#file = file;
  }

  async read(into: Uint8Array): Promise<number> {
    if (this.#closing !== undefined) throw fileSourceError('closed');
    const left = this.lengthBytes - this.#position;
    if (left === 0) return 0;
    if (this.#reading !== undefined) throw new TypeError('one read at a time');
    if (into.length === 0) throw new TypeError('a buffer of no bytes cannot be read into');

    this.#reading = this.#file.read(
      into.length > left ? into.subarray(0, left) : into,
      this.#position,
    );
    try {
      const count = await this.#reading;
      if (count === 0) throw fileSourceError('changed');
      this.#position += count;
      return count;
    } finally {
      this.#reading = undefined;
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#release();
    return this.#closing;
  }

  // A descriptor that is closed under a read can be another file's by the time the read is done.
  async #release(): Promise<void> {
    if (this.#reading !== undefined) await Promise.allSettled([this.#reading]);
    await this.#file.close();
  }
}
