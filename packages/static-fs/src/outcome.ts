// What became of a request, before it has a status: one union that the steps of the pipeline
// return and respond.ts alone turns into status and fields. Expected results are values here,
// never exceptions.

import type { FileSourceError } from './errors.ts';
import type { Representation } from './select-representation.ts';
import type { SitePath } from './site-path.ts';

/** A file answers. Its descriptor is open and goes with the outcome. */
interface Found {
  readonly kind: 'found';
  readonly representation: Representation;
}

/** OPTIONS was asked: the methods are the answer (RFC 9110 §9.3.7). */
export interface Capabilities {
  readonly kind: 'capabilities';
}

/** The same thing has a better path: repeated slashes, or a directory without its slash. */
export interface Redirect {
  readonly kind: 'redirect';
  readonly to: SitePath;
}

/** Nothing there, nothing that may be served, or nothing that may be known of: all one answer. */
export interface Missing {
  readonly kind: 'missing';
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

/** The disk refused, is short of something, or failed; the error is for the log. */
export interface Fault {
  readonly kind: 'forbidden' | 'busy' | 'failed';
  readonly error: FileSourceError;
}

/** Everything that can become of a request. */
export type Outcome =
  | Found
  | Capabilities
  | Redirect
  | Missing
  | Malformed
  | MethodNotAllowed
  | MethodNotImplemented
  | Fault;

/** The one Missing. */
export const MISSING: Missing = { kind: 'missing' };
/** The one Malformed. */
export const MALFORMED: Malformed = { kind: 'malformed' };
