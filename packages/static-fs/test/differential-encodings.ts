// Accept-Encoding against `negotiator`, which Express and `compression` choose with: the weights,
// and the order in which a site looks for siblings. RFC 9110 §8.4.1, §12.4.2, §12.5.3.

import fc from 'fast-check';
import Negotiator from 'negotiator';

import { codingsFor } from '../src/content-coding.ts';
import { parseAcceptEncoding } from '../src/index.ts';
import { type Comparison, readFieldValues, type Reason } from './differential.ts';

interface EncodingsInput {
  readonly field: string | undefined;
  /** Whether they are told which coding the server prefers at equal weights. */
  readonly prefers: boolean;
}

/** What their types do not say yet. */
interface Choice {
  encodings(
    available: readonly string[],
    options: { readonly preferred: readonly string[] | undefined },
  ): string[];
}

const AVAILABLE = ['br', 'zstd', 'gzip', 'identity'];
const VOID = 'as if not sent';
const NONE = 'none';

const FIELDS = [undefined, ...readFieldValues('accept-encoding')];

function theirs(input: EncodingsInput): string {
  const headers = input.field === undefined ? {} : { 'accept-encoding': input.field };
  const preferred = input.prefers ? AVAILABLE : undefined;
  const choice = new Negotiator({ headers }) as Choice;
  return choice.encodings(AVAILABLE, { preferred }).join(', ') || NONE;
}

function ours({ field }: EncodingsInput): string {
  const weights = field === undefined ? undefined : parseAcceptEncoding(field);
  if (weights === undefined) return VOID;
  const acceptable = AVAILABLE.filter((name) => weights.of(name) > 0);
  return acceptable.toSorted((a, b) => weights.of(b) - weights.of(a)).join(', ') || NONE;
}

// The grammar once more, by other means than ours.
const QVALUE = '(?:0(?:\\.\\d{0,3})?|1(?:\\.0{0,3})?)';
const MEMBER = `[\\w!#$%&'*+.^\`|~-]+(?:[\\t ]*;[\\t ]*[qQ]=${QVALUE})?`;
const LIST = new RegExp(`^(?:[\\t ]*(?:${MEMBER})?[\\t ]*(?:,|$))*$`);

function membersOf(field: string): { name: string; weight: number }[] {
  const texts = field.split(',').map((text) => text.trim());
  return texts.flatMap((text) => {
    const [name = '', weight] = text.toLowerCase().split(/[\t ]*;[\t ]*q=/);
    return name === '' ? [] : [{ name, weight: Number(weight ?? 1) }];
  });
}

function fieldOf(members: readonly { name: string; weight: number }[]): string {
  return members.map(({ name, weight }) => `${name};q=${weight}`).join(', ');
}

const reasons: readonly Reason<EncodingsInput>[] = [
  {
    name: 'No field',
    clause: 'RFC 9110 §12.5.3',
    sentence:
      'Without the field any coding is acceptable, and the caller may choose: we send the file as it is. They say that identity alone is.',
    mend: ({ field }) => (field === undefined ? { answer: VOID } : undefined),
  },
  {
    name: 'A field that is none',
    clause: 'RFC 9110 §12.5.3, §12.4.2, §12.4.1',
    sentence:
      'One member that is not in the grammar voids the field: without it the rest would say something else, and to ignore a preference is always allowed. They read what they can, `q=1.5` and `q=0.5x` too.',
    mend: ({ field = '' }) => (LIST.test(field) ? undefined : { answer: VOID }),
  },
  {
    name: 'Equal weights',
    clause: 'RFC 9110 §12.5.3',
    sentence:
      'The order of a list says nothing, so the order of the server counts. They go by the order of the list, but when told the order of the server.',
    mend: (input) => ({ ask: { ...input, prefers: true } }),
  },
  {
    name: 'x-gzip',
    clause: 'RFC 9110 §8.4.1.3',
    sentence: 'A recipient should take it for gzip. They take it for another coding.',
    mend({ field = '', prefers }) {
      const members = membersOf(field).map(({ name, weight }) => {
        return { name: name === 'x-gzip' ? 'gzip' : name, weight };
      });
      return { ask: { field: fieldOf(members), prefers } };
    },
  },
  {
    name: 'Named twice',
    clause: 'RFC 9110 §12.5.3, §12.4.2',
    sentence:
      'No clause says which of two weights counts; 0 is "not acceptable", so the lower one is safe. They take the higher one.',
    mend({ field = '', prefers }) {
      const ascending = membersOf(field).toSorted((a, b) => a.weight - b.weight);
      const lowest = ascending.filter(({ name }, at) => {
        return ascending.findIndex((other) => other.name === name) === at;
      });
      return { ask: { field: fieldOf(lowest), prefers } };
    },
  },
];

const pieces = 'gzip br zstd identity * x-gzip ; ;q= ;q=0 ;q=0.5 q , , , = 0.5 1 2 . "'.split(' ');
const weight = fc.constantFrom(
  '',
  '',
  ';q=0',
  ';q=1',
  ';q=0.5',
  ' ; q=0.25',
  ';q=0.001',
  ';q=0.999',
);
const coding = fc.constantFrom('gzip', 'br', 'zstd', 'identity', '*', 'x-gzip', 'deflate', 'GZIP');
const generated = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .array(fc.tuple(coding, weight), { maxLength: 5 })
      .map((members) => members.map((parts) => parts.join('')).join(', ')),
  },
  {
    weight: 1,
    arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((all) => all.join('')),
  },
);

const common = {
  inputs: FIELDS.map((field) => ({ field, prefers: false })),
  generated: generated.map((field) => ({ field, prefers: false })),
  generatedCount: 10_000,
  describe: ({ field }: EncodingsInput) => field ?? '(no field)',
  reasons,
};

/** Accept-Encoding against `negotiator`. */
export const encodings: Comparison<EncodingsInput> = {
  ...common,
  name: 'negotiator-encodings',
  title: '`negotiator` and `parseAcceptEncoding()`, for br, zstd, gzip and identity',
  theirs,
  ours,
};

/** The codings before identity: those for which there is anything to look for. */
function beforeIdentity(answer: string): string {
  if (answer === VOID) return NONE;
  return answer.replace(/(?:^|, )identity.*/, '') || NONE;
}

/** The siblings that a site looks for, against the codings that `negotiator` puts before none. */
export const siteCodings: Comparison<EncodingsInput> = {
  ...common,
  name: 'negotiator-siblings',
  title: 'the siblings that a site looks for, and what `negotiator` puts before identity',
  theirs: (input) => beforeIdentity(theirs(input)),
  ours: ({ field }) => codingsFor(field).join(', ') || NONE,
  reasons: reasons
    .filter(({ name }) => name !== 'No field')
    .map((reason) => ({
      ...reason,
      mend(input, answer) {
        const mended = reason.mend(input, answer);
        return mended && 'answer' in mended ? { answer: beforeIdentity(mended.answer) } : mended;
      },
    })),
};
