/**
 * `pnpm --filter pws-cli bench`: what a thousand rules cost a request, next to asking them one by
 * one with regular expressions, in one process.
 *
 * `--rounds N` (default 11), `--ours` leaves the others out, for a profile.
 */
import { parseArgs } from 'node:util';
import { Fields } from '@pws/http-wire';
import { createFieldRules } from '../src/field-rules.ts';
import { parseHeadersFile } from '../src/headers-file.ts';
import { parseRedirectsFile } from '../src/redirects-file.ts';
import type { RouteQuestion, SitePath } from '@pws/static-fs';
import { parseJson } from '../src/json-text.ts';
import { createRouteRules } from '../src/route-rules.ts';
import { compileServeJson, createServeRoutes } from '../src/serve-json-rules.ts';
import { readServeJson } from '../src/serve-json.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '11' },
    ours: { type: 'boolean', default: false },
  },
});

/** Six shapes of paths, as sites have them after some years. */
const SHAPES: readonly ((index: number) => string)[] = [
  (index) => `/old/page-${index}`,
  (index) => `/blog/${2000 + (index % 25)}/${index % 12}/post-${index}`,
  (index) => `/docs/v${index}/*`,
  (index) => `/shop/${index}/:product`,
  (index) => `/team-${index}/:name/photos/*`,
  (index) => `/campaign-${index}-*`,
];
const PATTERNS = Array.from({ length: 1000 }, (_, index) =>
  (SHAPES[index % SHAPES.length] as (index: number) => string)(index),
);

/** What is asked for: some of each shape, and what no rule is for, which is most. */
const PATHS = [
  '/old/page-600',
  '/blog/2007/7/post-607',
  '/docs/v602/guide/start.html',
  '/shop/603/blue-shirt',
  '/team-604/ada/photos/2026/1.jpg',
  '/campaign-605-summer',
  '/',
  '/index.html',
  '/about',
  '/assets/index-B1x2C3d4.js',
  '/assets/index-D4e5F6g7.css',
  '/images/photos/2026/11/29/a-long-name-for-a-picture.webp',
  '/docs/guide/start.html',
  '/blog/2026/11/a-post',
  '/api/v1/things/12345/parts/67890',
  '/favicon.ico',
];

const fields = Fields.from([['Host', 'site.example']]);
const questions: readonly RouteQuestion[] = PATHS.map((text) => {
  const segments = text.split('/').filter((segment) => segment !== '');
  const path: SitePath = { kind: 'site-path', segments, endsWithSlash: text.endsWith('/') };
  return { method: 'GET', path, query: undefined, fields };
});

const redirects = PATTERNS.map(
  (from, index) => `${from} /new/${index} ${index % 2 ? 301 : '301!'}`,
);
const headers = PATTERNS.map((from, index) => `${from}\n  X-Rule: ${index}`);
const routes = createRouteRules(parseRedirectsFile(redirects.join('\n'), 'netlify').rules, {
  file: '_redirects',
});
const effects = createFieldRules(parseHeadersFile(headers.join('\n'), 'netlify').rules, {
  merge: 'override',
  fileOf: () => '_headers',
});

const served = createServeRoutes(rulesOfServeJson(), { file: 'serve.json' });

/** The same as globs and as sources with names. */
function rulesOfServeJson(): ReturnType<typeof compileServeJson>['rules'] {
  const all = PATTERNS.map((from, index) => ({
    source: from.replaceAll('*', from.includes(':') ? ':rest*' : '**'),
    destination: `/new/${index}`,
  }));
  const text = JSON.stringify({ redirects: all });
  const tree = parseJson(text, []);
  if (tree === undefined) throw new Error('expected JSON');
  return compileServeJson(readServeJson(tree, text, []), 'serve.json').rules;
}

const expressions = PATTERNS.map((from) => {
  const parts = from.replaceAll('*', '(.*)').replaceAll(/:\w+/g, '([^/]+)');
  return new RegExp(`^${parts}/?$`, 'iu');
});

/** Ways to ask; each says how many of the paths have a rule. */
const WORK: readonly (readonly [name: string, run: () => number])[] = [
  [
    'redirects: both stages',
    () => count(questions, (asked) => routes.forced(asked) ?? routes.unforced(asked)),
  ],
  [
    'redirects of a serve.json',
    () => count(questions, (asked) => served.forced(asked) ?? served.unforced(asked)),
  ],
  ['fields', () => count(questions, (asked) => effects.effectOf(asked))],
  [
    'regular expressions, one by one',
    () => count(PATHS, (path) => expressions.find((expression) => expression.test(path))),
  ],
];

function count<Item>(items: readonly Item[], find: (item: Item) => unknown): number {
  let found = 0;
  for (const item of items) if (find(item) !== undefined) found++;
  return found;
}

/** Nanoseconds for a path, the median of rounds of 20 ms. */
function measure(run: () => number): number {
  const found = run();
  if (found !== SHAPES.length) throw new Error(`expected ${SHAPES.length} rules, got ${found}`);
  const figures: number[] = [];
  for (let round = 0; round < Number(values.rounds) + 2; round++) {
    const start = performance.now();
    let runs = 0;
    for (; performance.now() - start < 20; runs++) run();
    // The first rounds are those of code that is not compiled yet.
    if (round >= 2) figures.push(((performance.now() - start) * 1e6) / runs / PATHS.length);
  }
  return figures.toSorted((one, other) => one - other)[figures.length >> 1] as number;
}

console.log(
  `Node ${process.version}, ${PATTERNS.length} rules, median of ${values.rounds} rounds\n`,
);
console.log('| work | for a path |\n| --- | --- |');
for (const [name, run] of values.ours ? WORK.slice(0, 3) : WORK) {
  console.log(`| ${name} | ${measure(run).toFixed(0)} ns |`);
}
