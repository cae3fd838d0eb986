/**
 * Where a rule of `serve.json` leads: a destination that `serve` compiles with path-to-regexp.
 * Owns what that means for a target (redirect-target.ts, which keeps it on its host), and that every
 * name in it is one that the source has: there, such a rule answers each request with a 500.
 */
import { slashed } from './glob.ts';
import { type PathToken, parsePathTokens } from './path-source.ts';
import {
  type RedirectTarget,
  type Template,
  escapePart,
  readRedirectTarget,
} from './redirect-target.ts';
import { type RuleFault, isFault, shown } from './rule-problem.ts';

/** For whom the destination is. */
export interface DestinationUse {
  /** A rewrite leads to a file: a mark or a hash is part of its name. */
  readonly kind: 'redirect' | 'rewrite';
  /** The names in the source. */
  readonly names: readonly string[];
}

/** Reads a destination. */
export function readServeDestination(
  text: string,
  { kind, names }: DestinationUse,
): RedirectTarget | RuleFault {
  const [origin, rest = ''] = splitAtOrigin(text);
  if (origin === undefined && /^[a-z][\w+.-]*:/i.test(text)) {
    return { fault: `expected a path, or https:// and a host, got ${shown(text)}` };
  }
  if (origin !== undefined && kind === 'rewrite') {
    return {
      fault: `expected a path, since files of other origins are not fetched (that would be a proxy), got ${shown(text)}`,
    };
  }
  const base = readRedirectTarget(origin ?? '/', names);
  if (isFault(base)) return base;
  const tokens = parsePathTokens(origin === undefined ? slashed(rest) : rest);
  const unknown = tokens.find(
    (token) => typeof token !== 'string' && !token.isOptional && !names.includes(token.name),
  );
  if (unknown !== undefined && typeof unknown !== 'string') {
    return {
      fault: `expected a name that the source has (a colon itself is \\:), got :${unknown.name} in ${shown(text)}`,
    };
  }
  const parts = templateOf(tokens);
  if (kind === 'rewrite') return { ...base, path: parts.map(escapeMarks).map(escapePart) };
  return { ...base, ...sectionsOf(parts) };
}

function splitAtOrigin(text: string): readonly [string | undefined, string | undefined] {
  const [, origin, rest] = /^(https?:\/\/[^/?#\\]*)(.*)$/is.exec(text) ?? [];
  return origin === undefined ? [undefined, text] : [origin, rest];
}

function templateOf(tokens: readonly PathToken[]): Template {
  return tokens.flatMap((token): Template => {
    if (typeof token === 'string') return [token];
    const { name, prefix, isOptional } = token;
    if (isOptional) return [{ name, prefix }];
    return prefix === '' ? [{ name }] : [prefix, { name }];
  });
}

function escapeMarks(part: Template[number]): Template[number] {
  if (typeof part !== 'string') return part;
  return part.replaceAll('?', '%3F').replaceAll('#', '%23');
}

/** The path, from the first `?` on the query, from the first `#` on the fragment. */
function sectionsOf(parts: Template): Pick<RedirectTarget, 'path' | 'query' | 'fragment'> {
  const path: Template[number][] = [];
  const fragment: Template[number][] = [];
  let query: Template[number][] | undefined;
  let current = path;
  for (const part of parts) {
    if (typeof part !== 'string') {
      current.push(part);
      continue;
    }
    for (const piece of part.split(/(?=[?#])/)) {
      if (piece.startsWith('#') && current !== fragment) current = fragment;
      else if (piece.startsWith('?') && current === path) {
        query = [];
        current = query;
        current.push(piece.slice(1));
        continue;
      }
      current.push(piece);
    }
  }
  return {
    path: path.map(escapePart),
    query: query?.map(escapePart),
    fragment: fragment.map(escapePart),
  };
}
