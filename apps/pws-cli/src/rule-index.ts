/**
 * Which of many rules are for a request.
 * Owns what their patterns are matched with: the decoded path; and for rules of one host, that
 * host in small letters with the path behind it.
 */
import type { FieldLookup } from '@pws/static-fs';
import type { RulePattern } from './path-patterns.ts';
import { PatternSet } from './pattern-set.ts';
import type { SitePath } from '@pws/static-fs';

/** A request, as far as patterns see it. */
export interface RuleQuestion {
  readonly path: SitePath;
  readonly fields: FieldLookup;
}

const NONE: readonly number[] = [];

/** Patterns, looked up all at once. */
export class RuleIndex {
  readonly #byPath: ScopedSet | undefined;
  readonly #byHost: ScopedSet | undefined;

  constructor(patterns: readonly RulePattern[]) {
    this.#byPath = scopedSet(patterns, 'path');
    this.#byHost = scopedSet(patterns, 'host-and-path');
  }

  /**
   * The patterns that match, by their index, in order. The same array means the same patterns, not
   * the other way round; it belongs to the index.
   */
  match({ path, fields }: RuleQuestion): readonly number[] {
    if (this.#byPath === undefined && this.#byHost === undefined) return NONE;
    const text = pathText(path);
    const matched = this.#byPath === undefined ? NONE : matchIn(this.#byPath, text);
    const host = this.#byHost === undefined ? undefined : hostOf(fields);
    if (this.#byHost === undefined || host === undefined) return matched;
    const ofHost = matchIn(this.#byHost, host + text);
    if (ofHost.length === 0) return matched;
    if (matched.length === 0) return ofHost;
    return [...matched, ...ofHost].toSorted((one, other) => one - other);
  }
}

/** What a pattern of this scope is matched with; `undefined` where the request names no host. */
export function textFor(
  { scope }: RulePattern,
  { path, fields }: RuleQuestion,
): string | undefined {
  if (scope === 'path') return pathText(path);
  const host = hostOf(fields);
  return host === undefined ? undefined : host + pathText(path);
}

/** A path as patterns see it: decoded, beginning with a slash. */
export function pathText({ segments, endsWithSlash }: SitePath): string {
  const text = `/${segments.join('/')}`;
  return endsWithSlash && segments.length > 0 ? `${text}/` : text;
}

/** The host that a request names, in small letters, without port and without the root's dot. */
export function hostOf(fields: FieldLookup): string | undefined {
  const authority = fields.get('host')?.toLowerCase();
  if (authority === undefined) return undefined;
  const port = authority.indexOf(':', authority.startsWith('[') ? authority.indexOf(']') : 0);
  const host = port === -1 ? authority : authority.slice(0, port);
  return host.endsWith('.') ? host.slice(0, -1) : host;
}

/** A set of patterns, and which rules those are; the same ones by the same array. */
interface ScopedSet {
  readonly set: PatternSet;
  /** `undefined` where the set has all rules, and each is for what it matches. */
  readonly indexes: readonly number[] | undefined;
  /** Of the set, those that are for what they do not match. */
  readonly others: readonly number[];
  /** What follows from what was matched, where some are. */
  readonly turned: WeakMap<readonly number[], readonly number[]>;
}

function scopedSet(
  patterns: readonly RulePattern[],
  scope: RulePattern['scope'],
): ScopedSet | undefined {
  const indexes = patterns.flatMap((each, index) => (each.scope === scope ? [index] : []));
  if (indexes.length === 0) return undefined;
  const scoped = indexes.map((index) => patterns[index] as RulePattern);
  const others = scoped.flatMap(({ holdsFor }, id) => (holdsFor === 'all-others' ? [id] : []));
  return {
    set: new PatternSet(scoped.map(({ pattern }) => pattern)),
    indexes: indexes.length === patterns.length ? undefined : indexes,
    others,
    turned: new WeakMap(),
  };
}

function matchIn(scoped: ScopedSet, text: string): readonly number[] {
  const { set, indexes } = scoped;
  const matched = turn(scoped, set.match(text));
  if (indexes === undefined || matched.length === 0) return matched;
  return matched.map((id) => indexes[id] as number);
}

/** Turns those that are for all else. The same array for the same one. */
function turn({ others, turned }: ScopedSet, matched: readonly number[]): readonly number[] {
  if (others.length === 0) return matched;
  const known = turned.get(matched);
  if (known !== undefined) return known;
  const own = matched.filter((id) => !others.includes(id));
  const rest = others.filter((id) => !matched.includes(id));
  const all = [...own, ...rest].toSorted((one, other) => one - other);
  turned.set(matched, all);
  return all;
}
