// The in-port: what a site needs to know of a request, as a shape.
// Whoever read the request off the wire fits this without an import; nothing here is decoded yet.
// RFC 9110 §3.4 (messages), §7.1 (the target).

import type { LastAnswer } from './last-answer.ts';

/** Looks field values up by field name. */
export interface FieldLookup {
  /**
   * Gives the value of a field.
   *
   * @param name - The field name, in any case.
   * @returns The value, field lines of one name joined with `, `; `undefined` where there is none.
   */
  get(name: string): string | undefined;
}

/** A request, as far as a static site is concerned. */
export interface StaticRequest {
  /** The method, case-sensitive, as it was sent. */
  readonly method: string;
  /** The path of the request target, undecoded and without the query; `*` for the asterisk form. */
  readonly path: string;
  /** The query of the request target, undecoded and without its `?`; `undefined` where there is none. */
  readonly query: string | undefined;
  /** The field section. */
  readonly fields: FieldLookup;
  /**
   * Where the site keeps what it answers to one who may ask the same again, such as a connection:
   * with the same `fields`, the very object. Default: nothing is kept.
   */
  readonly last?: LastAnswer | undefined;
}
