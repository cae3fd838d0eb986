// What became of a request, before it has a status: one union that the steps of the pipeline
// return and respond.ts alone turns into status and fields. Expected results are values here,
// never exceptions.

import type { FileSourceError } from './errors.ts';
import type { Segments } from './file-source.ts';
import type { ErrorPage } from './error-page.ts';
import type { HeldListing } from './held-listings.ts';
import type { ListingOrder } from './listing-order.ts';
import type { ByteRange } from './range.ts';
import type { ServedFile } from './response.ts';
import type { Representation } from './select-representation.ts';
import type { SitePath } from './site-path.ts';

/**
 * A file answers, whole or in parts. Its descriptor is open and goes with the outcome, unless the
 * part is in memory.
 */
export interface Found {
  readonly kind: 'found';
  readonly served: ServedFile;
  readonly representation: Representation;
  /** The parts that were asked for, at least one; `undefined` for the whole. */
  readonly ranges: readonly ByteRange[] | undefined;
  /** The octets of the one part, where the file is known and not open. */
  readonly part?: Uint8Array | undefined;
}

/**
 * A file would answer, but what the client has is current (304), what it relies on is not (412), or
 * the part that it wants is not there (416). The descriptor is closed.
 */
export interface Unsent {
  readonly kind: 'not-modified' | 'precondition-failed' | 'range-not-satisfiable';
  readonly served: ServedFile;
  readonly representation: Representation;
}

/** A directory without an index file, where directories are listed. It is held by the outcome. */
export interface Listed {
  readonly kind: 'listed';
  readonly listing: HeldListing;
  readonly order: ListingOrder;
  readonly form: 'page' | 'json';
}

/** OPTIONS was asked: the methods are the answer (RFC 9110 §9.3.7). */
export interface Capabilities {
  readonly kind: 'capabilities';
}

/**
 * The same thing has a better path: without repeated slashes, with the slash of a directory, without
 * the extension of a page.
 */
export interface Redirect {
  readonly kind: 'redirect';
  /** With the base of the site. */
  readonly to: SitePath;
}

/** A rule of the owner sends the client somewhere else. */
export interface Sent {
  readonly kind: 'sent';
  readonly status: number;
  /** The value of Location; the query of the request is the rule's business. */
  readonly location: string;
}

/** A rule of the owner gives a page for a status. Its file is open. */
export interface PageOfStatus {
  readonly kind: 'page-of-status';
  readonly status: number;
  readonly page: ErrorPage;
}

/** Nothing there, nothing that may be served, or nothing that may be known of: all one answer. */
export interface Missing {
  readonly kind: 'missing';
  /** The folder that was asked, as far down as its names may be looked at. */
  readonly folder: Segments;
}

/** The path is not one: a broken escape, a dot segment, an encoded separator, … */
export interface Malformed {
  readonly kind: 'malformed';
}

/** A method that is known, but not for files. */
export interface MethodNotAllowed {
  readonly kind: 'method-not-allowed';
}

/** A method that is not known here (RFC 9110 §9.1). */
export interface MethodNotImplemented {
  readonly kind: 'method-not-implemented';
}

/** The disk refused, is short of something, hangs, or failed; the error is for the log. */
export interface Fault {
  readonly kind: 'forbidden' | 'busy' | 'stuck' | 'failed';
  /** The folder that was asked. */
  readonly folder: Segments;
  readonly error: FileSourceError;
}

/** Everything that can become of a request. */
export type Outcome =
  | Found
  | Unsent
  | Listed
  | Capabilities
  | Redirect
  | Sent
  | PageOfStatus
  | Missing
  | Malformed
  | MethodNotAllowed
  | MethodNotImplemented
  | Fault;

/** The one Malformed. */
export const MALFORMED: Malformed = { kind: 'malformed' };
