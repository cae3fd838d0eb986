// What a site tells of the way to an answer, for a person who asks why: each thing that was tried, in
// order, and what came of it. Told by the code that decides, while it decides; nobody is told where
// nobody asks.

import { formatEntityTag } from './entity-tag.ts';
import { type ErrorPage, mayHavePage } from './error-page.ts';
import { formatHttpDate } from './http-date.ts';
import type { Malformed, Missing, Outcome, Redirect } from './outcome.ts';
import type { Validators } from './preconditions.ts';
import type { Representation } from './select-representation.ts';
import { formatSitePath, type SitePath } from './site-path.ts';

/** One step of the order of resolution. */
export interface DecisionStep {
  /** Which step. */
  readonly step:
    | 'mount'
    | 'method'
    | 'path'
    | 'forced-rule'
    | 'file'
    | 'index'
    | 'slash'
    | 'clean-url'
    | 'rule'
    | 'listing'
    | 'shell'
    | 'error-page'
    | 'representation'
    | 'precondition'
    | 'range';
  /** What was tried: a path below the root, a rule, a value that was sent. */
  readonly tried: string;
  /** What came of it, in words. */
  readonly result: string;
}

/** Is told of each step. */
export type Trace = (step: DecisionStep) => void;

/** What a path is, in words. */
export function wordsOfPath(path: SitePath | Malformed | Redirect | Missing): string {
  switch (path.kind) {
    case 'site-path':
      return `names ${formatSitePath(path)}`;
    case 'redirect':
      return `leads to ${formatSitePath(path.to)}`;
    case 'missing':
      return 'is not served, whatever is there';
    case 'malformed':
      return 'is no path';
  }
}

/** The values of ETag and Last-Modified. */
export function wordsOfValidators({ entityTag, lastModifiedMs }: Validators): string {
  const words = [
    ...(entityTag === undefined ? [] : [formatEntityTag(entityTag)]),
    ...(lastModifiedMs === undefined ? [] : [formatHttpDate(lastModifiedMs) ?? '']),
  ];
  return words.length === 0 ? 'no validators' : words.join(', ');
}

/** Tells which representation was selected. */
export function traceRepresentation(selected: Representation, trace: Trace): void {
  const { mediaType, contentCoding, file, coded } = selected;
  const length = coded === undefined ? `${file.lengthBytes} bytes` : 'compressed while it is sent';
  trace({
    step: 'representation',
    tried: mediaType,
    result: `${contentCoding ?? 'as it is'}, ${length}`,
  });
}

/** Tells which page an error has. */
export function traceErrorPage(outcome: Outcome, page: ErrorPage | undefined, trace: Trace): void {
  if (!mayHavePage(outcome)) return;
  const result = page === undefined ? 'the site has none' : `/${page.segments.join('/')}`;
  trace({ step: 'error-page', tried: outcome.kind, result });
}
