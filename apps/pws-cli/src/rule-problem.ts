/**
 * What is wrong with a file of rules, and where; and how its lines are told apart.
 * Owns the form of a message: what was expected, what came, nothing that could move a cursor; and
 * in which order several are told.
 */
import { printable } from './log-text.ts';

/** Whose reading of `_headers` and `_redirects` holds. */
export type RulesDialect = 'netlify' | 'cloudflare';

/** Something about a file that a person should know. */
export interface RuleProblem {
  /** From 1. */
  readonly line: number;
  /** In UTF-16 code units, from 1; `undefined` where it is the whole line. */
  readonly column?: number;
  /** What was expected and what came, or what the rule does not do. */
  readonly message: string;
  /** `error`: the line, or what of it the message is about, has no effect. */
  readonly severity: 'error' | 'warning';
}

/** Something about a file that a person wrote, of which there are several. */
export interface FileProblem extends Omit<RuleProblem, 'line'> {
  /** Where it is, for people: below the folder that is served, or from where they stand. */
  readonly file: string;
  /** From 1; `undefined` where it is the whole file. */
  readonly line?: number;
}

/** A problem in one line: `_redirects:3:7: expected …`. */
export function formatProblem({ file, line, column, message, severity }: FileProblem): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  return `${place}: ${severity === 'warning' ? 'note: ' : ''}${message}`;
}

/** Orders problems by file, line and column; those of a whole file come first. */
export function byPlace(one: FileProblem, other: FileProblem): number {
  if (one.file !== other.file) return one.file < other.file ? -1 : 1;
  return (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0);
}

/** A line that says something. */
export interface RuleLine {
  /** From 1. */
  readonly number: number;
  /** Without blanks around it. */
  readonly text: string;
  /** Where the text begins, from 1. */
  readonly column: number;
}

/** Code units of a text in a message. */
const MOST_SHOWN = 60;

/** A text as it can stand in a message. */
export function shown(text: string): string {
  return `"${printable(text, MOST_SHOWN)}"`;
}

/** A fault found before anybody knows where in the line it stands. */
export interface RuleFault {
  readonly fault: string;
}

/** Whether reading gave a fault. */
export function isFault(read: object): read is RuleFault {
  return 'fault' in read;
}

/**
 * The lines that are neither empty nor comments; a line ends with LF or CRLF, a byte order mark
 * at the beginning says nothing.
 */
export function linesOf(text: string): readonly RuleLine[] {
  const lines: RuleLine[] = [];
  for (const [index, whole] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const trimmed = whole.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const column = whole.length - whole.trimStart().length + 1;
    lines.push({ number: index + 1, text: trimmed, column });
  }
  return lines;
}

/** What there is in a file at most: the numbers of Cloudflare; Netlify has none. */
export const CLOUDFLARE_LIMITS = {
  lineLength: 2000,
  headerRules: 100,
  staticRedirects: 2000,
  dynamicRedirects: 100,
} as const;
