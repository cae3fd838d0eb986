/**
 * Who set which field of an answer: noted while the handler dresses it, for a person who asks.
 * Owns how that is told apart. It changes nothing: who answers and who adds fields is called as
 * ever, and what they give goes through.
 */
import type { FieldLines, StaticResponse } from '@pws/static-fs';
import { applyEffect } from './field-effect.ts';
import type { Answerer, Dresser } from './handler.ts';

/** A field line, and who set it. */
export interface FieldOrigin {
  readonly name: string;
  readonly value: string;
  /** `the site`, `the server`, `the cache policy`, `_headers:3`, or a flag such as `--header`. */
  readonly setBy: string;
}

/** A field that was to be sent, and who took it away. */
export interface RemovedField {
  readonly name: string;
  readonly removedBy: string;
}

export const THE_SERVER = 'the server';
export const THE_SITE = 'the site';

/** Flags whose lines are among those that every answer has. */
const FLAG_OF_NAME: ReadonlyMap<string, string> = new Map([
  ['cross-origin-opener-policy', '--isolate'],
  ['cross-origin-embedder-policy', '--isolate'],
  ['cross-origin-resource-policy', '--isolate'],
  ['strict-transport-security', '--hsts'],
]);

/** Notes who says what while one request is answered. */
export class FieldOrigins {
  /** Who answered. */
  answeredBy: string = THE_SERVER;
  /** The answer, as those who add fields see it: an error with its page. */
  answer: StaticResponse | undefined;
  readonly #header: FieldLines;
  #own: FieldLines = [];
  readonly #added: FieldOrigin[] = [];

  /** @param header - lines that a person asked for */
  constructor(header: FieldLines) {
    this.#header = header;
  }

  /** The answer of the site, or of who came before it. */
  noteAnswer(by: string, { fields }: StaticResponse): void {
    this.answeredBy = by;
    this.#own = fields;
  }

  /** Who may answer, and is noted where they do. */
  noting(
    answerer: Answerer,
    told: (label: string, answer: StaticResponse | undefined) => void,
  ): Answerer {
    const { label = THE_SERVER } = answerer;
    const note = (answer: StaticResponse | undefined): StaticResponse | undefined => {
      told(label, answer);
      if (answer !== undefined) this.noteAnswer(label, answer);
      return answer;
    };
    return (request) => {
      const answer = answerer(request);
      return answer instanceof Promise ? answer.then(note) : note(answer);
    };
  }

  /** Who adds fields, and is noted with them. */
  notingLines(dresser: Dresser): Dresser {
    return (request, response) => {
      this.answer ??= response;
      const lines = dresser(request, response);
      for (const [name, value] of lines) {
        this.#added.push({ name, value, setBy: dresser.label ?? this.#labelOf(name) });
      }
      return lines;
    };
  }

  /** Who set each of the lines that are sent. */
  of(lines: Iterable<readonly [string, string]>): FieldOrigin[] {
    const said = [...this.#answered(), ...this.#added, ...this.#ruled()];
    return [...lines].map(([name, value]) => {
      const own = said.filter((each) => isSame(each.name, name));
      // A Vary is of all who say something of it; of any other field the last who set it.
      const setters = isSame(name, 'vary')
        ? own.map(({ setBy }) => setBy)
        : own
            .filter((each) => each.value === value)
            .map(({ setBy }) => setBy)
            .slice(-1);
      return { name, value, setBy: setters.length === 0 ? THE_SERVER : unique(setters).join(', ') };
    });
  }

  /** Fields that rules took away. */
  removedFrom(lines: Iterable<readonly [string, string]>): RemovedField[] {
    const sent = new Set([...lines].map(([name]) => name.toLowerCase()));
    const { rules, remove } = this.answer?.effect ?? {};
    const gone = [...this.#answered(), ...this.#added, { name: 'Server' }].filter(
      ({ name }) => remove?.has(name.toLowerCase()) === true && !sent.has(name.toLowerCase()),
    );
    return unique(gone.map(({ name }) => name)).map((name) => ({
      name,
      removedBy: placesOf(rules, name),
    }));
  }

  /** The lines of the answer itself, and of the page that the server has for an error. */
  #answered(): FieldOrigin[] {
    return (this.answer?.fields ?? this.#own).map((line) => {
      const [name, value] = line;
      const isOwn = this.#own.some((own) => isSame(own[0], name) && own[1] === value);
      return { name, value, setBy: isOwn ? this.answeredBy : THE_SERVER };
    });
  }

  #ruled(): FieldOrigin[] {
    const { answer } = this;
    if (answer?.effect === undefined) return [];
    const { rules } = answer.effect;
    return applyEffect([], answer.effect, answer).map(([name, value]) => ({
      name,
      value,
      setBy: placesOf(rules, name),
    }));
  }

  #labelOf(name: string): string {
    if (this.#header.some(([own]) => isSame(own, name))) return '--header';
    return FLAG_OF_NAME.get(name.toLowerCase()) ?? THE_SERVER;
  }
}

function placesOf(rules: ReadonlyMap<string, readonly string[]> | undefined, name: string): string {
  return rules?.get(name.toLowerCase())?.join(', ') ?? 'a rule';
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
