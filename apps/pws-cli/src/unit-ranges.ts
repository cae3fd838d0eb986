/**
 * Sets of UTF-16 code units, as patterns have them: in pairs, ascending.
 * Owns what is everything else, and which letters are one letter where case does not count, as
 * regular expressions of ECMAScript without the flag `u` have it (Canonicalize, ECMA-262 §22.2.2.7.3).
 */
import type { Ranges } from './pattern.ts';

/** A range, its ends included. */
export type UnitRange = readonly [first: number, last: number];

const LAST_UNIT = 0xffff;
const ASCII_END = 0x80;

/** The ranges in order, those that touch as one. */
export function joinRanges(ranges: readonly UnitRange[]): readonly UnitRange[] {
  const joined: [number, number][] = [];
  for (const [first, last] of ranges.toSorted(([one], [other]) => one - other)) {
    const before = joined.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else joined.push([first, last]);
  }
  return joined;
}

/** All units that are in none of the ranges. */
export function allBut(ranges: readonly UnitRange[]): readonly UnitRange[] {
  const others: UnitRange[] = [];
  let next = 0;
  for (const [first, last] of joinRanges(ranges)) {
    if (first > next) others.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= LAST_UNIT) others.push([next, LAST_UNIT]);
  return others;
}

/** The units that are in both. */
export function intersect(one: Ranges, other: Ranges): Ranges {
  return allBut([...allBut(pairsOf(one)), ...allBut(pairsOf(other))]).flat();
}

/** Flat ranges in pairs. */
function pairsOf(ranges: Ranges): readonly UnitRange[] {
  return Array.from({ length: ranges.length / 2 }, (_, index) => [
    ranges[index * 2] as number,
    ranges[index * 2 + 1] as number,
  ]);
}

/** The ranges, and every unit that differs from one of them in case alone. */
export function inAnyCase(ranges: readonly UnitRange[]): readonly UnitRange[] {
  const joined = joinRanges(ranges);
  const last = joined.at(-1);
  // Case never leads from ASCII elsewhere or back, and whoever has all of the rest has its cases.
  const hasAllOthers = last !== undefined && last[0] <= ASCII_END && last[1] === LAST_UNIT;
  const ofAscii = asciiCases(joined);
  if (last === undefined || last[1] < ASCII_END || hasAllOthers) {
    return joinRanges([...joined, ...ofAscii]);
  }
  const forms = canonicalForms();
  const wanted = new Set<number>();
  for (const [first, end] of joined) {
    for (let unit = first; unit <= end; unit++) wanted.add(forms[unit] as number);
  }
  const units: UnitRange[] = [];
  for (const [unit, form] of forms.entries()) if (wanted.has(form)) units.push([unit, unit]);
  return joinRanges(units);
}

/** The letters of ASCII, and how far the other case is. */
const LETTERS: readonly (readonly [UnitRange, number])[] = [
  [[0x41, 0x5a], 0x20],
  [[0x61, 0x7a], -0x20],
];

function asciiCases(ranges: readonly UnitRange[]): readonly UnitRange[] {
  const cases: UnitRange[] = [];
  for (const [[start, end], shift] of LETTERS) {
    for (const [first, last] of ranges) {
      const [from, to] = [Math.max(first, start), Math.min(last, end)];
      if (from <= to) cases.push([from + shift, to + shift]);
    }
  }
  return cases;
}

let forms: Uint16Array | undefined;

/** For each unit what it is compared as; made for the first pattern with a letter beyond ASCII. */
function canonicalForms(): Uint16Array {
  forms ??= Uint16Array.from({ length: LAST_UNIT + 1 }, (_, unit) => {
    const upper = String.fromCharCode(unit).toUpperCase();
    const form = upper.charCodeAt(0);
    const isOther = upper.length === 1 && !(unit >= ASCII_END && form < ASCII_END);
    return isOther ? form : unit;
  });
  return forms;
}
