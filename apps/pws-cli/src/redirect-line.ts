/**
 * Reads one line of `_redirects`.
 * Owns its grammar in both dialects, and what each part of it may be.
 *
 *   Netlify:     from *( key "=" value ) [ to ] [ status [ "!" ] ] *( condition "=" list )
 *   Cloudflare:  from to [ status ]
 *
 * Netlify cuts comments at the first word that begins with `#`, Cloudflare at a `#` behind a blank:
 * the same, and `/a#b` keeps its fragment in both.
 */
import { type RulePattern, SPLAT, cloudflarePattern, netlifyPattern } from './path-patterns.ts';
import {
  REDIRECT_STATUSES,
  REWRITE_STATUSES,
  type RedirectRule,
  type RuleStatus,
  isRedirectStatus,
  isShellLine,
  leadsToItself,
  namesIndex,
  namesPage,
} from './redirect-rule.ts';
import { type RedirectTarget, readRedirectTarget } from './redirect-target.ts';
import type { QueryMatch, RuleConditions } from './rule-conditions.ts';
import {
  type RuleLine,
  type RuleProblem,
  type RulesDialect,
  isFault,
  shown,
} from './rule-problem.ts';

/** A word, and where it begins. */
interface Word {
  readonly text: string;
  /** From 1. */
  readonly column: number;
}

/** A rule in words, each in its place. */
interface Words {
  readonly from: Word;
  readonly query: readonly Word[];
  readonly to: Word | undefined;
  readonly status: Word | undefined;
  readonly conditions: readonly Word[];
}

/** A rule that is no line: told apart already, by whoever wrote it. */
export interface RedirectWords extends Words {
  /** Where it stands, from 1. */
  readonly number: number;
  readonly column: number;
}

/** What a rule is read from. */
export type RedirectSource = RuleLine | RedirectWords;

/** One line, read. */
export class RedirectLine {
  /** `undefined` where the line has no effect. */
  readonly rule: RedirectRule | undefined;
  readonly problems: RuleProblem[] = [];
  readonly #number: number;
  readonly #column: number | undefined;
  readonly #dialect: RulesDialect;

  constructor(source: RedirectSource, dialect: RulesDialect) {
    this.#number = source.number;
    this.#column = 'text' in source ? undefined : source.column;
    this.#dialect = dialect;
    const words = 'text' in source ? this.#place(source) : source;
    this.rule = words && this.#readRule(words);
  }

  #place(line: RuleLine): Words | undefined {
    const words = wordsOf(line);
    return this.#dialect === 'netlify' ? this.#placeNetlify(words) : this.#placeCloudflare(words);
  }

  #placeCloudflare([from, to, status, more]: SomeWords): Words | undefined {
    if (more !== undefined) return this.#fail(more, 'expected "from to status", got more');
    if (to === undefined) return this.#fail(from, 'expected "from to", got no target');
    return { from, query: [], to, status, conditions: [] };
  }

  #placeNetlify([from, ...words]: SomeWords): Words | undefined {
    const isTarget = ({ text }: Word): boolean => /^(?:\/|https?:\/\/)/i.test(text);
    const at = words[0] !== undefined && isStatus(words[0]) ? -1 : words.findIndex(isTarget);
    if (at === -1 && !(words[0] !== undefined && isStatus(words[0]))) {
      return this.#fail(words.at(-1) ?? from, 'expected a target that begins with / or https://');
    }
    const [next, ...last] = words.slice(at + 1);
    const status = next !== undefined && isStatus(next) ? next : undefined;
    const conditions = status === undefined ? words.slice(at + 1) : last;
    return { from, query: words.slice(0, Math.max(at, 0)), to: words[at], status, conditions };
  }

  #readRule(words: Words): RedirectRule | undefined {
    const from = this.#readFrom(words.from);
    const answer = this.#readStatus(words.status);
    const query = words.query.map((word) => this.#readQuery(word));
    const conditions = this.#readConditions(words.conditions);
    if (from === undefined || answer === undefined || conditions === undefined) return undefined;
    if (!query.every((match) => match !== undefined)) return undefined;
    const given = query.flatMap((match) => ('name' in match ? [match.name] : []));
    const names = [...from.pattern.names, ...given];
    const target = this.#readTarget(words, names, answer.status);
    if (target === undefined) return undefined;
    const { status } = answer;
    const isPage = this.#dialect === 'netlify' ? namesPage : namesIndex;
    const isCatchAll = isShellLine({ from, target }, isPage);
    if (this.#dialect === 'cloudflare' && leadsToItself({ from, target, status })) {
      return this.#fail(words.from, 'expected another target: the index redirects to its folder');
    }
    const isShell = status === 200 && isCatchAll && !answer.isForced;
    const wins = this.#dialect === 'cloudflare' ? !isShell : answer.isForced;
    const precedence = wins ? 'forced' : 'unforced';
    const role = isShell ? 'shell' : 'file';
    const place = { line: this.#number, column: this.#column };
    return { ...place, from, query, conditions, target, status, precedence, role };
  }

  #readFrom(word: Word): RulePattern | undefined {
    const isAbsolute = /^https?:\/\//i.test(word.text);
    if (this.#dialect === 'cloudflare') {
      if (isAbsolute) return this.#fail(word, 'expected a path, got a host too');
      // Parameters are not looked at.
      return this.#checkPattern(word, cloudflarePattern(slashed(word.text.replace(/\?.*$/s, ''))));
    }
    if (word.text.includes('?')) {
      return this.#fail(word, 'expected parameters as words of their own: "/a key=value /b"');
    }
    if (!isAbsolute && !word.text.startsWith('/')) this.#warn(word, 'read as if it began with /');
    const path = isAbsolute ? word.text : slashed(word.text);
    if (/^\/\.netlify(?:\/|$)/i.test(path)) {
      return this.#fail(word, 'expected a path of the site, got one that Netlify keeps for itself');
    }
    return this.#checkPattern(word, netlifyPattern(path, 'exact'));
  }

  #checkPattern(word: Word, read: ReturnType<typeof cloudflarePattern>): RulePattern | undefined {
    return isFault(read) ? this.#report(word, read.fault, 'error') : read;
  }

  #readQuery(word: Word): QueryMatch | undefined {
    const equals = word.text.indexOf('=');
    const key = word.text.slice(0, equals);
    const value = word.text.slice(equals + 1);
    if (equals < 1)
      return this.#fail(word, 'expected a parameter such as id=:id before the target');
    return value.length > 1 && value.startsWith(':')
      ? { key, name: value.slice(1) }
      : { key, value };
  }

  #readStatus(word: Word | undefined): { status: RuleStatus; isForced: boolean } | undefined {
    const isNetlify = this.#dialect === 'netlify';
    if (word === undefined) return { status: isNetlify ? 301 : 302, isForced: false };
    const isForced = word.text.endsWith('!');
    if (isForced && !isNetlify) {
      return this.#fail(word, 'expected a status; every rule of this dialect is forced');
    }
    const allowed: readonly RuleStatus[] = isNetlify
      ? [...REWRITE_STATUSES, ...REDIRECT_STATUSES]
      : [200, ...REDIRECT_STATUSES];
    const status = allowed.find((each) => String(each) === word.text.replace(/!$/, ''));
    if (status !== undefined) return { status, isForced };
    return this.#fail(word, `expected one of ${allowed.toSorted((a, b) => a - b).join(', ')}`);
  }

  #readConditions(words: readonly Word[]): RuleConditions | undefined {
    let conditions: RuleConditions = { unmet: [] };
    for (const word of words) {
      const [, key = '', list = ''] = /^([a-z]+)=(.+)$/is.exec(word.text) ?? [];
      const values = list.split(',').filter((value) => value !== '');
      const name = key.toLowerCase();
      if (name === 'language') {
        conditions = { ...conditions, languages: values.map((value) => value.toLowerCase()) };
      } else if (name === 'cookie') conditions = { ...conditions, cookies: values };
      else if (name === 'country' || name === 'role') {
        conditions = { ...conditions, unmet: [...conditions.unmet, key] };
        this.#warn(word, 'not known of whoever asks: the rule never holds');
      } else {
        return this.#fail(word, 'expected Language=, Cookie=, Country= or Role=');
      }
    }
    return conditions;
  }

  #readTarget(
    { from, to, status: statusWord }: Words,
    names: readonly string[],
    status: RuleStatus,
  ): RedirectTarget | undefined {
    if (to === undefined && (status !== 200 || !from.text.endsWith('/*'))) {
      return this.#fail(
        statusWord ?? from,
        'expected a target; only "/x/* 200" may be without one',
      );
    }
    // What is asked for, as it is: so Netlify writes out a rule without a target.
    const text =
      to?.text ?? from.text.replace(/^https?:\/\/[^/]*/i, '').replace(/\*$/, `:${SPLAT}`);
    const word = to ?? from;
    const target = readRedirectTarget(text, names);
    if (isFault(target)) return this.#report(word, target.fault, 'error');
    if (target.origin !== undefined && !isRedirectStatus(status)) {
      const why = 'files of other origins are not fetched (that would be a proxy)';
      return this.#fail(word, `expected a path with status ${status}: ${why}`);
    }
    if (this.#dialect === 'netlify' && /^\/\.netlify(?:\/|$)/i.test(text)) {
      return this.#fail(word, 'expected a file: functions of Netlify are not run here');
    }
    if (/^\/[/\\]/.test(text)) this.#warn(word, 'read as a path of this host, for want of https:');
    if (hostIn(from.text) !== undefined && hostIn(from.text) === hostIn(text)) {
      this.#warn(word, 'the same host; http and https are not told apart here: --redirect-http');
    }
    for (const name of target.unknownNames) {
      this.#warn(word, `no placeholder :${shown(name)} in what the rule is for: it stays as it is`);
    }
    return target;
  }

  #fail(word: Word, expected: string): undefined {
    return this.#report(word, `${expected}, got ${shown(word.text)}`, 'error');
  }

  #warn(word: Word, what: string): void {
    this.#report(word, `${shown(word.text)}: ${what}`, 'warning');
  }

  #report({ column }: Word, message: string, severity: RuleProblem['severity']): undefined {
    this.problems.push({ line: this.#number, column, message, severity });
  }
}

type SomeWords = readonly [Word, ...Word[]];

function wordsOf({ text: line, column }: RuleLine): SomeWords {
  const words: Word[] = [];
  for (const { 0: text, index } of line.matchAll(/\S+/g)) {
    // The line is no comment: there is a first word.
    if (text.startsWith('#')) break;
    words.push({ text, column: column + index });
  }
  return words as [Word, ...Word[]];
}

//   Anything of digits was meant to be one.
function isStatus({ text }: Word): boolean {
  return /^\d+!?$/.test(text);
}

function slashed(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}

/** The host in an absolute reference, in small letters. */
function hostIn(text: string): string | undefined {
  return /^https?:\/\/([^/?#]+)/i.exec(text)?.[1]?.toLowerCase();
}
