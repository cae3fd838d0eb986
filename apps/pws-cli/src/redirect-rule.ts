/**
 * A redirect, of whatever dialect it was: what the reader of a file makes and the routes are made
 * of. Owns which statuses there are, and which rule is the shell of an application.
 */
import type { RulePattern } from './path-patterns.ts';
import { type RedirectTarget, fixedPath } from './redirect-target.ts';
import type { QueryMatch, RuleConditions } from './rule-conditions.ts';

/** Statuses that name another place. RFC 9110 §15.4. */
export const REDIRECT_STATUSES = [301, 302, 303, 307, 308] as const;
/** Statuses with which a file of the site is sent. RFC 9110 §15, RFC 7725 (451). */
export const REWRITE_STATUSES = [200, 404, 410, 451] as const;

type RedirectStatus = (typeof REDIRECT_STATUSES)[number];
type RewriteStatus = (typeof REWRITE_STATUSES)[number];
/** What a rule may answer with. */
export type RuleStatus = RedirectStatus | RewriteStatus;

/** A rule that leads elsewhere. */
export interface RedirectRule {
  /** Where it stands, from 1. */
  readonly line: number;
  /** From 1, where a line may have several; `undefined` where the rule is the line. */
  readonly column?: number | undefined;
  readonly from: RulePattern;
  readonly query: readonly QueryMatch[];
  readonly conditions: RuleConditions;
  readonly target: RedirectTarget;
  readonly status: RuleStatus;
  /** `forced`: before any file; `unforced`: where no file answers. */
  readonly precedence: 'forced' | 'unforced';
  /** `shell`: the page of an application, for whoever navigates. */
  readonly role: 'file' | 'shell';
}

/** The redirects and rewrites of one place. */
export interface PlacedRules {
  /** What messages call the file. */
  readonly file: string;
  /** Whether it is that of a configuration, for all folders. Default: it lies in its folder. */
  readonly isShared?: boolean;
  /** How its sources are written, and what a slash at the end of a path says to them. */
  readonly syntax: 'lines' | 'serve-json';
  /** In the order of the file. */
  readonly rules: readonly RedirectRule[];
}

/** Whether the status names another place. */
export function isRedirectStatus(status: RuleStatus): status is RedirectStatus {
  return (REDIRECT_STATUSES as readonly number[]).includes(status);
}

/** Whether all below a path is answered with one page: `/* /index.html 200`. */
export function isShellLine(
  { from, target }: Pick<RedirectRule, 'from' | 'target'>,
  isPage: (path: string) => boolean,
): boolean {
  const path = fixedPath(target);
  return path !== undefined && from.source.endsWith('/*') && isPage(path);
}

/**
 * Whether all below a folder, or the folder, redirects to its index: that is sent for the folder,
 * and so the redirect would come back. What is rewritten does not, and so the line of single-page
 * applications is none of these.
 */
export function leadsToItself({
  from,
  target,
  status,
}: Pick<RedirectRule, 'from' | 'target' | 'status'>): boolean {
  const path = isRedirectStatus(status) ? fixedPath(target) : undefined;
  return path !== undefined && /\/\*?$/.test(from.source) && /\/index(?:\.html)?$/.test(path);
}

/** A page by its name: `.html`, or what has no extension, such as a folder. */
export function namesPage(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return !name.includes('.') || /\.html?$/i.test(name);
}

/** The page of a folder, however it is written. */
export function namesIndex(path: string): boolean {
  return /\/(?:index(?:\.html)?)?$/.test(path);
}
