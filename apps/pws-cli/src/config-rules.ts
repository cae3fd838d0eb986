/**
 * Rules that stand in a configuration file, for sites without `_headers` and `_redirects`.
 * Owns their form, which is that of Netlify's `netlify.toml`, and that they are read by the readers
 * of those files: what is refused there is refused here.
 */
import { type HeadersFile, readHeaderLines } from './headers-file.ts';
import type { TextPlace } from './json-text.ts';
import type { RedirectWords } from './redirect-line.ts';
import { type RedirectsFile, readRedirects } from './redirects-file.ts';
import type { RuleLine } from './rule-problem.ts';

/** Fields for the paths that a pattern matches, and where they stand. */
export interface ConfiguredHeaders extends TextPlace {
  /** A pattern, such as `/assets/*`. */
  readonly for: string;
  /** Values by name; `null` takes the field away. */
  readonly values: Readonly<Record<string, string | null>>;
}

/** A redirect or a rewrite, and where it stands. */
export interface ConfiguredRedirect extends TextPlace {
  /** A pattern, such as `/old/*`. */
  readonly from: string;
  /** Default: what was asked for, for a rewrite of all below a path. */
  readonly to?: string;
  /** Default: 301. */
  readonly status?: number;
  /** Whether it holds also where there is a file. Default false. */
  readonly force?: boolean;
  /** Parameters that the query must have; `:name` is any value. */
  readonly query?: Readonly<Record<string, string>>;
  /** `Language`, `Cookie`: one of these must fit. */
  readonly conditions?: Readonly<Record<string, string | readonly string[]>>;
}

/** What a configuration says, and where. Plain values: it can be sent as JSON. */
export interface ConfiguredRules {
  /** The name of the file, for people. */
  readonly file: string;
  readonly headers: readonly ConfiguredHeaders[];
  readonly redirects: readonly ConfiguredRedirect[];
}

/** Reads rules on fields. */
export function compileHeaders(rules: readonly ConfiguredHeaders[]): HeadersFile {
  const read = rules.map((rule) => {
    const { column } = rule;
    const { rules: own, problems } = readHeaderLines(linesOfHeaders(rule), 'netlify');
    return { own, problems: problems.map((problem) => ({ ...problem, column })) };
  });
  return {
    rules: read.flatMap(({ own }) => own),
    problems: read.flatMap(({ problems }) => problems),
  };
}

function linesOfHeaders({ line, for: path, values }: ConfiguredHeaders): RuleLine[] {
  const texts = Object.entries(values).map(([name, value]) =>
    value === null ? `! ${name}` : `${name}: ${value}`,
  );
  // Where in a line it would stand, says nothing of where it does.
  return [path, ...texts].map((text) => ({ number: line, text, column: 1 }));
}

/** Reads redirects. */
export function compileRedirects(rules: readonly ConfiguredRedirect[]): RedirectsFile {
  return readRedirects(rules.map(wordsOfRedirect), 'netlify');
}

function wordsOfRedirect(rule: ConfiguredRedirect): RedirectWords {
  const { line: number, column, from, to, force = false, query = {}, conditions = {} } = rule;
  const word = (text: string): RedirectWords['from'] => ({ text, column });
  const status = rule.status ?? (force ? 301 : undefined);
  return {
    number,
    column,
    from: word(from),
    query: Object.entries(query).map(([key, value]) => word(`${key}=${value}`)),
    to: to === undefined ? undefined : word(to),
    status: status === undefined ? undefined : word(`${status}${force ? '!' : ''}`),
    conditions: Object.entries(conditions).map(([key, value]) =>
      word(`${key}=${typeof value === 'string' ? value : value.join(',')}`),
    ),
  };
}
