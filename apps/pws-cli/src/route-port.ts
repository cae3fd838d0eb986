/**
 * What a site asks of rules: where a request leads, when no file answers or before any does.
 * Owns the shapes alone; who reads rules makes them, who serves files asks them.
 */
import type { FieldLookup } from '@pws/static-fs';

/** A path below the site root, decoded. */
export interface SitePath {
  readonly kind: 'site-path';
  /** The decoded segments, outermost first; none for the root. None is empty, `.` or `..`. */
  readonly segments: readonly string[];
  /** Whether it ended with a slash, and so names a directory. True for the root. */
  readonly endsWithSlash: boolean;
}

/** A request as rules see it. */
export interface RouteQuestion {
  readonly method: string;
  readonly path: SitePath;
  /** Undecoded and without its `?`; `undefined` where there is none. */
  readonly query: string | undefined;
  readonly fields: FieldLookup;
}

/** Where a rule leads a request. */
export type Route =
  | {
      readonly kind: 'redirect-to';
      readonly status: 301 | 302 | 303 | 307 | 308;
      /** The value of Location. */
      readonly location: string;
      /** Where the rule stands, for people: `_redirects:3`. */
      readonly rule?: string;
    }
  | {
      readonly kind: 'rewrite';
      /** An undecoded absolute path; the site reads it like any other. */
      readonly path: string;
      /** 200, 404, 410, 451. */
      readonly status: number;
      /** `shell`: one page for many paths, whose script looks at the path. */
      readonly role: 'file' | 'shell';
      /** Where the rule stands, for people: `_redirects:3`. */
      readonly rule?: string;
    };

/** Rules, compiled. */
export interface RouteRules {
  /** Before any file. */
  forced(asked: RouteQuestion): Route | undefined;
  /** Where no file, index or page answers. */
  unforced(asked: RouteQuestion): Route | undefined;
}
