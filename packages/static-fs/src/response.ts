// The out-port: what a site answers, as a value. A response is made in one piece in respond.ts and
// never changed afterwards; where its content or its mount is another one, it is copied. Connection,
// Date, Transfer-Encoding and the text of an error page are not here: they are the business of
// whoever sends it.

import type { FileSourceError } from './errors.ts';
import type { FieldEffect } from './routes.ts';

/** Field lines in the order in which they are sent. */
export type FieldLines = readonly (readonly [name: string, value: string])[];

/** The content of a response; whoever receives the response owns it and closes it. */
export interface Content {
  /**
   * How many octets there are, in bytes: exactly what Content-Length declares. `undefined` where
   * that is not known before the end (there is no Content-Length then): to be sent chunked.
   */
  readonly lengthBytes: number | undefined;
  /**
   * The whole content, where it is in memory already; then `read()` is not needed.
   * Belongs to the site: not to be changed.
   */
  readonly octets: Uint8Array | undefined;
  /**
   * Gives the next octets without a buffer, some of them, where the site has them in memory or keeps
   * them there; `undefined` where `read()` is to be asked, and at the end. One call of either at a
   * time. Belongs to the site: not to be changed. Default: all are to be read.
   *
   * @throws {FileSourceError} As `read()`.
   */
  next?(): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /**
   * Reads the next octets into the caller's buffer, which is not retained. One read at a time.
   *
   * @returns How many octets were written to the start of `into`: never 0 while octets are left,
   * always 0 after the last, and never more than `lengthBytes` in total.
   * @throws {FileSourceError} `changed` when the file turns out shorter than declared, `failed`
   * when it cannot be read, `closed` after `close()`; `stuck` where `diskTime` is over, and then the
   * buffer is the disk's, which may write into it at any time: it is not to be used again.
   */
  read(into: Uint8Array): Promise<number>;
  /** Releases the descriptor. Idempotent, never rejects, and waits for a read that is under way. */
  close(): Promise<void>;
}

/** As what a file answers. */
export type ServedRole =
  /** Its path is the one that was asked for, or the end of that, and a rule led to it. */
  | 'file'
  /** A rule led to it from another path: its name says nothing of what was asked for. */
  | 'rewritten'
  /** It is the index file of the directory. */
  | 'index'
  /** Its path was asked for without the extension. */
  | 'page'
  /** It stands in for every path of an application. */
  | 'shell'
  /** It is the page of an error. */
  | 'error-page';

/** Which file of the site an answer is about. */
export interface ServedFile {
  /** Its path below the root, decoded. Of a compressed sibling: that of the file itself. */
  readonly segments: readonly string[];
  readonly role: ServedRole;
}

/** The answer to a request. */
export interface StaticResponse {
  /** The status code. */
  readonly status: number;
  /**
   * The field lines that belong to the answer itself. Where the site gives the same ones again, as
   * for what it has in memory, they are the same array, and frozen: what is made of them can be
   * kept with them.
   */
  readonly fields: FieldLines;
  /** The content; `undefined` for HEAD and for every answer but a file or a listing. */
  readonly content: Content | undefined;
  /** The file that was given, or would have been (304, 412, 416); `undefined` where it is none. */
  readonly served?: ServedFile | undefined;
  /** What the owner's rules say of the field lines, for whoever sends them; see `SiteRules.rules`. */
  readonly effect?: FieldEffect | undefined;
  /**
   * The base of the site that answered, where several are put together (`mountSites`) and it is not
   * the outer one.
   */
  readonly mount?: string | undefined;
  /**
   * A place of this answer, where the very same one is given again: for what its sender made of it.
   * Default: it is not given again, or what is made of its field lines can be kept with those.
   */
  readonly memo?: { made: unknown } | undefined;
  /** Whether the disk was asked for it, though nobody had to wait. Default: it was not. */
  readonly askedDisk?: boolean | undefined;
  /** Why the file could not be given, for the log and never for the peer; it may name paths. */
  readonly fault?: FileSourceError | undefined;
}

/** All that a response may have, so that a copy of one forgets none of it. */
type WholeResponse = {
  readonly [Key in keyof Required<StaticResponse>]: StaticResponse[Key];
};

/**
 * Gives the same answer with another content, or another mount. Member by member takes 30 ns; to
 * spread it took 750, more than the answer itself (Node 20).
 */
export function copyOf(
  { status, fields, served, effect, memo, askedDisk, fault }: StaticResponse,
  content: Content | undefined,
  mount: string | undefined,
): StaticResponse {
  const copy: WholeResponse = {
    status,
    fields,
    content,
    served,
    effect,
    mount,
    memo,
    askedDisk,
    fault,
  };
  return copy;
}
