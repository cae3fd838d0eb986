// Accept against `negotiator`, which Express chooses with. Weights are compared, too: theirs are
// measured, with a type that nobody has and whose weight is known. RFC 9110 §12.4.2, §12.5.1.

import fc from 'fast-check';
import Negotiator from 'negotiator';

import { parseAccept } from '../src/index.ts';
import { type Comparison, readFieldValues, type Reason } from './differential.ts';

interface AcceptInput {
  readonly field: string;
  /** What is asked for one type, where a clause leaves only a part of the field for it. */
  readonly fieldFor?: (type: string) => string;
  /** Whether they are taken by weight alone, and in the server's order where those are equal. */
  readonly byWeight: boolean;
}

const AVAILABLE = [
  'text/html',
  'application/json',
  'text/html;level=1',
  'text/html;level=1;charset=utf-8',
  'text/plain',
  'image/png',
];
const VOID = 'as if not sent';
const NONE = 'none';

function chosen(field: string, available: readonly string[]): string[] {
  return new Negotiator({ headers: { accept: field } }).mediaTypes(available);
}

/** Their weight of a type: how many of these thousandths it comes before. */
function weightOf(field: string, type: string): number {
  let weight = 0;
  for (let step = 512; step >= 1; step /= 2) {
    const next = weight + step;
    // Between two thousandths, where no weight of the grammar is.
    const probed = `${field}, probe/probe;q=${(next - 0.5) / 1000}`;
    if (chosen(probed, [type, 'probe/probe'])[0] === type) weight = next;
  }
  // More than 1, which is in no grammar, is told as 1.
  return Math.min(weight, 1000) / 1000;
}

function theirs({ field, fieldFor = () => field, byWeight }: AcceptInput): string {
  const weights = new Map(AVAILABLE.map((type) => [type, weightOf(fieldFor(type), type)]));
  const of = (type: string): number => weights.get(type) ?? 0;
  const types = byWeight
    ? AVAILABLE.filter((type) => of(type) > 0).toSorted((a, b) => of(b) - of(a))
    : chosen(field, AVAILABLE);
  return types.map((type) => `${type} ${of(type)}`).join(', ') || NONE;
}

function ours({ field }: AcceptInput): string {
  const weights = parseAccept(field);
  if (weights === undefined) return VOID;
  const acceptable = AVAILABLE.filter((type) => weights.of(type) > 0);
  const best = acceptable.toSorted((a, b) => weights.of(b) - weights.of(a));
  return best.map((type) => `${type} ${weights.of(type)}`).join(', ') || NONE;
}

// The grammar once more, by other means than ours.
const TOKEN = "[\\w!#$%&'*+.^`|~-]+";
const QUOTED = '"(?:[\\t !#-\\[\\]-~\\x80-\\xff]|\\\\[\\t -~\\x80-\\xff])*"';
const PARAMETER = `[\\t ]*;[\\t ]*(?:(?:[qQ]=(?:0(?:\\.\\d{0,3})?|1(?:\\.0{0,3})?)(?![^\\t ;,])|(?![qQ]=)${TOKEN}=(?:${TOKEN}|${QUOTED})))?`;
const RANGE = `${TOKEN}/${TOKEN}(?:${PARAMETER})*`;
const LIST = new RegExp(`^(?:[\\t ]*(?:${RANGE})?[\\t ]*(?:,|$))*$`);

interface Range {
  readonly type: string;
  readonly parameters: readonly (readonly [name: string, value: string])[];
  readonly weight: string;
}

/** The ranges of a field that is in the grammar. */
function rangesOf(field: string): Range[] {
  return (field.match(new RegExp(RANGE, 'g')) ?? []).map((text) => {
    const [type = ''] = text.split(/[\t ;]/, 1);
    const all = [...text.matchAll(new RegExp(`(${TOKEN})=(${TOKEN}|${QUOTED})`, 'g'))];
    const parameters = all.map(([, name = '', value = '']) => [name.toLowerCase(), value] as const);
    const weight = parameters.find(([name]) => name === 'q')?.[1] ?? '1';
    return {
      type: type.toLowerCase(),
      parameters: parameters.filter(([name]) => name !== 'q'),
      weight,
    };
  });
}

function fieldOf(ranges: readonly Range[]): string {
  const toText = ({ type, parameters, weight }: Range): string =>
    [type, ...parameters.map((pair) => pair.join('=')), `q=${weight}`].join(';');
  return ranges.map(toText).join(', ');
}

/** Leaves for each type the ranges that a clause leaves for it. */
function narrow(
  { field, fieldFor = () => field }: AcceptInput,
  keep: (ranges: readonly Range[]) => readonly Range[],
): { ask: AcceptInput } {
  const narrowed = (type: string): string => {
    const matching = rangesOf(fieldFor(type)).filter(
      (range) => chosen(fieldOf([{ ...range, weight: '1' }]), [type]).length > 0,
    );
    return fieldOf(keep(matching));
  };
  return { ask: { field, fieldFor: narrowed, byWeight: true } };
}

const reasons: readonly Reason<AcceptInput>[] = [
  {
    name: 'A field that is none',
    clause: 'RFC 9110 §12.5.1, §12.4.2, §12.4.1',
    sentence:
      'One member that is not in the grammar voids the field: without it the rest would say something else, and to ignore a preference is always allowed. They read what they can.',
    mend({ field }) {
      const hasTwoWeights = /;[\t ]*q=[^;,]*;[\t ]*q=/i.test(field.replace(/"[^"]*"/g, '""'));
      return LIST.test(field) && !hasTwoWeights ? undefined : { answer: VOID };
    },
  },
  {
    name: 'A field that lists nothing',
    clause: 'RFC 9110 §12.5.1, §5.6.1.2',
    sentence: 'It says of no type that it is not acceptable. They accept none then.',
    mend: ({ field }) => (/^[\t ,]*$/.test(field) ? { answer: VOID } : undefined),
  },
  {
    name: 'Equal weights',
    clause: 'RFC 9110 §12.5.1',
    sentence:
      'The order of a list says nothing, nor does how specific a range is, so the order of the server counts. They go by both.',
    mend: (input) => ({ ask: { ...input, byWeight: true } }),
  },
  {
    name: 'An asterisk for a type or a value',
    clause: 'RFC 9110 §12.5.1',
    sentence:
      'Only `*/*` and `type/*` are ranges of several types. They take `*/html` and `level=*` for such.',
    mend({ field, byWeight }) {
      const literal = rangesOf(field).filter(
        ({ type, parameters }) => !/^\*\/[^*]/.test(type) && !parameters.some(([, v]) => v === '*'),
      );
      return { ask: { field: fieldOf(literal), byWeight } };
    },
  },
  {
    name: 'An empty value',
    clause: 'RFC 9110 §5.6.6',
    sentence: 'A parameter that is empty is not one that is missing. They cannot tell.',
    mend({ field, byWeight }) {
      const full = rangesOf(field).filter(({ parameters }) => {
        return !parameters.some(([, value]) => value === '""');
      });
      return { ask: { field: fieldOf(full), byWeight } };
    },
  },
  {
    name: 'A parameter named twice',
    clause: 'RFC 6838 §4.3',
    sentence:
      'It is an error, and no clause says which of the two counts. We take the last one, they the first.',
    mend({ field, byWeight }) {
      const single = rangesOf(field).map((range) => {
        const last = [...new Map(range.parameters)];
        return { ...range, parameters: last };
      });
      return { ask: { field: fieldOf(single), byWeight } };
    },
  },
  {
    name: 'More parameters',
    clause: 'RFC 9110 §12.5.1',
    sentence:
      'The most specific range counts: that with more parameters. To them all ranges with parameters are as specific.',
    mend: (input) =>
      narrow(input, (ranges) => {
        const breadths = ranges.map(({ type }) => type.split('*').length);
        const narrowest = ranges.filter((_, at) => breadths[at] === Math.min(...breadths));
        const most = Math.max(...narrowest.map(({ parameters }) => parameters.length));
        return narrowest.filter(({ parameters }) => parameters.length === most);
      }),
  },
  {
    name: 'Two that are as specific',
    clause: 'RFC 9110 §12.5.1, §12.4.2',
    sentence:
      'No clause says which of two weights counts; 0 is "not acceptable", so the lower one is safe. They take the higher one.',
    mend: (input) =>
      narrow(input, (ranges) => {
        return ranges.toSorted((a, b) => Number(a.weight) - Number(b.weight)).slice(0, 1);
      }),
  },
];

const type = fc.constantFrom(
  'text/html',
  'text/plain',
  'application/json',
  'image/png',
  'text/*',
  '*/*',
  'a/b',
);
const parameter = fc.constantFrom(
  '',
  '',
  '',
  '',
  ';level=1',
  ';level=2',
  ';charset=utf-8',
  ';level=1;charset=utf-8',
  ';level=*',
);
const weight = fc.constantFrom('', '', ';q=0', ';q=1', ';q=0.5', ' ; q=0.25', ';q=0.001', ';q=.5');
const generated = fc
  .array(fc.tuple(type, parameter, weight), { maxLength: 5 })
  .map((members) => members.map((parts) => parts.join('')).join(', '));

/** Accept against `negotiator`. */
export const mediaTypes: Comparison<AcceptInput> = {
  name: 'negotiator-media-types',
  title: '`negotiator` and `parseAccept()`',
  inputs: readFieldValues('accept').map((field) => ({ field, byWeight: false })),
  generated: generated.map((field) => ({ field, byWeight: false })),
  generatedCount: 1000,
  describe: ({ field }) => field,
  theirs,
  ours,
  reasons,
};
