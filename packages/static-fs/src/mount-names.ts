// The names that something is mounted at on this machine. Where one of them is in a path another disk
// may begin, which may be another machine's and hang; and whether it does, nobody tells but that disk.
// So the system is asked for what is mounted, and no disk. proc_pid_mountinfo(5).
//
// Names and not places: a link can lead to any place, and the root is one that is pointed at the next
// release. A name that is the same by chance is opened by the threads, as everything was before.

import type { Disk } from './disk.ts';
import type { Segments } from './file-source.ts';

/** How long what the system said is believed: what was mounted just now has answered just now. */
const FRESH_MS = 1000;

/** What is asked of the disk. */
type MountsOnDisk = Pick<Disk, 'mountTableSync'>;

export class MountNames {
  readonly #disk: MountsOnDisk;
  readonly #now: () => number;
  /** `undefined` where the system does not say. */
  #names: ReadonlySet<string> | undefined;
  #askedMs = -Infinity;

  /**
   * @param now - Gives a time that only goes forward, in milliseconds.
   */
  constructor(disk: MountsOnDisk, now: () => number) {
    this.#disk = disk;
    this.#now = now;
  }

  /** Whether another disk may begin at one of the segments. Blocks, once a second: 30 µs. */
  mayBeIn(segments: Segments): boolean {
    const nowMs = this.#now();
    if (nowMs - this.#askedMs >= FRESH_MS) {
      const table = this.#disk.mountTableSync();
      this.#names = table === undefined ? undefined : namesIn(table);
      this.#askedMs = nowMs;
    }
    const names = this.#names;
    return names === undefined || segments.some((segment) => names.has(segment));
  }
}

//   36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
//   (1)(2)(3)   (4)   (5)      (6)     (7)   (8) (9)   (10)         (11)
// The fifth is where it is mounted. Blanks, line ends and backslashes in it are three octal digits.
function namesIn(table: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const line of table.split('\n')) {
    const place = line.split(' ', 5)[4];
    if (place === undefined) continue;
    const name = place.slice(place.lastIndexOf('/') + 1);
    names.add(name.replaceAll(/\\([0-7]{3})/g, fromOctal));
  }
  return names;
}

function fromOctal(_escape: string, digits: string): string {
  return String.fromCharCode(Number.parseInt(digits, 8));
}
