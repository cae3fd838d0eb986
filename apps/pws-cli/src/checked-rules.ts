/**
 * Redirects and rewrites as `pws check` looks at them, wherever they stand.
 * Owns in which order they are asked, and the paths that stand for all that a rule is for: nobody
 * else is likely to know them. Where no such path is found, nothing that needs one is said.
 */
import type { Route, RouteQuestion, SitePath } from '@pws/static-fs';
import { expandBraces } from './brace-sets.ts';
import { decodePath, isDynamic } from './path-patterns.ts';
import type { PlacedRules, RedirectRule } from './redirect-rule.ts';
import { escapeSegments } from './redirect-target.ts';
import { createRouteRules } from './route-rules.ts';
import { RuleIndex, type RuleQuestion } from './rule-index.ts';
import { createServeRoutes } from './serve-json-rules.ts';
import { withoutSlash } from './serve-source.ts';

/** A rule, and where it stands. */
export interface CheckedRule {
  readonly rule: RedirectRule;
  /** What a person is told of its file. */
  readonly file: string;
  readonly syntax: PlacedRules['syntax'];
  /** Paths that it is for; none where it is for one host, which nobody here is. */
  readonly samples: readonly SitePath[];
  /** The path that it is for, escaped; `undefined` where it is for several, or for one host. */
  readonly path: string | undefined;
  /** What it says of a path that is asked for without any field, if it were the only one. */
  readonly alone: (path: SitePath) => Route | undefined;
  /** Where its file leads on from an escaped path that it rewrites to. */
  readonly leadOn: (target: string) => string;
}

/**
 * The rules of a folder, those that are asked before others first.
 *
 * @param prefix - what stands before the names of files beside the folder
 */
export function checkedRules(places: readonly PlacedRules[], prefix: string): CheckedRule[] {
  const all = places.flatMap((place) => {
    const leadOn = place.syntax === 'lines' ? undefined : rewriter(place);
    return place.rules.map((rule) => checkedRule(rule, { place, prefix, leadOn }));
  });
  const stage = (precedence: RedirectRule['precedence']): CheckedRule[] =>
    all.filter(({ rule }) => rule.precedence === precedence);
  return [...stage('forced'), ...stage('unforced')];
}

/** The question for a path, from somebody who says nothing else. */
export function questionFor(path: SitePath): RouteQuestion & RuleQuestion {
  return { method: 'GET', path, query: undefined, fields: { get: () => undefined } };
}

interface RulePlace {
  readonly place: PlacedRules;
  readonly prefix: string;
  readonly leadOn: ((rule: RedirectRule, target: string) => string) | undefined;
}

function checkedRule(rule: RedirectRule, { place, prefix, leadOn }: RulePlace): CheckedRule {
  const { file, syntax, isShared = false } = place;
  const create = syntax === 'lines' ? createRouteRules : createServeRoutes;
  const routes = create([rule], { file });
  const { from, precedence } = rule;
  const isOfPath = from.scope === 'path';
  return {
    rule,
    file: isShared ? file : prefix + file,
    syntax,
    samples: isOfPath ? samplesOf(rule, syntax) : [],
    path: isOfPath ? onlyPath(from.source, syntax) : undefined,
    alone: (path) => routes[precedence](questionFor(path)),
    leadOn: (target) => leadOn?.(rule, target) ?? target,
  };
}

/** In a `serve.json`, what a rewrite leads to is looked up in the others again. */
function rewriter({ file, rules }: PlacedRules): (rule: RedirectRule, target: string) => string {
  const rewrites = rules.filter(({ precedence }) => precedence === 'unforced');
  const index = new RuleIndex(rewrites.map(({ from }) => from));
  return (rule, target) => {
    const path = readPath(decodePath(target) ?? target);
    const question = questionFor(withoutSlash(path));
    // Mostly none does, and there may be thousands.
    if (index.match(question).every((id) => rewrites[id] === rule)) return target;
    const others = rewrites.filter((each) => each !== rule);
    const route = createServeRoutes(others, { file }).unforced(question);
    return route?.kind === 'rewrite' ? route.path : target;
  };
}

//   What has a meaning in a glob, or to path-to-regexp.
const SPECIAL = /[*?[\]{}():\\]|^!/;

function onlyPath(source: string, syntax: PlacedRules['syntax']): string | undefined {
  if (syntax === 'lines') return isDynamic(source) ? undefined : source;
  return SPECIAL.test(source) ? undefined : escapeSegments(source);
}

/** A name that nobody has, and one for who takes digits alone. */
const NAMES = ['pws-sample', '12'] as const;

function samplesOf({ from }: RedirectRule, syntax: PlacedRules['syntax']): SitePath[] {
  const own = new RuleIndex([from]);
  const texts = syntax === 'lines' ? lineTexts(from.source) : serveTexts(from.source);
  const paths = [...new Set(texts)].map(readPath);
  return paths
    .map((path) => (syntax === 'lines' ? path : withoutSlash(path)))
    .filter((path) => own.match(questionFor(path)).length > 0);
}

/** With a name, a path and nothing for `*`. */
function lineTexts(source: string): readonly string[] {
  const [name] = NAMES;
  const texts = [name, `${name}/${name}`, ''].map((splat) =>
    source.replace(/:[A-Za-z]\w*|\*/g, (found) => (found === '*' ? splat : name)),
  );
  return texts.map(decodePath).filter((text) => text !== undefined);
}

/** With a name for what is one, and a name and a path for what may be one; the first of braces. */
function serveTexts(source: string): readonly string[] {
  const plain = source.startsWith('!') ? '/*' : (expandBraces(source)?.[0] ?? source);
  return NAMES.flatMap((name) =>
    [name, `${name}/${name}`].map((splat) =>
      plain
        .replace(/(?::\w+(?:\([^()]*\))?|\([^()]*\))([?*+]?)/g, (found, often: string) =>
          often === '*' || often === '+' || /[*+]\)$/.test(found) ? splat : name,
        )
        .replace(/\*\*/g, splat)
        .replace(/\*/g, name),
    ),
  );
}

/** A path that is decoded as a whole. */
export function readPath(decoded: string): SitePath {
  const segments = decoded.split('/').filter((segment) => segment !== '');
  return { kind: 'site-path', segments, endsWithSlash: decoded.endsWith('/') };
}
