/**
 * A site in a folder of its own, for as long as one test file runs. All its files are as old as
 * each other, so that Last-Modified can be written down.
 */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** When the files were last changed, as a field says it. */
export const LAST_MODIFIED = 'Fri, 02 Jan 2026 03:04:05 GMT';
// With part of a second: of a date of a whole one no entity tag is made. A half is exact.
const MTIME = new Date(Date.parse(LAST_MODIFIED) + 500);

export class TemporarySite {
  /** Its path, without links. */
  readonly root: string = mkdtempSync(join(realpathSync(tmpdir()), 'pws-site-'));

  /** @param files - content by path */
  constructor(files: Readonly<Record<string, string | Uint8Array>> = {}) {
    for (const [path, content] of Object.entries(files)) this.write(path, content);
  }

  /** Writes a file, and the folders above it. */
  write(path: string, content: string | Uint8Array): string {
    const place = join(this.root, path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, content);
    utimesSync(place, MTIME, MTIME);
    return place;
  }

  /** The files of it that a process has open now; of this one where none is named (Linux). */
  openFiles(pid: number | 'self' = 'self'): string[] {
    const folder = `/proc/${pid}/fd`;
    const paths = readdirSync(folder).map((descriptor) => {
      try {
        return readlinkSync(`${folder}/${descriptor}`);
      } catch {
        return ''; // closed in between
      }
    });
    return paths.filter((path) => path.startsWith(this.root));
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
