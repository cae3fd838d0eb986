/**
 * Reads `_headers`, in the dialects of Netlify and of Cloudflare.
 * Owns the grammar and its traps, and what is said about a line that has no effect. Never throws:
 * what is wrong is reported, and the rest holds.
 *
 *   file  = *( comment / block )
 *   block = path *( name ":" value / "! " name )         blanks before a line say nothing
 *
 * Netlify's own reader overlooks lines without a colon and has no removal; Cloudflare's has both
 * the error and the removal. Here both dialects have both. Values stay as they are written, while
 * Netlify puts a blank behind each comma.
 */
import { type RulePattern, cloudflarePattern, netlifyPattern } from './path-patterns.ts';
import { fieldLineFault, isKeptField, isServersField } from './rule-fields.ts';
import {
  CLOUDFLARE_LIMITS,
  type RuleLine,
  type RuleProblem,
  type RulesDialect,
  isFault,
  linesOf,
  shown,
} from './rule-problem.ts';

/** What a rule does to a field. */
export type FieldOperation =
  | { readonly kind: 'set'; readonly name: string; readonly value: string }
  | { readonly kind: 'remove'; readonly name: string };

/** Fields for the paths that a pattern matches. */
export interface HeaderRule {
  /** Where the rule begins, from 1. */
  readonly line: number;
  readonly from: RulePattern;
  /** In the order in which they are written. */
  readonly operations: readonly FieldOperation[];
}

/** What is in a file. */
export interface HeadersFile {
  readonly rules: readonly HeaderRule[];
  /** In the order of lines. */
  readonly problems: readonly RuleProblem[];
}

/** Reads the text of a file. */
export function parseHeadersFile(text: string, dialect: RulesDialect): HeadersFile {
  return readHeaderLines(linesOf(text), dialect);
}

/** Reads lines, wherever they come from. */
export function readHeaderLines(lines: readonly RuleLine[], dialect: RulesDialect): HeadersFile {
  const reader = new Reader(dialect);
  for (const line of lines) reader.read(line);
  reader.endBlock();
  const { rules, problems } = reader;
  return { rules, problems: problems.toSorted((one, other) => one.line - other.line) };
}

/** A rule whose fields are still to come. */
interface Block {
  readonly line: number;
  readonly from: RulePattern;
  readonly operations: FieldOperation[];
}

/** Where fields belong: to a rule, to one that was refused, or to nothing as there was no path. */
type Current = Block | 'refused' | 'no path';

class Reader {
  readonly rules: HeaderRule[] = [];
  readonly problems: RuleProblem[] = [];
  readonly #dialect: RulesDialect;
  #current: Current = 'no path';
  #isFull = false;
  /** Whether something was said about the lines of this block already. */
  #isExcused = false;

  constructor(dialect: RulesDialect) {
    this.#dialect = dialect;
  }

  read(line: RuleLine): void {
    if (this.#isFull) return;
    const opens = line.text.startsWith('/') || /^https?:\/\//i.test(line.text);
    if (opens) this.endBlock();
    if (this.#dialect === 'cloudflare' && line.text.length > CLOUDFLARE_LIMITS.lineLength) {
      const { lineLength } = CLOUDFLARE_LIMITS;
      this.#fail(line, `expected ${lineLength} characters at most, got ${line.text.length}`);
      if (opens) this.#current = 'refused';
    } else if (opens) this.#openBlock(line);
    else this.#readField(line);
  }

  endBlock(): void {
    const block = this.#current;
    if (typeof block !== 'string') {
      if (block.operations.length > 0) this.rules.push(block);
      else if (!this.#isExcused) {
        const message = 'expected fields behind the path, got none';
        this.problems.push({ line: block.line, message, severity: 'warning' });
      }
    }
    this.#isExcused = false;
  }

  #openBlock(line: RuleLine): void {
    this.#current = 'refused';
    const { headerRules } = CLOUDFLARE_LIMITS;
    if (this.#dialect === 'cloudflare' && this.rules.length >= headerRules) {
      this.#isFull = true;
      this.#fail(
        line,
        `expected ${headerRules} rules at most; this one and all behind it are left out`,
      );
      return;
    }
    const from = this.#readPath(line.text);
    if (typeof from === 'string') this.#fail(line, from);
    else this.#current = { line: line.number, from, operations: [] };
  }

  #readPath(text: string): RulePattern | string {
    if (/\s/.test(text)) return `expected a path without blanks (%20), got ${shown(text)}`;
    if (this.#dialect === 'netlify' && !text.startsWith('/')) {
      return `expected a path that begins with /, got ${shown(text)}; hosts are of Cloudflare's dialect`;
    }
    const read =
      this.#dialect === 'netlify' ? netlifyPattern(text, 'any-case') : cloudflarePattern(text);
    return isFault(read) ? read.fault : read;
  }

  #readField(line: RuleLine): void {
    const block = this.#current;
    // Why its rule has no effect has been said.
    if (block === 'refused') return;
    if (block === 'no path') {
      this.#fail(line, `expected a path before the first field, got ${shown(line.text)}`);
      return;
    }
    const operation = this.#readOperation(line);
    if (operation === undefined) this.#isExcused = true;
    else block.operations.push(operation);
  }

  #readOperation(line: RuleLine): FieldOperation | undefined {
    const { text } = line;
    // The blank is part of it: `!Name: value` is a field whose name begins with a mark.
    if (/^!\s/.test(text)) return this.#readRemoval(line, text.slice(1).trim());
    const colon = text.indexOf(':');
    if (colon === -1) {
      return this.#fail(line, `expected "Name: value" or "! Name", got ${shown(text)}`);
    }
    const name = text.slice(0, colon).trim();
    const value = text.slice(colon + 1).trim();
    if (name === '') return this.#fail(line, 'expected a name before the colon, got none');
    if (value === '') {
      return this.#fail(line, `expected a value of ${shown(name)}, got none`, colon + 1);
    }
    const fault = fieldLineFault(name, value);
    if (fault === 'name') return this.#fail(line, `expected a field name, got ${shown(name)}`);
    if (fault === 'value') {
      const message = `expected a value of visible characters up to U+00FF, got ${shown(value)}`;
      return this.#fail(line, message, colon + 1);
    }
    if (isServersField(name)) return this.#ignore(line, `${name} is written by the server alone`);
    return { kind: 'set', name, value };
  }

  #readRemoval(line: RuleLine, name: string): FieldOperation | undefined {
    if (fieldLineFault(name, '') !== undefined) {
      return this.#fail(line, `expected the name of a field behind "! ", got ${shown(name)}`);
    }
    if (isKeptField(name)) return this.#ignore(line, `${name} is never taken away`);
    return { kind: 'remove', name };
  }

  #fail(line: RuleLine, message: string, offset = 0): undefined {
    const column = line.column + offset;
    this.problems.push({ line: line.number, column, message, severity: 'error' });
  }

  #ignore(line: RuleLine, why: string): undefined {
    const message = `${why}: this line has no effect`;
    const { number, column } = line;
    this.problems.push({ line: number, column, message, severity: 'warning' });
  }
}
