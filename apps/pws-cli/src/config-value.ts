/**
 * Between the value of an option and JSON, in both directions.
 * Owns that what is printed reads back to the same value: a number is written with a unit only
 * where the option's own `parse` gives the number again for it.
 */
import { type Option, joinTexts } from './option.ts';
import type { OptionName } from './options.ts';

/** What a configuration file calls an option: `head-timeout` is `headTimeout`. */
export function keyOf(name: OptionName): string {
  return name.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * The texts that would be given as flags to say what a JSON value says: one, or those of a list.
 *
 * @returns `undefined` for what no flag can say: null, objects, lists in lists
 */
export function textsOf(value: unknown): readonly string[] | undefined {
  const texts = (Array.isArray(value) ? value : [value]).map(textOf);
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

function textOf(value: unknown): string | undefined {
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
}

/** The value of texts; `undefined` where they do not fit. No texts are what some have by default. */
export function valueOfTexts(option: Option<unknown>, texts: readonly string[]): unknown {
  if (texts.length > 0) return option.parse(joinTexts(option, texts));
  const { default: standard } = option;
  return Array.isArray(standard) && standard.length === 0 ? standard : undefined;
}

/**
 * A value as JSON that reads back to it; `undefined` where there is nothing to write.
 *
 * @param texts - what it was given as, if it was: for values that are neither text, number,
 *   switch nor a list of texts
 */
export function jsonOf(
  option: Option<unknown>,
  value: unknown,
  texts: readonly string[] | undefined,
): unknown {
  if (typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return writtenNumber(option, value);
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  return option.isRepeatable === true || texts === undefined ? texts : texts[0];
}

/** The units of sizes and durations, the largest first of each. */
const UNITS: readonly (readonly [string, number])[] = [
  ['gb', 1024 ** 3],
  ['mb', 1024 ** 2],
  ['kb', 1024],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
];

function writtenNumber({ parse }: Option<unknown>, value: number): number | string {
  if (value === 0) return 0;
  for (const [unit, factor] of UNITS) {
    const text = `${value / factor}${unit}`;
    if (value % factor === 0 && parse(text) === value) return text;
  }
  return value;
}
