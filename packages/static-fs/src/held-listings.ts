// Listings that are being sent, within a bound for all of them. Reading is bounded where the names
// are read; but whoever takes a listing slowly has all its names held until then, up to 8 MB of
// them: eighty such clients held 640 MB. Where there is no room for more, the next is told so at
// once, and files are served as before.

import type { DirectoryListing } from './directory-listing.ts';
import { fileSourceError } from './errors.ts';
import type { NothingThere, Segments } from './file-source.ts';
import type { DirectorySource } from './node-directory.ts';

/** How many entries all listings hold: ten of the longest ones, and any number of short ones. */
export const MAX_HELD_ENTRIES = 100_000;

/** A listing that counts until it is given back. */
export interface HeldListing extends DirectoryListing {
  /** Gives its room to others. Idempotent. */
  readonly release: () => void;
}

/** Where listings come from, so many entries at a time. */
export class HeldListings implements DirectorySource {
  readonly #directories: DirectorySource;
  readonly #maxEntries: number;
  #heldEntries = 0;

  /**
   * @param maxEntries - How many entries are enough: where as many are held, or more, there is no
   * other listing. The last one is not cut short for it.
   */
  constructor(directories: DirectorySource, maxEntries: number) {
    this.#directories = directories;
    this.#maxEntries = maxEntries;
  }

  /**
   * Reads the names in a directory. Whoever has them gives them back.
   *
   * @throws {FileSourceError} `busy` where too many are held; and as the source.
   */
  async list(segments: Segments): Promise<HeldListing | NothingThere> {
    this.#refuseWhereFull();
    const listing = await this.#directories.list(segments);
    if ('kind' in listing) return listing;
    // Others may have come first.
    this.#refuseWhereFull();
    let heldEntries = listing.entries.length;
    this.#heldEntries += heldEntries;
    const release = (): void => {
      this.#heldEntries -= heldEntries;
      heldEntries = 0;
    };
    return { ...listing, release };
  }

  #refuseWhereFull(): void {
    if (this.#heldEntries >= this.#maxEntries) throw fileSourceError('busy');
  }
}
