// The calls of node:fs that the file source needs, each wrapped once. Raw descriptors and
// callbacks: one thread-pool trip and one promise for each call, no stream and no object that
// closes by itself. Rejections are the operating system's own errors; nothing is decided here.
// Paths that come back are octets, one to a character (latin1): a name need not be UTF-8, and two
// that are not may look the same once they are decoded.

import {
  close,
  closeSync,
  fstat,
  fstatSync,
  lstat,
  open,
  openSync,
  read,
  readFileSync,
  readSync,
  readdir,
  readlinkSync,
  realpath,
  realpathSync,
  stat,
  statfsSync,
  statSync,
  type BigIntStats,
} from 'node:fs';

import { threadBusyMs } from './thread-time.ts';

/** The disk, as the file source uses it. */
export interface Disk {
  /** Opens for reading and gives the descriptor. */
  open(pathname: string, flags: number): Promise<number>;
  /** Gives the facts of an open descriptor; bigint, for times in nanoseconds: 0.4 µs more. */
  stat(descriptor: number): Promise<BigIntStats>;
  /** Reads at a position; 0 at the end of the file. */
  read(descriptor: number, into: Uint8Array, position: number): Promise<number>;
  /** Closes a descriptor; never rejects. */
  close(descriptor: number): Promise<void>;
  /** Opens for reading; blocks, for disks of this machine alone. */
  openSync(pathname: string, flags: number): number;
  /** Reads at a position; blocks, for disks of this machine alone. */
  readSync(descriptor: number, into: Uint8Array, position: number): number;
  /** Gives the facts of an open descriptor; blocks, for disks of this machine alone. */
  statOpenSync(descriptor: number): BigIntStats;
  /** Closes a descriptor; blocks, for files of this machine that have a name. Never throws. */
  closeSync(descriptor: number): void;
  /** Gives a path without links; blocks, for use at the start. */
  canonicalPathSync(pathname: string): string;
  /** Gives a path without links. */
  canonicalPath(pathname: string): Promise<string>;
  /** Tells whether a path without links, as `canonicalPath()` gives it, is that of a directory. */
  isDirectory(canonicalPath: string): Promise<boolean>;
  /** Tells whether a name is there, whatever it leads to. */
  hasName(pathname: string): Promise<boolean>;
  /** Gives the names in a directory as the disk keeps them. */
  namesIn(pathname: string): Promise<readonly string[]>;
  /**
   * Gives the facts of what a path leads to; blocks, for disks of this machine alone. `undefined`
   * where nothing is there.
   */
  statSync(pathname: string): BigIntStats | undefined;
  /** Tells which device a directory is on, where that is a disk of this machine; blocks. */
  localDeviceSync(pathname: string): bigint | undefined;
  /**
   * Gives the table of what is mounted, as proc_pid_mountinfo(5) describes it, without asking any of
   * that; blocks. `undefined` where the system does not say.
   */
  mountTableSync(): string | undefined;
  /**
   * Gives how long the thread that asks has run so far, or could have and had no core, in
   * milliseconds: all but what it slept, for a disk or for work. `undefined` where the system does
   * not say.
   */
  threadBusyMs(): number | undefined;
  /** Gives the path of what is open, from the kernel; `undefined` where it does not say. */
  pathOfDescriptor(descriptor: number): string | undefined;
  /** Gives the path without links of what is open, by name and identity; `undefined` if unsure. */
  pathByIdentity(descriptor: number, pathname: string): Promise<string | undefined>;
}

// As Linux numbers them (statfs(2)): those that lie on a disk of the machine or in its memory. Not
// those that ask another machine or another program: NFS, SMB, 9P, Ceph, FUSE.
const LOCAL_FILE_SYSTEMS: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0x2fc12fc1, // ZFS
  0xf2f52010, // F2FS
  0xca451a4e, // bcachefs
  0x794c7630, // overlayfs: containers
  0x01021994, // tmpfs
  0x858458f6, // ramfs
  0x73717368, // SquashFS
  0xe0f5e1e2, // EROFS
]);

/** What is said of a name that is not there, or cannot be. */
const ABSENT: ReadonlySet<string | undefined> = new Set([
  'ENOENT',
  'ENOTDIR',
  'ENAMETOOLONG', // the other case can have more octets
  'EINVAL',
  'EILSEQ',
]);

/** The disk of this machine. */
export const nodeDisk: Disk = {
  open(pathname: string, flags: number): Promise<number> {
    return new Promise((resolve, reject) => {
      open(pathname, flags, (error, descriptor) => (error ? reject(error) : resolve(descriptor)));
    });
  },

  stat(descriptor: number): Promise<BigIntStats> {
    return new Promise((resolve, reject) => {
      fstat(descriptor, { bigint: true }, (error, stats) =>
        error ? reject(error) : resolve(stats),
      );
    });
  },

  read(descriptor: number, into: Uint8Array, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      read(descriptor, into, 0, into.length, position, (error, count) =>
        error ? reject(error) : resolve(count),
      );
    });
  },

  // A close that fails has released the descriptor all the same, and nothing was written that
  // could be lost: there is nobody who could do anything about it.
  close(descriptor: number): Promise<void> {
    return new Promise((resolve) => {
      close(descriptor, () => resolve());
    });
  },

  openSync,

  readSync(descriptor: number, into: Uint8Array, position: number): number {
    return readSync(descriptor, into, 0, into.length, position);
  },

  statOpenSync(descriptor: number): BigIntStats {
    return fstatSync(descriptor, { bigint: true });
  },

  closeSync(descriptor: number): void {
    try {
      closeSync(descriptor);
    } catch {
      // As above.
    }
  },

  canonicalPathSync(pathname: string): string {
    return realpathSync.native(pathname, 'latin1');
  },

  canonicalPath(pathname: string): Promise<string> {
    return new Promise((resolve, reject) => {
      realpath.native(pathname, 'latin1', (error, path) => (error ? reject(error) : resolve(path)));
    });
  },

  async isDirectory(canonicalPath: string): Promise<boolean> {
    return (await statOf(canonicalPath)).isDirectory();
  },

  hasName(pathname: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      lstat(pathname, (error) => {
        if (error === null) resolve(true);
        else if (ABSENT.has(error.code)) resolve(false);
        else reject(error);
      });
    });
  },

  namesIn(pathname: string): Promise<readonly string[]> {
    return new Promise((resolve, reject) => {
      readdir(pathname, (error, names) => (error ? reject(error) : resolve(names)));
    });
  },

  statSync(pathname: string): BigIntStats | undefined {
    return statSync(pathname, { bigint: true, throwIfNoEntry: false });
  },

  localDeviceSync(pathname: string): bigint | undefined {
    if (process.platform !== 'linux') return undefined;
    const isLocal = LOCAL_FILE_SYSTEMS.has(statfsSync(pathname).type);
    return isLocal ? statSync(pathname, { bigint: true }).dev : undefined;
  },

  mountTableSync(): string | undefined {
    if (process.platform !== 'linux') return undefined;
    try {
      return readFileSync('/proc/self/mountinfo', 'utf8');
    } catch {
      return undefined; // /proc is not mounted
    }
  },

  threadBusyMs,

  // Sync on purpose: the kernel answers from memory and never asks the file system, so it cannot
  // hang on a dead mount; about 1.4 µs, where a thread-pool trip costs about 50.
  pathOfDescriptor(descriptor: number): string | undefined {
    if (process.platform !== 'linux') return undefined;
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`, 'latin1');
    } catch {
      return undefined; // /proc is not mounted, or the path is too long to be told
    }
  },

  // Where the kernel does not tell: what the name leads to now, if that is the thing that is open.
  // Security: weaker. Somebody who swaps a link between these calls, at the right moment twice,
  // is not caught; the README says so.
  async pathByIdentity(descriptor: number, pathname: string): Promise<string | undefined> {
    try {
      const path = await this.canonicalPath(pathname);
      const opened = await this.stat(descriptor);
      const named = await statOf(path);
      const same = opened.dev === named.dev && opened.ino === named.ino;
      return same && path === (await this.canonicalPath(pathname)) ? path : undefined;
    } catch {
      return undefined; // it is gone, or swapped: not sure is not inside
    }
  },
};

/** Gives the facts of what a path without links, in latin1, names now. */
function statOf(canonicalPath: string): Promise<BigIntStats> {
  return new Promise((resolve, reject) => {
    stat(Buffer.from(canonicalPath, 'latin1'), { bigint: true }, (error, stats) =>
      error ? reject(error) : resolve(stats),
    );
  });
}
