/**
 * What is wrong with redirects and rewrites that are written well: targets that are not there,
 * chains, loops, and rules that nobody ever comes to.
 * Owns how that is found out: the site itself is asked, and rules with placeholders are asked with
 * a path that no other rule is likely to know. What cannot be told so is not said.
 */
import { createStaticSite, type SitePath, type StaticSite } from '@pws/static-fs';
import type { ServerConfig } from './config.ts';
import { decodePath, isDynamic } from './path-patterns.ts';
import { type RedirectRule, isRedirectStatus } from './redirect-rule.ts';
import { fixedPath } from './redirect-target.ts';
import { createRouteRules } from './route-rules.ts';
import { RuleIndex } from './rule-index.ts';
import { shown } from './rule-problem.ts';
import type { FileProblem } from './rule-problem.ts';
import { follow, probe } from './site-probe.ts';

/** What is looked at. */
export interface RedirectsToCheck {
  readonly rules: readonly RedirectRule[];
  readonly site: StaticSite;
  readonly config: ServerConfig;
}

const FILE = '_redirects';

/** What a `*` stands for while rules are compared: nothing, a name, a path; never a likely one. */
const SAMPLES = ['pws-sample', 'pws-sample/pws-sample', ''] as const;

/** Finds what is wrong with the rules. */
export async function checkRedirects(checked: RedirectsToCheck): Promise<FileProblem[]> {
  const { rules, config } = checked;
  const taken = takenByOthers(rules);
  // The files alone, without rules and without the shell.
  const { root, index, cleanUrls, dotfiles, symlinks, withheld = [] } = config;
  const options = { root, index, cleanUrls, dotfiles, symlinks, withheld };
  const files = createStaticSite({ ...options, trailingSlash: 'ignore', compress: false });
  const problems: FileProblem[] = [];
  for (const rule of rules) {
    const first = taken.get(rule);
    // One after the other: there may be thousands.
    const found =
      first === undefined
        ? // oxlint-disable-next-line no-await-in-loop
          await checkTarget(rule, files, checked)
        : note(
            `expected requests that no other rule takes, got none: ${shown(first.from.source)} in line ${first.line} takes them all`,
          );
    if (found !== undefined) problems.push({ file: FILE, line: rule.line, ...found });
  }
  return problems;
}

type Finding = Pick<FileProblem, 'message' | 'severity'>;

function note(message: string): Finding {
  return { message, severity: 'warning' };
}

function fault(message: string): Finding {
  return { message, severity: 'error' };
}

async function checkTarget(
  rule: RedirectRule,
  files: StaticSite,
  { site, config }: RedirectsToCheck,
): Promise<Finding | undefined> {
  const { from, status, target, precedence } = rule;
  if (precedence === 'unforced' && from.scope === 'path' && !isDynamic(from.source)) {
    const { served, status: found } = await probe(files, from.source);
    if (served !== undefined && found === 200) {
      return note(
        `expected a path that no file answers, got ${shown(from.source)}: /${served.segments.join('/')} comes before the rule`,
      );
    }
  }
  const path = fixedPath(target);
  if (!isRedirectStatus(status)) {
    if (path === undefined || (await probe(files, path)).status < 400) return undefined;
    return fault(`expected a file of this site, got ${shown(path)}: there is none`);
  }
  const sample = path ?? sampleTarget(rule);
  if (sample === undefined) return undefined;
  const { paths, end } = await follow(site, `${config.base.slice(0, -1)}${sample}`);
  const [first = '', second] = paths;
  if (end === 'loop') {
    return fault(`expected a way that ends, got one in circles: ${shown(paths.join(' to '))}`);
  }
  if (path !== undefined && end.status >= 400) {
    const on = second === undefined ? '' : `, which leads on to ${shown(paths.at(-1) ?? '')}`;
    return fault(`expected a target that is there, got ${shown(first)}${on}: ${end.status}`);
  }
  if (second === undefined) return undefined;
  return note(
    `expected the end of the way, got ${shown(first)}, which leads on to ${shown(second)}`,
  );
}

/** Where a rule with placeholders leads somebody; `undefined` where it leads off this site. */
function sampleTarget(rule: RedirectRule): string | undefined {
  const [sample] = samplesOf(rule);
  if (sample === undefined) return undefined;
  const route = routeAlone(rule)(sample);
  if (route?.kind !== 'redirect-to' || !/^\/(?!\/)/.test(route.location)) return undefined;
  return route.location.split('#', 1)[0];
}

/**
 * By rule, the first that leaves it no request: one that is asked before it, and takes each of its
 * samples whatever else is in the request.
 */
function takenByOthers(rules: readonly RedirectRule[]): Map<RedirectRule, RedirectRule> {
  const inOrder = [
    ...rules.filter(({ precedence }) => precedence === 'forced'),
    ...rules.filter(({ precedence }) => precedence === 'unforced'),
  ];
  const index = new RuleIndex(inOrder.map(({ from }) => from));
  const alone = inOrder.map(routeAlone);
  const taken = new Map<RedirectRule, RedirectRule>();
  for (const [at, rule] of inOrder.entries()) {
    const samples = samplesOf(rule);
    const matched = samples.map((path) => index.match({ path, fields: NO_FIELDS }));
    const others = (matched[0] ?? []).filter((id) => id < at);
    const first = others.find((id) =>
      samples.every(
        (path, each) => matched[each]?.includes(id) === true && alone[id]?.(path) !== undefined,
      ),
    );
    const other = first === undefined ? undefined : inOrder[first];
    if (other !== undefined) taken.set(rule, other);
  }
  return taken;
}

const NO_FIELDS = { get: () => undefined };

/** What one rule says of a path that is asked for without any field, if it were the only one. */
function routeAlone(rule: RedirectRule): (path: SitePath) => ReturnType<typeof ask> {
  const routes = createRouteRules([rule], { file: FILE });
  const ask = (path: SitePath) =>
    routes[rule.precedence]({ method: 'GET', path, query: undefined, fields: NO_FIELDS });
  return ask;
}

/** Paths that a rule is for; none where it is for one host, which nobody here is. */
function samplesOf({ from }: RedirectRule): SitePath[] {
  if (from.scope !== 'path') return [];
  const own = new RuleIndex([from]);
  const texts = SAMPLES.map((splat) =>
    from.source.replace(/:[A-Za-z]\w*|\*/g, (name) => (name === '*' ? splat : SAMPLES[0])),
  );
  return [...new Set(texts)]
    .map(readPath)
    .filter((path) => path !== undefined)
    .filter((path) => own.match({ path, fields: NO_FIELDS }).length > 0);
}

function readPath(text: string): SitePath | undefined {
  const decoded = decodePath(text);
  if (decoded === undefined) return undefined;
  const segments = decoded.split('/').filter((segment) => segment !== '');
  return { kind: 'site-path', segments, endsWithSlash: decoded.endsWith('/') };
}
