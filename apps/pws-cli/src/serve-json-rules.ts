/**
 * From what a `serve.json` says to rules that a site is served by.
 * Owns what each of its rules becomes: redirects are forced, rewrites are not, fields go by the file
 * that is sent; and that a rewrite is followed as `serve` does it, each rule once at most.
 *
 * Deviation: a rewrite of everything to one page, the line of single-page applications, is a shell:
 * for those who go to a page, never for what a page loads.
 */
import type { Route, RouteQuestion, RouteRules, SitePath } from '@pws/static-fs';
import { withoutType } from './field-effect.ts';
import { createFieldRules } from './field-rules.ts';
import type { FieldOperation, HeaderRule } from './headers-file.ts';
import { captureBy } from './pattern-captures.ts';
import { type PlacedRules, type RedirectRule, namesPage } from './redirect-rule.ts';
import { type RulePattern, decodePath } from './path-patterns.ts';
import { fixedPath, isSamePath, targetPath } from './redirect-target.ts';
import { type RouteRulesOptions, createRouteRules } from './route-rules.ts';
import { isKeptField, isServersField } from './rule-fields.ts';
import { RuleIndex, pathText, textFor } from './rule-index.ts';
import { type RuleProblem, isFault, shown } from './rule-problem.ts';
import { readServeDestination } from './serve-destination.ts';
import type { PathChoice, PlacedText, ServeFields, ServeJson, ServeRoute } from './serve-json.ts';
import {
  GlobList,
  type SourceReading,
  hasStarInGroup,
  readServeSource,
  takesAllBelow,
  withoutSlash,
} from './serve-source.ts';

/** What a site is served by; `rules` are its redirects and then its rewrites. */
export interface ServeRules extends PlacedRules {
  readonly routes: RouteRules;
  /** Whether pages are written without extension; `undefined` where the file has no list of paths. */
  readonly hasCleanUrl: ((path: SitePath) => boolean) | undefined;
  /** Whether a directory is listed; `undefined` likewise. */
  readonly isListed: ((path: SitePath) => boolean) | undefined;
  /** Whether a name is left out of listings; `undefined` where all are listed. */
  readonly isUnlisted: ((name: string) => boolean) | undefined;
}

/** What is wrong with the rules of a file, and what of them has no effect. */
export function serveJsonProblems(json: ServeJson): readonly RuleProblem[] {
  return readRules(json).problems;
}

/**
 * Compiles what a file says.
 *
 * @param file - its name, for people
 */
export function compileServeJson(json: ServeJson, file: string): ServeRules {
  const { rules, fields, unlisted, cleanUrls, listed } = readRules(json);
  const fieldRules = createFieldRules(fields, { merge: 'override', fileOf: () => file });
  const isListed = listed && listOf(listed);
  const hasCleanUrl = cleanUrls && listOf(cleanUrls);
  const isUnlisted = unlisted.length === 0 ? undefined : listOf(unlisted);
  return {
    file,
    syntax: 'serve-json',
    rules,
    routes: {
      ...createServeRoutes(rules, { file }),
      fieldsFor({ path, fields: lookup }, { status, served }) {
        // Redirects and listings have none; an error without a page goes by what was asked for.
        if (served === undefined && status < 400) return undefined;
        const asked = pathOf(served?.segments ?? path.segments);
        const effect = fieldRules.effectOf({ path: asked, fields: lookup });
        return served === undefined ? withoutType(effect) : effect;
      },
    },
    hasCleanUrl,
    isListed,
    isUnlisted: isUnlisted && ((name) => isUnlisted(pathOf([name]))),
  };
}

function listOf(patterns: readonly RulePattern[]): (path: SitePath) => boolean {
  const globs = new GlobList(patterns);
  return (path) => globs.has(path);
}

function pathOf(segments: readonly string[]): SitePath {
  return { kind: 'site-path', segments, endsWithSlash: false };
}

/** What a file says, its patterns read. */
interface ReadRules {
  /** Redirects, then rewrites. */
  readonly rules: readonly RedirectRule[];
  readonly fields: readonly HeaderRule[];
  readonly unlisted: readonly RulePattern[];
  /** `undefined` where it is no list. */
  readonly cleanUrls: readonly RulePattern[] | undefined;
  readonly listed: readonly RulePattern[] | undefined;
  readonly problems: readonly RuleProblem[];
}

function readRules(json: ServeJson): ReadRules {
  const reader = new Reader();
  return {
    rules: [
      ...(json.redirects ?? []).flatMap((each) => reader.readRedirect(each)),
      ...(json.rewrites ?? []).flatMap((each) => reader.readRewrite(each)),
    ],
    fields: (json.headers ?? []).flatMap((each) => reader.readFields(each)),
    unlisted: reader.readGlobs(json.unlisted ?? []),
    cleanUrls: reader.readChoice(json.cleanUrls),
    listed: reader.readChoice(json.directoryListing),
    problems: reader.problems,
  };
}

/** Makes routes of redirects, which are forced, and rewrites, which are not. */
export function createServeRoutes(
  rules: readonly RedirectRule[],
  options: RouteRulesOptions,
): Pick<RouteRules, 'forced' | 'unforced'> {
  const { forced } = createRouteRules(rules, options);
  const rewrites = rules.filter(({ precedence }) => precedence === 'unforced');
  return { forced: (asked) => redirectBy(forced, asked), unforced: rewriteBy(rewrites, options) };
}

class Reader {
  readonly problems: RuleProblem[] = [];

  readRedirect(rule: ServeRoute): readonly RedirectRule[] {
    const read = this.#readRoute(rule, 'redirect');
    if (read === undefined) return [];
    return [{ ...read, status: rule.type ?? 301, precedence: 'forced', role: 'file' }];
  }

  readRewrite(rule: ServeRoute): readonly RedirectRule[] {
    const read = this.#readRoute(rule, 'rewrite');
    if (read === undefined) return [];
    const path = fixedPath(read.target);
    const isShell = path !== undefined && namesPage(path) && takesAllBelow(read.from);
    const role = isShell ? 'shell' : 'file';
    return [{ ...read, status: 200, precedence: 'unforced', role }];
  }

  readFields({ source, fields }: ServeFields): readonly HeaderRule[] {
    const from = this.#readSource(source, 'glob');
    // Of one rule, the last that it says of a field holds.
    const operations = new Map<string, FieldOperation>();
    for (const { key, value } of fields) {
      const name = key.text;
      if (value === null ? isKeptField(name) : isServersField(name)) {
        const why = value === null ? 'is never taken away' : 'is written by the server alone';
        this.#report(key, `${name} ${why}: this has no effect`, 'warning');
        continue;
      }
      operations.delete(name.toLowerCase());
      operations.set(
        name.toLowerCase(),
        value === null ? { kind: 'remove', name } : { kind: 'set', name, value },
      );
    }
    if (from === undefined || operations.size === 0) return [];
    return [{ line: source.line, from, operations: [...operations.values()] }];
  }

  readChoice(choice: PathChoice | undefined): readonly RulePattern[] | undefined {
    return typeof choice === 'object' ? this.readGlobs(choice) : undefined;
  }

  readGlobs(globs: readonly PlacedText[]): readonly RulePattern[] {
    return globs.flatMap((glob) => this.#readSource(glob, 'glob') ?? []);
  }

  #readRoute(
    { source, destination }: ServeRoute,
    kind: 'redirect' | 'rewrite',
  ): Omit<RedirectRule, 'status' | 'precedence' | 'role'> | undefined {
    const from = this.#readSource(source, 'glob-or-parameters');
    if (from === undefined) return undefined;
    if (hasStarInGroup(from)) {
      const told = 'the first * is (.*) to serve, also in a group';
      this.#report(source, `${told}: ${shown(from.source)} matches nothing of use`, 'warning');
    }
    const { names } = from.pattern;
    const target = readServeDestination(destination.text, { kind, names });
    if (isFault(target)) return this.#report(destination, target.fault, 'error');
    const { line, column } = source;
    return { line, column, from, query: [], conditions: { unmet: [] }, target };
  }

  #readSource(source: PlacedText, reading: SourceReading): RulePattern | undefined {
    const from = readServeSource(source.text, reading);
    return isFault(from) ? this.#report(source, from.fault, 'error') : from;
  }

  #report(
    { line, column }: PlacedText,
    message: string,
    severity: RuleProblem['severity'],
  ): undefined {
    this.problems.push({ line, column, message, severity });
  }
}

function redirectBy(forced: RouteRules['forced'], asked: RouteQuestion): Route | undefined {
  const path = withoutSlash(asked.path);
  const route = forced(path === asked.path ? asked : withPath(asked, path));
  if (route?.kind !== 'redirect-to') return route;
  // The slash says nothing to a source: a rule that adds it would be met again.
  const [target = ''] = route.location.split(/[?#]/, 1);
  return isSamePath(target, pathText(asked.path)) ? undefined : route;
}

/** The same question for another path; that the query was looked at is known of the first one. */
function withPath(asked: RouteQuestion, path: SitePath): RouteQuestion {
  const { method, fields, base } = asked;
  return {
    method,
    fields,
    ...(base === undefined ? {} : { base }),
    path,
    get query() {
      return asked.query;
    },
  };
}

/** Longer than any path that is sent: rules can double what they put in, one after the other. */
const LONGEST_PATH = 8192;

function rewriteBy(
  rules: readonly RedirectRule[],
  { file }: RouteRulesOptions,
): RouteRules['unforced'] {
  const index = new RuleIndex(rules.map(({ from }) => from));
  return (asked) => {
    const used = new Set<number>();
    let route: Route | undefined;
    let path = withoutSlash(asked.path);
    for (;;) {
      const question = { path, fields: asked.fields };
      const id = index.match(question).find((each) => !used.has(each));
      const rule = id === undefined ? undefined : rules[id];
      if (id === undefined || rule === undefined) return route;
      used.add(id);
      const captures = captureBy(rule.from.pattern, textFor(rule.from, question) ?? '');
      const target = targetPath(rule.target, captures ?? new Map());
      if (target.length > LONGEST_PATH) return undefined;
      const { role, line } = rule;
      route = { kind: 'rewrite', path: target, status: 200, role, rule: `${file}:${line}` };
      const segments = (decodePath(target) ?? target).split('/').filter((name) => name !== '');
      path = { kind: 'site-path', segments, endsWithSlash: false };
    }
  };
}
