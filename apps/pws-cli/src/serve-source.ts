/**
 * The sources of `serve.json`: what rules are for, and lists of globs.
 * Owns which of the two readings holds: of rewrites and redirects either, with captures where that of
 * path-to-regexp matches (its first star is a group there); of all else that of minimatch alone.
 */
import type { SitePath } from '@pws/static-fs';
import { readGlob, slashed } from './glob.ts';
import type { RulePattern } from './path-patterns.ts';
import { parsePathTokens, pathSourceNode } from './path-source.ts';
import { type PatternNode, compilePattern } from './pattern.ts';
import { RuleIndex } from './rule-index.ts';
import { type RuleFault, isFault } from './rule-problem.ts';

/** By which reading a source matches. */
export type SourceReading = 'glob' | 'glob-or-parameters';

/** Reads a source. It is matched with paths without a slash at the end: {@link withoutSlash}. */
export function readServeSource(source: string, reading: SourceReading): RulePattern | RuleFault {
  const text = slashed(source);
  const glob = readGlob(text);
  if (isFault(glob)) return glob;
  const { holdsFor } = glob;
  let node: PatternNode = glob.node;
  // With a mark before it, no path could match the other reading.
  if (reading === 'glob-or-parameters' && holdsFor === 'matched') {
    const parameters = pathSourceNode(parsePathTokens(text.replace('*', '(.*)')));
    if (isFault(parameters)) return parameters;
    // The one that has captures is taken where both match.
    node = { kind: 'choice', nodes: [parameters, glob.node] };
  }
  const pattern = compilePattern(node);
  if (pattern === undefined) return { fault: 'expected a shorter source' };
  return { source: text, scope: 'path', pattern, holdsFor };
}

/** Whether the source is for everything below a path, or everything but one. */
export function takesAllBelow({ source, holdsFor }: RulePattern): boolean {
  return holdsFor === 'all-others' || /\/(?:\*{1,2}|\(\.\+\)|:\w+(?:[*+]|\(\.\+\)))$/.test(source);
}

/** Whether the first star stands in a group, which is none any more once that is `(.*)`. */
export function hasStarInGroup({ source }: RulePattern): boolean {
  const [before = ''] = source.split('*', 1);
  return before !== source && /(?:^|[^\\@?*+!])\([^()]*$/.test(before);
}

/** A path as `serve` asks for it: the slash at the end says nothing. */
export function withoutSlash(path: SitePath): SitePath {
  return path.endsWithSlash ? { ...path, endsWithSlash: false } : path;
}

const NO_FIELDS = { get: () => undefined };

/** Globs, one of which is to match. */
export class GlobList {
  readonly #index: RuleIndex;

  constructor(patterns: readonly RulePattern[]) {
    this.#index = new RuleIndex(patterns);
  }

  has(path: SitePath): boolean {
    return this.#index.match({ path: withoutSlash(path), fields: NO_FIELDS }).length > 0;
  }
}
