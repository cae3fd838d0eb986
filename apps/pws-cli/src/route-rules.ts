/**
 * From redirects to where a request leads.
 * Owns what is asked of a rule once its pattern fits, and that a redirect which leads to where the
 * request came from is passed over: the peer would go round in circles.
 */
import { captureBy } from './pattern-captures.ts';
import { type RedirectRule, isRedirectStatus } from './redirect-rule.ts';
import {
  type Captures,
  isFixed,
  isSamePath,
  targetEnd,
  targetOrigin,
  targetPath,
} from './redirect-target.ts';
import type { Route, RouteQuestion, RouteRules } from '@pws/static-fs';
import { fulfils, matchQuery, unusedQuery } from './rule-conditions.ts';
import { RuleIndex, hostOf, pathText, textFor } from './rule-index.ts';

/** What {@link createRouteRules} is told. */
export interface RouteRulesOptions {
  /** The name of the file that the rules are of, for people. */
  readonly file: string;
}

/** Compiles redirects. Of those that fit a request, the first is taken. */
export function createRouteRules(
  rules: readonly RedirectRule[],
  options: RouteRulesOptions,
): Pick<RouteRules, 'forced' | 'unforced'> {
  const forced = createStage(rules, 'forced', options);
  const unforced = createStage(rules, 'unforced', options);
  return { forced, unforced };
}

type Stage = (asked: RouteQuestion) => Route | undefined;

function createStage(
  all: readonly RedirectRule[],
  precedence: RedirectRule['precedence'],
  { file }: RouteRulesOptions,
): Stage {
  const rules = all.filter((rule) => rule.precedence === precedence);
  if (rules.length === 0) return () => undefined;
  const index = new RuleIndex(rules.map(({ from }) => from));
  const routes = rules.map((rule) => routeBy(rule, `${file}:${rule.line}`));
  return (asked) => {
    for (const matched of index.match(asked)) {
      const route = routes[matched]?.(asked);
      if (route !== undefined) return route;
    }
    return undefined;
  };
}

const NOTHING: Captures = new Map();

/** Where one rule leads a request that its pattern fits; `undefined` where it does not hold. */
function routeBy(rule: RedirectRule, place: string): Stage {
  const { from, query, conditions, target } = rule;
  const needsCaptures = from.pattern.names.length > 0 && !isFixed(target);
  return (asked) => {
    if (!fulfils(conditions, asked.fields)) return undefined;
    // Who looks at the query says that the answer depends on it.
    const parameters = query.length === 0 ? NOTHING : matchQuery(query, asked.query);
    if (parameters === undefined) return undefined;
    let captures = parameters;
    if (needsCaptures) {
      const text = textFor(from, asked) ?? '';
      const ofPath = captureBy(from.pattern, text) ?? NOTHING;
      captures = parameters.size === 0 ? ofPath : new Map([...parameters, ...ofPath]);
    }
    return routeTo(rule, { asked, captures, place });
  };
}

/** A request that fits a rule. */
interface Fitting {
  readonly asked: RouteQuestion;
  readonly captures: Captures;
  readonly place: string;
}

function routeTo(
  { target, status, query, role }: RedirectRule,
  { asked, captures, place }: Fitting,
): Route | undefined {
  const path = targetPath(target, captures);
  if (!isRedirectStatus(status)) return { kind: 'rewrite', path, status, role, rule: place };
  const origin = targetOrigin(target, captures);
  if (origin === undefined) return undefined;
  const end = targetEnd(target, captures, unusedQuery(query, asked.query));
  if (isHere(origin, asked) && isSamePath(path === '' ? '/' : path, ownPath(asked, origin))) {
    // Another query is another page, to some; a fragment alone is not sent.
    const [before = ''] = end.split('#', 1);
    const own = targetEnd({ ...target, query: undefined, fragment: [] }, captures, asked.query);
    if (before === own) return undefined;
  }
  return { kind: 'redirect-to', status, location: `${origin}${path}${end}`, rule: place };
}

/**
 * The path that was asked for, as a target with this origin has it: to one without, the base is added
 * later.
 */
function ownPath({ path, base = [] }: RouteQuestion, origin: string): string {
  return pathText(origin === '' ? path : { ...path, segments: [...base, ...path.segments] });
}

/** Whether an origin is the one of the request. Whether that came over TLS is not known here. */
function isHere(origin: string, { fields }: RouteQuestion): boolean {
  if (origin === '') return true;
  const authority = origin.slice(origin.indexOf('//') + 2);
  const host = hostOf({ get: () => authority });
  return host === hostOf(fields) && portOf(authority) === portOf(fields.get('host') ?? '');
}

/** `''` where it is the scheme's own. */
function portOf(authority: string): string {
  const port = authority.slice(authority.lastIndexOf(']') + 1).split(':')[1] ?? '';
  return port === '80' || port === '443' ? '' : port;
}
