/**
 * The forms that values have: how each is read from a text, what a message says is expected, and
 * what a JSON Schema says of it in a configuration file. Owns that these three agree.
 */
import {
  parseChoice,
  parseDuration,
  parseFileNames,
  parseInteger,
  parseSize,
  parseSomeSize,
  parseSomeTime,
  parseSwitch,
} from './option-values.ts';

/** A JSON Schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** How the values of an option are written. */
export interface Form<Value> {
  /** What is expected, for the message when `parse` gives `undefined`. */
  readonly expected: string;
  /** The value of a text, `undefined` where it does not fit. */
  readonly parse: (text: string) => Value | undefined;
  /** What fits in a configuration file; where it is wider than `parse`, that still decides. */
  readonly schema: JsonSchema;
  /** Whether it is a path, which counts from where it was said. Default false. */
  readonly isPath?: boolean;
}

/** A whole number: `a port` from 0 to 65535. */
export function integerForm(what: string, least: number, most: number): Form<number> {
  return {
    expected: `${what} from ${least} to ${most}`,
    parse: (text) => parseInteger(text, least, most),
    schema: { type: 'integer', minimum: least, maximum: most },
  };
}

/** One of some words. */
export function choiceForm<Word extends string>(words: readonly Word[]): Form<Word> {
  return {
    expected: `one of ${words.join(', ')}`,
    parse: (text) => parseChoice(text, words),
    schema: { enum: words },
  };
}

/** A text that matches as a whole. */
export function textForm(what: string, pattern: RegExp): Form<string> {
  return {
    expected: what,
    parse: (text) => (pattern.test(text) ? text : undefined),
    schema: { type: 'string', pattern: pattern.source },
  };
}

/** A path: any text but one with an octet 0 in it, which no system takes. */
export function pathForm(what: string): Form<string> {
  // oxlint-disable-next-line no-control-regex
  return { ...textForm(what, /^[^\x00]+$/), isPath: true };
}

/** A number of something. */
export const COUNT: Form<number> = integerForm('a number', 0, 999_999_999);

/** On or off. */
export const SWITCH: Form<boolean> = {
  expected: 'true or false',
  parse: parseSwitch,
  schema: { type: 'boolean' },
};

/** Bytes. */
export const SIZE: Form<number> = {
  expected: 'a size such as 64mb or 512kb',
  parse: parseSize,
  // What a schema says of numbers holds for numbers only, and so do patterns for texts.
  schema: {
    type: ['string', 'integer'],
    pattern: '^[0-9]{1,9}([kKmMgG]?[bB])?$',
    minimum: 0,
    maximum: 999_999_999,
  },
};

/** Bytes, at least one. */
export const SOME_SIZE: Form<number> = {
  expected: 'a size such as 16kb or 512, more than 0',
  parse: parseSomeSize,
  schema: {
    type: ['string', 'integer'],
    pattern: '^[0-9]{1,9}([kKmMgG]?[bB])?$',
    minimum: 1,
    maximum: 999_999_999,
  },
};

/** Milliseconds. A number alone would leave the unit open, but for 0. */
export const DURATION: Form<number> = {
  expected: 'a duration such as 1s or 500ms, 240h at most, or 0',
  parse: parseDuration,
  schema: {
    type: ['string', 'integer'],
    pattern: '^(0|[0-9]{1,9}(ms|s|m|h))$',
    minimum: 0,
    maximum: 0,
  },
};

/** Milliseconds, at least one. */
export const SOME_TIME: Form<number> = {
  expected: 'a duration such as 10s or 500ms, 240h at most',
  parse: parseSomeTime,
  schema: { type: 'string', pattern: '^[0-9]{1,9}(ms|s|m|h)$' },
};

/** File names; in a configuration file a list, or one name. */
export const FILE_NAMES: Form<readonly string[]> = {
  expected: 'file names with commas between them',
  parse: parseFileNames,
  schema: {
    type: ['array', 'string'],
    items: { type: 'string', pattern: '^[^,/\\\\]+$' },
    minItems: 1,
  },
};
