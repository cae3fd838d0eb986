/**
 * What is wrong with redirects and rewrites that are written well: targets that are not there,
 * chains, loops, and rules that nobody ever comes to.
 * Owns how that is found out: the site itself is asked, and rules with placeholders are asked with
 * a path that no other rule is likely to know. What cannot be told so is not said.
 */
import type { StaticSite } from '@pws/static-fs';
import { type CheckedFolder, onWire } from './checked-folder.ts';
import { type CheckedRule, checkedRules } from './checked-rules.ts';
import { isRedirectStatus } from './redirect-rule.ts';
import { fixedPath } from './redirect-target.ts';
import { pathText } from './rule-index.ts';
import { type FileProblem, shown } from './rule-problem.ts';
import { follow, probe } from './site-probe.ts';
import { takenRules } from './taken-rules.ts';

/** Finds what is wrong with the rules of a folder. */
export async function checkRedirects(folder: CheckedFolder): Promise<FileProblem[]> {
  const rules = checkedRules(folder.conventions.redirects, folder.prefix);
  const taken = takenRules(rules, folder.options);
  const problems: FileProblem[] = [];
  for (const rule of rules) {
    const first = taken.get(rule);
    const found =
      first === undefined
        ? // One after the other: there may be thousands.
          // oxlint-disable-next-line no-await-in-loop
          await checkRule(rule, folder)
        : note(`expected requests that no other rule takes, got none: ${takenBy(first, rule)}`);
    if (found !== undefined) problems.push({ file: rule.file, ...placeOf(rule), ...found });
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

function placeOf({ rule: { line, column } }: CheckedRule): Pick<FileProblem, 'line' | 'column'> {
  return column === undefined ? { line } : { line, column };
}

function takenBy({ rule, file }: CheckedRule, taken: CheckedRule): string {
  const where = file === taken.file ? '' : ` of ${file}`;
  return `${shown(rule.from.source)} in line ${rule.line}${where} takes them all`;
}

async function checkRule(
  checked: CheckedRule,
  folder: CheckedFolder,
): Promise<Finding | undefined> {
  const { rule } = checked;
  const found = hiddenRule(checked, folder) ?? (await fileBefore(checked, folder));
  if (found !== undefined) return found;
  if (!isRedirectStatus(rule.status)) return checkRewrite(checked, folder);
  const path = fixedPath(rule.target);
  const sample = path ?? sampleTarget(checked);
  if (sample === undefined) return undefined;
  const way = { from: onWire(folder, sample), isCertain: path !== undefined };
  return checkWay(folder.site, way);
}

/** All that a rule is for may be served from another folder. */
function hiddenRule({ rule, samples }: CheckedRule, folder: CheckedFolder): Finding | undefined {
  const paths = samples.map((path) => `${onWire(folder, pathText(path))}/`);
  const other = folder.hidden.find((each) => paths.every((path) => path.startsWith(each)));
  if (other === undefined || paths.length === 0) return undefined;
  const got = `got ${shown(onWire(folder, rule.from.source))}`;
  return note(`expected paths of this folder, ${got}: ${other} is served from another one`);
}

async function fileBefore(
  { rule, path }: CheckedRule,
  folder: CheckedFolder,
): Promise<Finding | undefined> {
  if (rule.precedence === 'forced' || path === undefined) return undefined;
  const { served, status } = await probe(folder.files, path);
  if (served === undefined || status !== 200) return undefined;
  const file = onWire(folder, `/${served.segments.join('/')}`);
  const got = `got ${shown(onWire(folder, path))}: ${file} comes before the rule`;
  return note(`expected a path that no file answers, ${got}`);
}

async function checkRewrite(
  { rule, leadOn }: CheckedRule,
  folder: CheckedFolder,
): Promise<Finding | undefined> {
  const path = fixedPath(rule.target);
  if (path === undefined) return undefined;
  const end = leadOn(path);
  if ((await probe(folder.files, end)).status < 400) return undefined;
  const on = end === path ? '' : `, which leads on to ${shown(onWire(folder, end))}`;
  const got = `got ${shown(onWire(folder, path))}${on}`;
  return fault(`expected a file of this site, ${got}: there is none`);
}

/** A target, and whether all requests are sent there. */
interface Way {
  readonly from: string;
  readonly isCertain: boolean;
}

async function checkWay(site: StaticSite, { from, isCertain }: Way): Promise<Finding | undefined> {
  const { paths, end } = await follow(site, from);
  const [first = '', second] = paths;
  if (end === 'loop') {
    return fault(`expected a way that ends, got one in circles: ${shown(paths.join(' to '))}`);
  }
  if (isCertain && end.status >= 400) {
    const on = second === undefined ? '' : `, which leads on to ${shown(paths.at(-1) ?? '')}`;
    return fault(`expected a target that is there, got ${shown(first)}${on}: ${end.status}`);
  }
  if (second === undefined) return undefined;
  const got = `got ${shown(first)}, which leads on to ${shown(second)}`;
  return note(`expected the end of the way, ${got}`);
}

/** Where a rule with placeholders leads somebody; `undefined` where it leads off this site. */
function sampleTarget({ samples: [sample], alone }: CheckedRule): string | undefined {
  const route = sample && alone(sample);
  if (route?.kind !== 'redirect-to' || !/^\/(?!\/)/.test(route.location)) return undefined;
  return route.location.split('#', 1)[0];
}
