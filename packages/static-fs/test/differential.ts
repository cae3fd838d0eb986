// What two readers make of the same inputs, side by side, and the clauses that part them. A
// difference counts as explained only if the clauses, applied to what the other one says, give
// exactly what we say; they are applied to all inputs, not only to those that differ.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';

/** A rule that we follow and the other one does not. */
export interface Reason<Input> {
  readonly name: string;
  readonly clause: string;
  /** One sentence: what the clause says, and what the other one does. */
  readonly sentence: string;
  /**
   * Says what the clause makes of an input: the answer itself, or another input, with which the
   * other one gives the right answer.
   *
   * @param theirs - What the other one answers to the input.
   * @returns `undefined` where the clause has nothing to say.
   */
  mend(
    input: Input,
    theirs: string,
  ): { readonly answer: string } | { readonly ask: Input } | undefined;
}

/** Two readers, and what they are given to read. */
export interface Comparison<Input> {
  /** The name of the list, without its extension. */
  readonly name: string;
  /** What is compared with what. */
  readonly title: string;
  readonly inputs: readonly Input[];
  readonly generated: fc.Arbitrary<Input>;
  readonly generatedCount: number;
  describe(input: Input): string;
  theirs(input: Input): string;
  ours(input: Input): string;
  /** In the order in which they are applied. */
  readonly reasons: readonly Reason<Input>[];
}

/** One input on which the two are not of one mind. */
interface Difference {
  readonly input: string;
  readonly theirs: string;
  readonly ours: string;
  /** Names of the reasons, at least one: the deciding ones, in the order of application. */
  readonly reasons: readonly string[];
}

/** What came of a comparison. */
export interface Survey {
  readonly comparedByHand: number;
  readonly byHand: readonly Difference[];
  readonly comparedGenerated: number;
  readonly generated: readonly Difference[];
  /** Inputs on which the reasons do not lead to what we say. */
  readonly unexplained: readonly string[];
}

const SEED = 9110;

/**
 * Reads field values from a text file, one a line. `#` begins a comment, `(empty)` is the empty
 * value, `\t` is HTAB and `\xNN` an octet.
 */
export function readFieldValues(name: string): string[] {
  const text = readFileSync(new URL(`differential/${name}.txt`, import.meta.url), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => (line === '(empty)' ? '' : line))
    .map((line) => line.replaceAll('\\t', '\t'))
    .map((line) =>
      line.replace(/\\x([0-9a-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))),
    );
}

/** Compares all inputs of a comparison, written and generated. */
export function compare<Input>(comparison: Comparison<Input>): Survey {
  const unexplained: string[] = [];
  const differencesOf = (inputs: readonly Input[]): Difference[] =>
    inputs.flatMap((input) => {
      const [theirs, ours] = [comparison.theirs(input), comparison.ours(input)];
      const { answer, reasons } = explain(comparison, input);
      const difference = { input: comparison.describe(input), theirs, ours, reasons };
      if (answer !== ours) {
        unexplained.push(
          `${difference.input}: ${theirs}, mended (${reasons.join('; ')}) ${answer}, ours ${ours}`,
        );
      }
      return theirs === ours ? [] : [difference];
    });
  const numRuns = comparison.generatedCount;
  return {
    comparedByHand: comparison.inputs.length,
    byHand: differencesOf(comparison.inputs),
    comparedGenerated: numRuns,
    generated: differencesOf(fc.sample(comparison.generated, { seed: SEED, numRuns })),
    unexplained,
  };
}

/** What the other one would answer if it followed all reasons, and which of them mattered. */
function explain<Input>(
  comparison: Comparison<Input>,
  input: Input,
): { answer: string; reasons: string[] } {
  let asked = input;
  let answer = comparison.theirs(input);
  const deciding: string[] = [];
  for (const reason of comparison.reasons) {
    const mended = reason.mend(asked, answer);
    if (mended === undefined) continue;
    const next = 'answer' in mended ? mended.answer : comparison.theirs(mended.ask);
    if (next !== answer) deciding.push(reason.name);
    answer = next;
    if ('answer' in mended) break;
    asked = mended.ask;
  }
  return { answer, reasons: deciding };
}

/** Writes the list of differences. */
export function render<Input>(
  { title, reasons }: Comparison<Input>,
  { comparedByHand, byHand, comparedGenerated, generated }: Survey,
): string {
  const rows = reasons.map(({ name, clause, sentence }) => {
    const counts = [byHand, generated].map((all) => String(ofReason(all, name).length));
    return row([name, clause, sentence, ...counts]);
  });
  const groups = reasons.map(({ name, clause }) => {
    const differences = ofReason(byHand, name).map(({ input, theirs, ours, reasons: all }) =>
      row([code(input), theirs, ours, all.slice(1).join('; ')]),
    );
    const head = `## ${name} (${clause})\n\n| input | theirs | ours | also |\n| --- | --- | --- | --- |`;
    return [head, ...differences].join('\n');
  });
  return `# Differences: ${title}

Made by \`differential.test.ts\`. ${comparedByHand} inputs written by hand, ${byHand.length} judged differently; ${comparedGenerated} generated ones, ${generated.length} judged differently. A difference counts for the first reason that decides it, and \`also\` names the others.

| reason | clause | what it says | by hand | generated |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

${groups.join('\n\n')}
`;
}

function ofReason(differences: readonly Difference[], name: string): readonly Difference[] {
  return differences.filter(({ reasons }) => reasons[0] === name);
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** A code span, in which no octet hides. */
function code(text: string): string {
  const visible = text.replace(/[^\x20-\x7e]/g, (char) => {
    return `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return visible === '' ? '(empty)' : `\`${visible}\``;
}
