// Whether the disk keeps what a path leads to under exactly the names that were asked for. A disk
// that folds case (NTFS, FAT, APFS, SMB, ext4 where it is told to) opens secret.txt for SECRET.TXT,
// and neither the path of the descriptor nor realpath(3) tells on Linux: both repeat what was asked
// for. What a folder folds is found out once, by asking for a name of it in the other case.
//
// Security: one thing under many names passes by whatever goes by the name: rules, a password file
// that is kept back, a cache in front.
//
// One lstat for each folder of a path, the first time something is opened in it; nothing more where
// names are exact. Where they are folded, the names of the folder are read for each opening.

import { sep } from 'node:path';

import type { Disk } from './disk.ts';
import type { Segments } from './file-source.ts';

/** How many folders are known to keep names apart; then they are met anew. */
const MOST_FOLDERS = 4096;

/** What is asked of the disk. */
type NamesOnDisk = Pick<Disk, 'hasName' | 'namesIn'>;

export class StoredNames {
  readonly #disk: NamesOnDisk;
  /** With a separator at its end. */
  readonly #root: string;
  /** Folders that keep names apart, and so do those above them: device and path. */
  readonly #exact = new Set<string>();

  constructor(disk: NamesOnDisk, root: string) {
    this.#disk = disk;
    this.#root = root;
  }

  /**
   * Tells whether the segments, to which something was opened, are the names as the disk has them.
   *
   * @param device - Of what was opened: another disk in the same place may be another kind.
   * @throws the error of the operating system
   */
  has(segments: Segments, device: bigint): boolean | Promise<boolean> {
    return this.keepsApart(segments, device) || this.#lookAt(segments, device);
  }

  /** Whether it is known of the folder of the segments that any name in it is one, without a look. */
  keepsApart(segments: Segments, device: bigint): boolean {
    return segments.length === 0 || this.#exact.has(keyOf(segments.slice(0, -1), device));
  }

  async #lookAt(segments: Segments, device: bigint): Promise<boolean> {
    let isExact = true;
    for (const [depth, name] of segments.entries()) {
      const key = keyOf(segments.slice(0, depth), device);
      if (this.#exact.has(key)) continue;
      const above = segments.slice(0, depth).map((segment) => segment + sep);
      const folder = this.#root + above.join('');
      const other = otherFormOf(name);
      // From the top down: below a name that is not there nothing is.
      // oxlint-disable-next-line no-await-in-loop
      if (other !== undefined && (await this.#disk.hasName(folder + other))) {
        // oxlint-disable-next-line no-await-in-loop
        const names = await this.#disk.namesIn(folder);
        if (!names.includes(name)) return false;
        // Two files whose names differ in nothing else are no sign of it.
        isExact &&= names.includes(other);
      }
      if (isExact && other !== undefined) this.#note(key);
    }
    return true;
  }

  #note(key: string): void {
    if (this.#exact.size >= MOST_FOLDERS) this.#exact.clear();
    this.#exact.add(key);
  }
}

function keyOf(folder: Segments, device: bigint): string {
  return `${device}:${folder.join('/')}`;
}

/** The name as a disk that folds may find it, too; `undefined` where it has no such form. */
function otherFormOf(name: string): string | undefined {
  const inCase = name.replaceAll(/[a-z]/gi, swapCase);
  // Letters beyond ASCII only where there are no others: not every disk that folds folds these.
  const forms = [inCase, name.replaceAll(/\p{L}/gu, swapCase)];
  forms.push(name.normalize('NFD'), name.normalize('NFC'));
  return forms.find((form) => form !== name);
}

function swapCase(letter: string): string {
  const lower = letter.toLowerCase();
  return letter === lower ? letter.toUpperCase() : lower;
}
