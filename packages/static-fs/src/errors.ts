// What can go wrong with a file: one class, and the one table from errno to its kind.
// Which status goes with a kind is decided in respond.ts. Messages are fixed sentences without a
// path; the error of the operating system, which does name one, is kept as the cause for the log.

/**
 * What went wrong with a file.
 *
 * - `missing`: nothing there that could be sent
 * - `forbidden`: there, but the operating system refuses it
 * - `busy`: the machine is short of descriptors or memory, or the file is locked: try again
 * - `stuck`: the disk did not do it in time, or as much of it hangs already as may
 * - `failed`: anything else
 * - `changed`: the file became shorter than it was when its length was declared
 * - `closed`: used after it was closed (a mistake of the caller)
 */
export type FileSourceErrorKind =
  | 'missing'
  | 'forbidden'
  | 'busy'
  | 'stuck'
  | 'failed'
  | 'changed'
  | 'closed';

/** A file source could not do what it was asked. */
export class FileSourceError extends Error {
  override readonly name: string = 'FileSourceError';
  /** What went wrong. */
  readonly kind: FileSourceErrorKind;

  constructor(kind: FileSourceErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

// A Map, so that a code named like a property of Object.prototype is an ordinary code.
const KIND_OF_ERRNO: ReadonlyMap<string, FileSourceErrorKind> = new Map([
  ['ENOENT', 'missing'],
  ['ENOTDIR', 'missing'], // /a.txt/b
  ['ENAMETOOLONG', 'missing'], // a segment or a path that no file can have
  ['ELOOP', 'missing'], // links in a circle, or a link where none may be
  ['ESTALE', 'missing'], // removed on the file server
  ['ENXIO', 'missing'], // a unix socket, or a device without a driver
  ['ENODEV', 'missing'],
  ['EINVAL', 'missing'], // a name that this file system cannot hold
  ['EILSEQ', 'missing'],
  ['EACCES', 'forbidden'],
  ['EPERM', 'forbidden'],
  ['EMFILE', 'busy'],
  ['ENFILE', 'busy'],
  ['ENOMEM', 'busy'],
  ['EAGAIN', 'busy'], // O_NONBLOCK on a file that somebody holds a lease on
  ['EBUSY', 'busy'],
]);

const MESSAGE_OF_KIND: Readonly<Record<FileSourceErrorKind, string>> = {
  missing: 'the file is not there',
  forbidden: 'the operating system refuses to open the file',
  busy: 'the machine has no descriptor or memory left for the file',
  stuck: 'the disk did not answer in time',
  failed: 'the file could not be opened or read',
  changed: 'the file became shorter than its declared length',
  closed: 'the file is closed already',
};

/** Makes the error of a kind, with the fixed sentence of that kind. */
export function fileSourceError(kind: FileSourceErrorKind, cause?: unknown): FileSourceError {
  return new FileSourceError(kind, MESSAGE_OF_KIND[kind], cause === undefined ? {} : { cause });
}

/** Tells whether something was given up because the disk hangs: to ask for more only takes longer. */
export function isStuck(error: unknown): boolean {
  return error instanceof FileSourceError && error.kind === 'stuck';
}

/** Turns what opening a file threw into a FileSourceError, by its errno; keeps one that is one. */
export function errorOfOpening(cause: unknown): FileSourceError {
  if (cause instanceof FileSourceError) return cause;
  return fileSourceError(KIND_OF_ERRNO.get(errnoOf(cause)) ?? 'failed', cause);
}

/**
 * Turns what a call on an open descriptor threw into a FileSourceError. The file is there, so only
 * shortage is told apart: a name can no longer be what is wrong.
 */
export function errorOfReading(cause: unknown): FileSourceError {
  if (cause instanceof FileSourceError) return cause;
  const kind = KIND_OF_ERRNO.get(errnoOf(cause));
  return fileSourceError(kind === 'busy' ? 'busy' : 'failed', cause);
}

function errnoOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : '';
}
