/**
 * An explanation as people read it: a line for each step, then the answer and who made what of it.
 * Owns the words. Paths and values come from the disk and from whoever asks: nothing of them moves
 * a cursor.
 */
import type { ExplainedStep, Explanation } from './explanation.ts';
import { withoutControls } from './log-text.ts';

const STEP_WORDS: Readonly<Record<ExplainedStep['step'], string>> = {
  request: 'request',
  answerer: 'before the site',
  method: 'method',
  path: 'path',
  mount: 'mount',
  'forced-rule': 'forced rule',
  file: 'file',
  index: 'index file',
  slash: 'spelling',
  'clean-url': 'clean URL',
  rule: 'rule',
  listing: 'listing',
  shell: 'shell',
  'error-page': 'error page',
  representation: 'representation',
  precondition: 'precondition',
  range: 'range',
};

const ROLE_WORDS: Readonly<Record<string, string>> = {
  file: 'the file itself',
  rewritten: 'the file that a rule leads to',
  index: 'the index file of the folder',
  page: 'the page without its extension',
  shell: 'the shell of the application',
  'error-page': 'the page of the error',
};

/** Columns of what was tried, and of a field line; what is longer pushes the rest to the right. */
const MOST_TRIED = 60;
const MOST_FIELD = 64;

/** The text, with its line end. */
export function renderExplanation({ request, steps, answer }: Explanation): string {
  const { status, reasonPhrase, answeredBy, served, coding, caching, fields, removed } = answer;
  const phrase = reasonPhrase === '' ? '' : ` ${reasonPhrase}`;
  const facts: [string, string][] = [
    ['answered by', answeredBy],
    ...(served === null
      ? []
      : [
          ['file', `${served.path}, ${ROLE_WORDS[served.role] ?? served.role}`] as [string, string],
        ]),
    ['coding', coding ?? 'none'],
    [
      'caches',
      caching.value === null
        ? 'nothing is said of them'
        : `${caching.value}, since ${caching.because}`,
    ],
  ];
  return [
    `${request.method} ${request.target}`,
    '',
    ...rows(steps.map(({ step, tried, result }) => [STEP_WORDS[step], tried, result])),
    '',
    `${status}${phrase}`,
    '',
    ...rows(facts),
    '',
    ...rows(
      [
        ...fields.map(({ name, value, setBy }) => [`${name}: ${value}`, setBy]),
        ...removed.map(({ name, removedBy }) => [`without ${name}`, removedBy]),
      ],
      MOST_FIELD,
    ),
    '',
  ].join('\n');
}

/** Rows in columns, each as wide as its widest text. */
function rows(cells: readonly (readonly string[])[], most = MOST_TRIED): string[] {
  const shown = cells.map((row) => row.map(withoutControls));
  const widths: number[] = [];
  for (const row of shown) {
    for (const [at, text] of row.entries()) {
      if (text.length <= most) widths[at] = Math.max(widths[at] ?? 0, text.length);
    }
  }
  return shown.map((row) => {
    const last = row.length - 1;
    const padded = row.map((text, at) => (at === last ? text : text.padEnd(widths[at] ?? 0)));
    return `  ${padded.join('  ')}`.trimEnd();
  });
}
