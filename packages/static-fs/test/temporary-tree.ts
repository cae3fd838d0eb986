// A folder that exists for one test file, with what git cannot hold: links, FIFOs, odd names.
// Also tells which descriptors of this very program are open below it (Linux).

import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Whether descriptors can be counted here. */
const COUNTS_DESCRIPTORS: boolean = process.platform === 'linux';

export class TemporaryTree {
  /** Its path, without links. */
  readonly path: string = mkdtempSync(join(realpathSync(tmpdir()), 'static-fs-'));

  /** Gives the path of something in it. */
  at(name: string): string {
    return join(this.path, name);
  }

  /** Writes a file, and the folders above it. */
  write(name: string, content: string | Uint8Array): string {
    const path = this.at(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  /** Names what is open below it at this moment. */
  openDescriptors(): string[] {
    if (!COUNTS_DESCRIPTORS) return [];
    const paths = readdirSync('/proc/self/fd').map((descriptor) => {
      try {
        return readlinkSync(`/proc/self/fd/${descriptor}`);
      } catch {
        return ''; // the descriptor that read the folder itself
      }
    });
    return paths.filter((path) => path.startsWith(`${this.path}/`));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
