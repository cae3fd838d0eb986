/**
 * The patterns of `_headers` and `_redirects`: from their text to something that matches.
 * Owns what `*` and `:name` stand for in each dialect, and what a slash at the end means. Escapes
 * are read: patterns are matched with decoded paths, so that `/a%20b` is the path with a blank.
 */
import {
  ANY_BUT_SLASH,
  ANY_UNIT,
  type LetterCase,
  type Pattern,
  type PatternNode,
  capture,
  compilePattern,
  literal,
  repeat,
  sequence,
} from './pattern.ts';
import { type RuleFault, shown } from './rule-problem.ts';

/** What a rule is for. */
export interface RulePattern {
  /** As it is written. */
  readonly source: string;
  /** What it is matched with: the decoded path, or the host in small letters and then the path. */
  readonly scope: 'path' | 'host-and-path';
  readonly pattern: Pattern;
  /** Whether the rule is for what it matches, or for all else. Default: `matched`. */
  readonly holdsFor?: 'matched' | 'all-others';
}

/** What the last `*` of a pattern is known by. */
export const SPLAT = 'splat';

/** More than anybody needs; each is a place where a matcher has to go on in two ways. */
const MOST_WILDCARDS = 32;

const ANYTHING = repeat(ANY_UNIT, 0, Infinity);
const SEGMENT = repeat(ANY_BUT_SLASH, 1, Infinity);
const SLASH = literal('/');
const HOST_LABEL = repeat({ kind: 'unit', ranges: [0, 0x2d, 0x30, 0xffff] }, 1, Infinity);

/** A pattern in parts, and the names in it. */
interface Draft {
  readonly nodes: PatternNode[];
  readonly names: string[];
  wildcards: number;
}

/**
 * Reads a path as Netlify does, by its segments: `:name` is one whole segment, `*` is anything, a
 * slash at the end is there or is not. As the whole of a segment, `*` may be nothing, without the
 * slash before it.
 * Deviation: there `/a/*` matches `/abc` too, since only the slash is left out, not the segment.
 *
 * @param text - begins with a slash, or with http:// or https:// and a host
 */
export function netlifyPattern(text: string, letterCase: LetterCase): RulePattern | RuleFault {
  return readPattern(text, (path, draft) => addNetlifyPath(path, draft, letterCase));
}

/**
 * Reads a path as Cloudflare does: `:name` is one segment or what is left of it, `*` is anything,
 * once; letters are as they are, and so is a slash at the end.
 *
 * @param text - begins with a slash, or with http:// or https:// and a host
 */
export function cloudflarePattern(text: string): RulePattern | RuleFault {
  if (text.split('*').length > 2) return { fault: 'expected one * at most, got several' };
  return readPattern(text, addCloudflarePath);
}

type AddPath = (path: string, draft: Draft) => RuleFault | undefined;

function readPattern(text: string, addPath: AddPath): RulePattern | RuleFault {
  const [, host, rest] = /^https?:\/\/([^/]*)(.*)$/is.exec(text) ?? [];
  const draft: Draft = { nodes: [], names: [], wildcards: 0 };
  const fault =
    (host === undefined ? undefined : addHost(host, draft)) ?? addPath(rest ?? text, draft);
  if (fault !== undefined) return fault;
  if (draft.wildcards > MOST_WILDCARDS) {
    return { fault: `expected ${MOST_WILDCARDS} placeholders at most, got ${draft.wildcards}` };
  }
  const again = draft.names.find((name, index) => draft.names.indexOf(name) !== index);
  if (again !== undefined) return { fault: `expected each name once, got :${shown(again)} again` };
  const pattern = compilePattern(sequence(draft.nodes));
  if (pattern === undefined) return { fault: 'expected a shorter path' };
  return { source: text, scope: host === undefined ? 'path' : 'host-and-path', pattern };
}

const PLACEHOLDER = /:([A-Za-z]\w*)|(\*)/g;

/** A name has no capital letters and no port when it is matched. */
function addHost(host: string, draft: Draft): RuleFault | undefined {
  if (!/^(?:[\w.-]|:[A-Za-z])+$/.test(host)) {
    return { fault: `expected a host name without a port, got ${shown(host)}` };
  }
  let end = 0;
  for (const found of host.matchAll(PLACEHOLDER)) {
    draft.nodes.push(literal(host.slice(end, found.index).toLowerCase()));
    addCapture(found[1] as string, HOST_LABEL, draft);
    end = found.index + found[0].length;
  }
  draft.nodes.push(literal(host.slice(end).toLowerCase()));
  return undefined;
}

function addCapture(name: string, node: PatternNode, draft: Draft): void {
  draft.names.push(name);
  draft.wildcards += 1;
  draft.nodes.push(capture(name, node));
}

function addNetlifyPath(path: string, draft: Draft, letterCase: LetterCase): RuleFault | undefined {
  // Where there are several, the last is what :splat is: the only one that is documented is at
  // the end.
  let starsLeft = path.split('*').length - 1;
  const star = (): PatternNode => {
    starsLeft -= 1;
    draft.wildcards += 1;
    if (starsLeft > 0) return ANYTHING;
    draft.names.push(SPLAT);
    return capture(SPLAT, ANYTHING);
  };
  for (const segment of path.split('/')) {
    if (segment === '') continue;
    if (segment === '*') {
      draft.nodes.push(repeat(sequence([SLASH, star()]), 0, 1));
      continue;
    }
    draft.nodes.push(SLASH);
    if (segment.startsWith(':') && segment.length > 1) {
      addCapture(segment.slice(1), SEGMENT, draft);
      continue;
    }
    for (const [index, piece] of segment.split('*').entries()) {
      if (index > 0) draft.nodes.push(star());
      const fault = addLiteral(piece, draft, letterCase);
      if (fault !== undefined) return fault;
    }
  }
  draft.nodes.push(repeat(SLASH, 0, 1));
  return undefined;
}

function addCloudflarePath(path: string, draft: Draft): RuleFault | undefined {
  let end = 0;
  for (const found of path.matchAll(PLACEHOLDER)) {
    const fault = addLiteral(path.slice(end, found.index), draft, 'exact');
    if (fault !== undefined) return fault;
    addCapture(found[1] ?? SPLAT, found[1] === undefined ? ANYTHING : SEGMENT, draft);
    end = found.index + found[0].length;
  }
  return addLiteral(path.slice(end), draft, 'exact');
}

function addLiteral(text: string, draft: Draft, letterCase: LetterCase): RuleFault | undefined {
  const decoded = decodePath(text);
  if (decoded === undefined) {
    return { fault: `expected escapes (%20) of UTF-8, got ${shown(text)}` };
  }
  draft.nodes.push(literal(decoded, letterCase));
  return undefined;
}

/** The text with its escapes read; `undefined` where they are none of UTF-8. */
export function decodePath(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // the built-in decoder has no other way to say so
  }
}

/** Whether a pattern has a `*` or a name: what Cloudflare calls a dynamic rule. */
export function isDynamic(text: string): boolean {
  return text.search(PLACEHOLDER) !== -1;
}
