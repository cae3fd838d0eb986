// Range against `range-parser`, which `send` and Express read it with. RFC 9110 §14.

import fc from 'fast-check';
import rangeParser from 'range-parser';

import { parseRange, resolveRanges } from '../src/index.ts';
import { type Comparison, readFieldValues, type Reason } from './differential.ts';

interface RangeInput {
  readonly text: string;
  readonly lengthBytes: number;
  /** Whether they are asked to put ranges together that overlap or touch. */
  readonly combine: boolean;
}

const WHOLE = 'whole';
const UNSATISFIABLE = '416';
const MAX = Number.MAX_SAFE_INTEGER;
const LENGTHS = [0, 1, 10, 10_000, 2 ** 32 + 10];

// Numbers that are none to JavaScript, besides those of the file.
const FIELDS: readonly string[] = [
  ...readFieldValues('range'),
  ...['0-#', '#-', '-#'].map((spec) => `bytes=${spec.replace('#', '9'.repeat(400))}`),
];

// Asked not to combine, they answer otherwise only where there is something to combine.
const inputs: readonly RangeInput[] = FIELDS.flatMap((text) =>
  LENGTHS.flatMap((lengthBytes) => {
    const combined = { text, lengthBytes, combine: true };
    const asAsked = { text, lengthBytes, combine: false };
    return theirs(combined) === theirs(asAsked) ? [combined] : [combined, asAsked];
  }),
);

function theirs({ text, lengthBytes, combine }: RangeInput): string {
  const result = rangeParser(lengthBytes, text, { combine });
  if (result === -2) return WHOLE; // "syntactically invalid": `send` gives the whole file then
  if (result === -1) return UNSATISFIABLE;
  return result.map(({ start, end }) => `${start}-${end}`).join(', ');
}

function ours({ text, lengthBytes }: RangeInput): string {
  const specs = parseRange(text);
  if (specs === undefined) return WHOLE;
  const resolved = resolveRanges(specs, lengthBytes);
  if (resolved.kind !== 'ranges') return resolved.kind === 'whole' ? WHOLE : UNSATISFIABLE;
  return resolved.ranges.map(({ first, last }) => `${first}-${last}`).join(', ');
}

/** The members of a set, and what is around them; only for a field with an equals sign. */
function membersOf(text: string): string[] {
  return text.slice(text.indexOf('=') + 1).split(',');
}

function withMembers(input: RangeInput, members: readonly string[]): RangeInput {
  const unit = input.text.slice(0, input.text.indexOf('=') + 1);
  return { ...input, text: unit + members.join(',') };
}

/** First and last position or suffix length of a member that is in the grammar. */
function numbersOf(member: string): { first?: number; last?: number } {
  const [, first = '', last = ''] = /^(\d*)-(\d*)$/.exec(member) ?? [];
  const toNumber = (digits: string): number => Math.min(Number(digits), MAX);
  return {
    ...(first === '' ? {} : { first: toNumber(first) }),
    ...(last === '' ? {} : { last: toNumber(last) }),
  };
}

const reasons: readonly Reason<RangeInput>[] = [
  {
    name: 'Another unit',
    clause: 'RFC 9110 §14.2',
    sentence:
      'A server must ignore a unit that it does not understand. They read the numbers and leave the unit to the caller.',
    mend: ({ text }) => (/^bytes=/i.test(text) ? undefined : { answer: WHOLE }),
  },
  {
    name: 'A blank where there is none',
    clause: 'RFC 9110 §14.1.1, §5.6.1.2',
    sentence:
      'Blanks, SP and HTAB, stand around commas: neither after the equals sign nor around the hyphen. They remove whatever JavaScript calls white space.',
    mend({ text }) {
      const members = membersOf(text);
      const isBad = members.some((member, at) => {
        const start = at === 0 && /\S/.test(member) ? member : member.replace(/^[\t ]+/, '');
        return /\s/.test(start.replace(/[\t ]+$/, ''));
      });
      return isBad ? { answer: WHOLE } : undefined;
    },
  },
  {
    name: 'An empty member',
    clause: 'RFC 9110 §5.6.1.2',
    sentence: 'A recipient must parse and ignore empty members of a list. They void the field.',
    mend(input) {
      const members = membersOf(input.text).map((member) => member.replace(/^[\t ]+|[\t ]+$/g, ''));
      return {
        ask: withMembers(
          input,
          members.filter((member) => member !== ''),
        ),
      };
    },
  },
  {
    name: 'Last before first',
    clause: 'RFC 9110 §14.1.1, §14.2',
    sentence:
      'One invalid member makes the whole specifier invalid, and that may be ignored. They leave out the member, and answer 416 where it was the only one.',
    mend({ text }) {
      const isInvalid = membersOf(text).some((member) => {
        const { first, last } = numbersOf(member);
        return first !== undefined && last !== undefined && last < first;
      });
      return isInvalid ? { answer: WHOLE } : undefined;
    },
  },
  {
    name: 'Nothing to give a part of',
    clause: 'RFC 9110 §14.2, §14.4',
    sentence:
      'Range may be ignored, and no Content-Range can name a part of an empty representation. They answer 416, also to suffixes, which are satisfiable.',
    mend: ({ lengthBytes }) => (lengthBytes === 0 ? { answer: WHOLE } : undefined),
  },
  {
    name: 'More than sixteen',
    clause: 'RFC 9110 §14.2, §17.15',
    sentence:
      'Requests for many ranges may be ignored. They have no bound. (The heads of sixteen parts never cost more than the 4 KiB that ours has to spare.)',
    mend: ({ text }) => (membersOf(text).length > 16 ? { answer: WHOLE } : undefined),
  },
  {
    name: 'A suffix longer than the file',
    clause: 'RFC 9110 §14.1.2',
    sentence:
      'Of a representation shorter than the suffix the whole is used. They leave the suffix out, and answer 416 where it was the only range.',
    mend(input) {
      const members = membersOf(input.text).map((member) => {
        const { first, last = 0 } = numbersOf(member);
        return first === undefined && last > input.lengthBytes ? '0-' : member;
      });
      return { ask: withMembers(input, members) };
    },
  },
  {
    name: 'Ranges that overlap or touch',
    clause: 'RFC 9110 §15.3.7.2',
    sentence: 'They may become one. They do so only when asked to.',
    mend: (input) => ({ ask: { ...input, combine: true } }),
  },
  {
    name: 'The order of what became one',
    clause: 'RFC 9110 §15.3.7.2',
    sentence:
      'Parts come in the order of the field. They forget the place of a range that is within a later one.',
    mend({ text, lengthBytes }, answer) {
      const parts = rangesIn(answer);
      if (parts.length < 2) return undefined;
      const firsts = membersOf(text).map((member) => {
        const { first, last = 0 } = numbersOf(member);
        return first ?? Math.max(0, lengthBytes - last);
      });
      const placeOf = (part: { first: number; last: number }): number =>
        firsts.findIndex((first) => first >= part.first && first <= part.last);
      const ordered = parts.toSorted((a, b) => placeOf(a) - placeOf(b));
      return { answer: ordered.map(({ first, last }) => `${first}-${last}`).join(', ') };
    },
  },
];

function rangesIn(answer: string): { first: number; last: number }[] {
  if (answer === WHOLE || answer === UNSATISFIABLE) return [];
  return answer.split(', ').map((range) => {
    const [first = NaN, last = NaN] = range.split('-').map(Number);
    return { first, last };
  });
}

const position = fc.oneof(
  fc.integer({ min: 0, max: 12 }),
  fc.integer({ min: 0, max: 12_000 }),
  fc.constantFrom(2 ** 32, MAX, '99999999999999999999', '007'),
);
const ascending = fc
  .tuple(fc.nat({ max: 30 }), fc.nat({ max: 10 }))
  .map(([first, more]) => `${first}-${first + more}`);
const member = fc.oneof(
  { weight: 40, arbitrary: ascending },
  { weight: 4, arbitrary: fc.tuple(position, position).map((pair) => pair.join('-')) },
  { weight: 6, arbitrary: position.map((first) => `${first}-`) },
  { weight: 6, arbitrary: position.map((length) => `-${length}`) },
  { weight: 2, arbitrary: fc.constantFrom('', ' ', '-', '1', 'x', '1-2-3', '0 -1', '--1') },
);
const next = fc
  .tuple(fc.constantFrom(',', ',', ', ', ' ,', '\t,\t'), member)
  .map((pair) => pair.join(''));
const field = fc
  .tuple(
    fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom('bytes=', 'Bytes=') },
      { weight: 1, arbitrary: fc.constantFrom('x=', 'bytes= ', '') },
    ),
    member,
    fc.oneof(
      { weight: 30, arbitrary: fc.array(next, { maxLength: 5 }) },
      { weight: 1, arbitrary: fc.array(next, { minLength: 14, maxLength: 18 }) },
    ),
  )
  .map(([unit, first, others]) => (unit + first + others.join('')).trim());

/** Range against `range-parser`. */
export const ranges: Comparison<RangeInput> = {
  name: 'range-parser',
  title: '`range-parser` and `parseRange()` with `resolveRanges()`',
  inputs,
  generated: fc.record({
    text: field,
    lengthBytes: fc.constantFrom(...LENGTHS),
    combine: fc.boolean(),
  }),
  generatedCount: 10_000,
  describe: ({ text, lengthBytes, combine }) =>
    `${text.replace('9'.repeat(400), '99...99')} of ${lengthBytes}${combine ? '' : ', not combined'}`,
  theirs,
  ours,
  reasons,
};
