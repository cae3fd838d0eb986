// The port through which the owner of a site says where paths lead: redirects and rewrites. Whoever
// implements it answers purely, from what it is given; the site asks at two places of its order of
// resolution (resolve.ts), and what a rule names is read and located like any other path.

import type { FieldLookup } from './request.ts';
import type { FieldLines, ServedFile } from './response.ts';
import type { SitePath } from './site-path.ts';

/**
 * A request, as rules see it. What they read of it is noted, so that answers are kept for those alone
 * who would be given the same: to be handed on as it is, since a copy has read all of it.
 */
export interface RouteQuestion {
  readonly method: string;
  /** The path below the base of the site, decoded. */
  readonly path: SitePath;
  /** The segments of the base. Default: none. */
  readonly base?: readonly string[];
  /** The query of the request target, undecoded and without its `?`. */
  readonly query: string | undefined;
  readonly fields: FieldLookup;
}

/** The client is sent somewhere else. */
export interface RouteAway {
  readonly kind: 'redirect-to';
  readonly status: 301 | 302 | 303 | 307 | 308;
  /**
   * The value of Location: visible ASCII. One that begins with a slash is a path of this site, and
   * gets its base in front of it.
   */
  readonly location: string;
  /** Where the rule stands, for a person, such as `_redirects:3`. */
  readonly rule?: string | undefined;
}

/** Another file of the site answers. */
export interface RouteWithin {
  readonly kind: 'rewrite';
  /**
   * An absolute path of this site, undecoded. It leads to a file, to the index file of a directory
   * or to a page without its extension, without any redirect and without further rules.
   */
  readonly path: string;
  /** 200, or the status that the file is the page of. */
  readonly status: number;
  /**
   * As what the file answers: `shell` where it stands in for every path of an application. That is
   * given to those who go to a page alone; for others the rule does not hold.
   */
  readonly role: 'file' | 'shell';
  /** Where the rule stands, for a person. */
  readonly rule?: string | undefined;
}

/** Where a rule leads. */
export type Route = RouteAway | RouteWithin;

/**
 * What the owner of a site says of the field lines of an answer. Whoever sends the answer does it,
 * since there are fields that the site does not know of.
 */
export interface FieldEffect {
  /** These take the place of what the answer has of the same names. */
  readonly set: FieldLines;
  /** Names, in lower case, of fields that the answer is not to have. */
  readonly remove: ReadonlySet<string>;
  /**
   * Where the rules stand that say something of a field, such as `_headers:3`, by its name in lower
   * case: for a person. Default: nobody knows.
   */
  readonly rules?: ReadonlyMap<string, readonly string[]> | undefined;
}

/** An answer, as rules about its fields see it. */
export interface RuledAnswer {
  readonly status: number;
  readonly served: ServedFile | undefined;
}

/** The rules of a site. No function throws. */
export interface RouteRules {
  /** The rule that holds whether there is a file or not; `undefined` for none. */
  forced(asked: RouteQuestion): Route | undefined;
  /** The rule that holds where no file, index file or page answers; `undefined` for none. */
  unforced(asked: RouteQuestion): Route | undefined;
  /**
   * What the rules say of the fields of an answer; `undefined` for nothing. The same object where
   * the same is said: what is made of it can be kept with it.
   */
  fieldsFor(asked: RouteQuestion, answer: RuledAnswer): FieldEffect | undefined;
}

/**
 * Rules that stand in files of the site. They are read through its file source, so they are as fresh
 * as its files, and made anew when one of them is another version.
 */
export interface RuleFiles {
  /** Names at the root of the site, which are never served or listed. */
  readonly names: readonly string[];
  /** Paths of files below the root that rules are made of as well, and that are files like any other. */
  readonly alsoRead?: readonly string[];
  /**
   * Makes the rules. Does not throw: what is wrong in a file is for whoever implements this to say.
   *
   * @param contents - Of each name, in order, and then of each that is also read; `undefined` where
   * it is not there, `too-large` where it has more than 1 MiB.
   */
  compile(contents: readonly RuleFileContent[]): RouteRules;
}

/** What a file of rules holds. Not retained: it belongs to the site. */
export type RuleFileContent = Uint8Array | 'too-large' | undefined;
