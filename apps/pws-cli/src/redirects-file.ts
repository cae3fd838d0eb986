/**
 * Reads `_redirects`, in the dialects of Netlify and of Cloudflare.
 * Owns the grammar and its traps, and what is said about a line that has no effect. Never throws:
 * what is wrong is reported, and the rest holds. One line is read in `redirect-line.ts`.
 *
 *   file = *( comment / rule )
 */
import { isDynamic } from './path-patterns.ts';
import { RedirectLine, type RedirectSource } from './redirect-line.ts';
import type { RedirectRule } from './redirect-rule.ts';
import {
  CLOUDFLARE_LIMITS,
  type RuleProblem,
  type RulesDialect,
  linesOf,
  shown,
} from './rule-problem.ts';

/** What is in a file. */
export interface RedirectsFile {
  /** The first one that fits is taken. */
  readonly rules: readonly RedirectRule[];
  /** In the order of lines. */
  readonly problems: readonly RuleProblem[];
}

/** Reads the text of a file. */
export function parseRedirectsFile(text: string, dialect: RulesDialect): RedirectsFile {
  return readRedirects(linesOf(text), dialect);
}

/** Reads rules, wherever they come from. */
export function readRedirects(
  sources: readonly RedirectSource[],
  dialect: RulesDialect,
): RedirectsFile {
  const reader = new Reader(dialect);
  for (const source of sources) {
    if (!reader.read(source)) break;
  }
  return reader;
}

class Reader implements RedirectsFile {
  readonly rules: RedirectRule[] = [];
  readonly problems: RuleProblem[] = [];
  readonly #dialect: RulesDialect;
  /** By what it is for, the line of a rule that takes all of that. */
  readonly #taken = new Map<string, number>();
  #staticCount = 0;
  #dynamicCount = 0;

  constructor(dialect: RulesDialect) {
    this.#dialect = dialect;
  }

  /** Whether lines behind this one are read too. */
  read(line: RedirectSource): boolean {
    const { lineLength, dynamicRedirects } = CLOUDFLARE_LIMITS;
    if (this.#dialect === 'cloudflare' && 'text' in line && line.text.length > lineLength) {
      this.#fail(line, `expected ${lineLength} characters at most, got ${line.text.length}`);
      return true;
    }
    const parsed = new RedirectLine(line, this.#dialect);
    const { rule } = parsed;
    this.problems.push(...parsed.problems);
    if (rule === undefined || this.#isTaken(line, rule)) return true;
    if (this.#dialect === 'cloudflare' && !this.#hasRoomFor(line, rule)) {
      return this.#dynamicCount <= dynamicRedirects;
    }
    this.rules.push(rule);
    return true;
  }

  // A rule that takes all requests for its pattern leaves none for a later one.
  #isTaken(line: RedirectSource, rule: RedirectRule): boolean {
    const { source } = rule.from;
    const first = this.#taken.get(source);
    const { languages, cookies, unmet } = rule.conditions;
    const takesAll =
      rule.query.length + unmet.length === 0 && languages === undefined && cookies === undefined;
    if (first === undefined) {
      if (takesAll) this.#taken.set(source, line.number);
      return false;
    }
    const { number, column } = line;
    const message = `expected one rule for ${shown(source)}, got one in line ${first} already`;
    const severity = this.#dialect === 'cloudflare' ? 'error' : 'warning';
    this.problems.push({ line: number, column, message, severity });
    return true;
  }

  // Cloudflare looks static rules up first; those behind the first dynamic one count as dynamic.
  // So the order of the file is the order in which they are tried, all the same.
  #hasRoomFor(line: RedirectSource, { from }: RedirectRule): boolean {
    const { staticRedirects, dynamicRedirects } = CLOUDFLARE_LIMITS;
    if (isDynamic(from.source) || this.#dynamicCount > 0) {
      this.#dynamicCount += 1;
      if (this.#dynamicCount <= dynamicRedirects) return true;
      const most = `expected ${dynamicRedirects} dynamic rules at most`;
      this.#fail(line, `${most}; this one and all behind it are left out`);
      return false;
    }
    this.#staticCount += 1;
    if (this.#staticCount <= staticRedirects) return true;
    this.#fail(line, `expected ${staticRedirects} static rules at most; this one is left out`);
    return false;
  }

  #fail({ number, column }: RedirectSource, message: string): void {
    this.problems.push({ line: number, column, message, severity: 'error' });
  }
}
