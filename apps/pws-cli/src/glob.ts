/**
 * Globs of paths, as minimatch 3 reads those of `serve.json`.
 * Owns what `*`, `**`, `?`, `[…]`, `{…}` and `@(…)`, `?(…)`, `*(…)`, `+(…)` stand for, and a `!` before
 * all. One part of a path, between slashes: glob-part.ts. Refuses `!(…)`: what does not match is no
 * thing that a pattern without backtracking can take.
 *
 * A name that begins with a dot is matched by a name that does so alone.
 */
import { posix } from 'node:path';
import { expandBraces } from './brace-sets.ts';
import { PART, globPart } from './glob-part.ts';
import { type PatternNode, literal, repeat, sequence } from './pattern.ts';
import { type RuleFault, isFault } from './rule-problem.ts';

/** A glob, read. */
export interface Glob {
  readonly node: PatternNode;
  /** `all-others`: it is for the paths that it does not match. */
  readonly holdsFor: 'matched' | 'all-others';
}

/** A glob or another source as it is meant: an absolute path, a `!` before it. */
export function slashed(source: string): string {
  const isNegated = source.startsWith('!');
  const path = posix.normalize(posix.join('/', isNegated ? source.slice(1) : source));
  return isNegated ? `!${path}` : path;
}

/**
 * Reads a glob that {@link slashed} gave. It is matched with paths that begin with a slash and, but
 * for the root, do not end with one.
 */
export function readGlob(text: string): Glob | RuleFault {
  const isNegated = text.startsWith('!');
  const texts = expandBraces(text.slice(isNegated ? 1 : 0).trimEnd());
  if (texts === undefined) return { fault: 'expected at most 1000 texts of braces' };
  const nodes: PatternNode[] = [];
  for (const each of texts) {
    const node = pathNode(each);
    if (isFault(node)) return node;
    nodes.push(node);
  }
  return { node: { kind: 'choice', nodes }, holdsFor: isNegated ? 'all-others' : 'matched' };
}

const SLASH = literal('/');
const GLOBSTAR = '**';

function pathNode(text: string): PatternNode | RuleFault {
  const parts = text.split(/\/+/).slice(1);
  const nodes: PatternNode[] = [];
  for (const [index, part] of parts.entries()) {
    if (part === GLOBSTAR) {
      // Several are one; at the end it is at least one name.
      if (parts[index + 1] === GLOBSTAR) continue;
      const least = index === parts.length - 1 ? 1 : 0;
      nodes.push(repeat(sequence([SLASH, PART]), least, Infinity));
      continue;
    }
    const node = globPart(part);
    if (isFault(node)) return node;
    nodes.push(SLASH, node);
  }
  const path = sequence(nodes);
  return isOfRoot(parts) ? { kind: 'choice', nodes: [SLASH, path] } : path;
}

/** The root is a path of one name that is empty. */
function isOfRoot(parts: readonly string[]): boolean {
  const names = parts.at(-1) === '' ? parts.slice(0, -1) : parts;
  return names.every((part) => part === GLOBSTAR);
}
