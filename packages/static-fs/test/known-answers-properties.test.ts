// That nobody can tell whether whole answers are kept: a site that keeps them beside one that keeps
// none, of the same files, asked the same whatever becomes of those. Neither believes what it saw for
// any time, so that the two have to agree at once.

import fc from 'fast-check';
import { expect, it } from 'vitest';

import { cachedFileSource } from '../src/cached-file-source.ts';
import {
  createStaticSite,
  type FileSource,
  LastAnswer,
  type RouteRules,
  type RuleFiles,
  type SiteRules,
  type StaticRequest,
  type StaticResponse,
} from '../src/index.ts';
import { QuickFileSource } from './cached-model.ts';
import { readAll } from './exchange.ts';

const EPOCH_MS = Date.UTC(2030, 0);
const DAY_MS = 86_400_000;
const NAMES = [
  'a.txt',
  'a.txt.gz',
  'a.txt.br',
  'a',
  'a.html',
  'b.png',
  'index.html',
  'index.htm',
  'd/index.html',
  'd/a.txt',
  'd',
  'd.html',
  '404.html',
  '_rules',
];
const PATHS = [
  ...NAMES.map((name) => `/${name}`),
  '/',
  '/d/',
  '/a/',
  '/d/index',
  '/%61.txt',
  '/%62.png',
  '/d/%61.txt',
  '/none',
];

/** What the first letter of a file of rules says. */
const RULES: Readonly<Record<string, Partial<RouteRules>>> = {
  away: {
    forced: ({ path }) =>
      path.segments.at(-1) === 'a.txt'
        ? { kind: 'redirect-to', status: 302, location: '/b.png' }
        : undefined,
  },
  query: {
    forced: ({ query }) =>
      query === 'q' ? { kind: 'rewrite', path: '/b.png', status: 200, role: 'file' } : undefined,
  },
  shell: {
    unforced: () => ({ kind: 'rewrite', path: '/a.html', status: 200, role: 'shell' }),
  },
  host: {
    forced: ({ fields }) =>
      fields.get('Host') === 'old'
        ? { kind: 'redirect-to', status: 301, location: '/a' }
        : undefined,
  },
  language: {
    unforced: ({ fields }) => ({
      kind: 'rewrite',
      path: fields.get('accept-language') === 'de' ? '/a.html' : '/b.png',
      status: 200,
      role: 'file',
    }),
  },
  cookie: {
    forced: ({ fields }) =>
      fields.get('Cookie') === 'x=1'
        ? { kind: 'rewrite', path: '/a.html', status: 200, role: 'file' }
        : undefined,
  },
  onward: {
    unforced: ({ path, query }) => ({
      kind: 'redirect-to',
      status: 308,
      location: `/d/${path.segments.length}?${query}`,
    }),
  },
  gone: {
    unforced: () => ({ kind: 'rewrite', path: '/a.html', status: 410, role: 'file' }),
    fieldsFor: (_, { status }) => ({ set: [['X-Status', `${status}`]], remove: new Set<string>() }),
  },
  fields: {
    fieldsFor: ({ fields }) =>
      fields.get('Accept') === undefined
        ? undefined
        : { set: [['X-Rule', 'yes']], remove: new Set<string>() },
  },
};

const rules: RuleFiles = {
  names: ['_rules'],
  compile([content]) {
    const text = content instanceof Uint8Array ? Buffer.from(content).toString() : '';
    const said = RULES[text.split(' ', 1)[0] ?? ''];
    const silent = {
      forced: () => undefined,
      unforced: () => undefined,
      fieldsFor: () => undefined,
    };
    return { ...silent, ...said };
  },
};

const anySite: fc.Arbitrary<SiteRules> = fc.record({
  index: fc.constantFrom(['index.html'], ['index.htm', 'index.html'], []),
  cleanUrls: fc.constantFrom(
    false,
    true,
    ({ segments }: { segments: readonly string[] }) => segments[0] !== 'd',
  ),
  trailingSlash: fc.constantFrom('auto', 'always', 'never', 'ignore'),
  base: fc.constantFrom('/', '/', '/', '/d/'),
  shell: fc.constantFrom(undefined, 'a.html'),
  rules: fc.constantFrom(undefined, rules),
  etag: fc.constantFrom('auto', 'stat', 'content', 'off'),
  precompressed: fc.boolean(),
  compress: fc.boolean(),
  errorPages: fc.boolean(),
  maxRanges: fc.constantFrom(0, 16),
});

const VALUES: Readonly<Record<string, readonly string[]>> = {
  'Accept-Encoding': [
    'gzip',
    'br',
    'gzip, br',
    'br;q=0.1, gzip',
    'identity;q=0',
    'identity;q=0, gzip',
    '*',
    'gzip;q=',
    '',
    'gzip;q=0.5, identity;q=1',
  ],
  Accept: ['text/html', '*/*', 'application/json'],
  'Accept-Language': ['de', 'en', 'x'.repeat(200)],
  Host: ['old', 'new'],
  Cookie: ['x=1', 'x=2'],
  'Sec-Fetch-Mode': ['navigate', 'cors'],
  Range: ['bytes=0-0', 'bytes=-1', 'bytes=9999999-', 'x=1', ''],
  'If-Range': ['"x"', 'Tue, 01 Jan 2030 00:00:00 GMT'],
  'If-Match': ['*', '"x"'],
  'If-None-Match': ['*', '"x"', ''],
  'If-Modified-Since': ['Tue, 01 Jan 2030 00:00:00 GMT', 'junk'],
  'If-Unmodified-Since': ['Sat, 01 Jan 2000 00:00:00 GMT', 'Tue, 01 Jan 2030 00:00:00 GMT'],
};
type Sent = Readonly<Record<string, string | undefined>>;
const valueOf = (name: string): fc.Arbitrary<string | undefined> =>
  fc.constantFrom(undefined, ...(VALUES[name] ?? []));
const anyField: fc.Arbitrary<Sent> = fc
  .constantFrom(...Object.keys(VALUES))
  .chain((name) => valueOf(name).map((value) => ({ [name]: value })));

// They ask for a whole file: else hardly any answer would be a known one.
const anyRequest = fc.record({
  path: fc.constantFrom(...PATHS),
  fields: fc.record<Sent>({
    'Accept-Encoding': valueOf('Accept-Encoding'),
    Accept: valueOf('Accept'),
    'Sec-Fetch-Mode': valueOf('Sec-Fetch-Mode'),
    'If-None-Match': fc.constantFrom(undefined, undefined, '*'),
  }),
});
/** In what another request for the same path differs. */
interface Twist {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly field?: Sent;
  readonly setBackMs?: number;
}
const anyTwist: fc.Arbitrary<Twist> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ field: anyField }) },
  { weight: 1, arbitrary: fc.record({ method: fc.constantFrom('HEAD', 'OPTIONS', 'PUT') }) },
  { weight: 1, arbitrary: fc.record({ query: fc.constantFrom('q', '') }) },
  { weight: 1, arbitrary: fc.record({ path: fc.constantFrom('*', '', 'a.txt') }) },
  { weight: 1, arbitrary: fc.record({ setBackMs: fc.constant(500 * DAY_MS) }) },
);
// A handful that is asked again and again.
const anyAskers = fc.array(anyRequest, { minLength: 2, maxLength: 5 });

const anyStep = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      write: fc.constantFrom(...NAMES),
      count: fc.constantFrom(1, 1, 200),
      ageMs: fc.constantFrom(...Array.from({ length: 8 }, () => 400 * DAY_MS), 0, -DAY_MS),
    }),
  },
  { weight: 1, arbitrary: fc.record({ remove: fc.constantFrom(...NAMES) }) },
  { weight: 1, arbitrary: fc.record({ rule: fc.constantFrom(...Object.keys(RULES), 'none') }) },
  { weight: 1, arbitrary: fc.record({ waitMs: fc.constantFrom(1, 3000) }) },
  { weight: 1, arbitrary: fc.record({ isQuick: fc.boolean() }) },
  { weight: 12, arbitrary: fc.record({ asker: fc.nat(4), times: fc.constantFrom(1, 3, 4) }) },
  { weight: 4, arbitrary: fc.record({ asker: fc.nat(4), otherwise: anyTwist }) },
);

/** The value of a field, whose name is in any case. */
function sentAs(sent: Sent, name: string): string | undefined {
  return Object.entries(sent).find(
    ([sentName]) => sentName.toLowerCase() === name.toLowerCase(),
  )?.[1];
}

/** All that can be told of an answer. */
async function told({ status, fields, content, served, effect }: StaticResponse): Promise<unknown> {
  const octets = content && (await readAll(content)).toString('latin1');
  await content?.close();
  return { status, fields, octets, served, effect };
}

/** The same memory, which keeps no answers. */
function forgetful(source: FileSource): FileSource {
  return {
    open: (segments) => source.open(segments),
    peek: (segments) => source.peek?.(segments),
    grow: (version, octets) => source.grow?.(version, octets) ?? false,
  };
}

it('whole answers are given to those who would be given the same without', async () => {
  let knownCount = 0;
  const run = async (
    options: SiteRules,
    askers: readonly (typeof anyRequest extends fc.Arbitrary<infer Asked> ? Asked : never)[],
    steps: readonly (typeof anyStep extends fc.Arbitrary<infer Step> ? Step : never)[],
  ): Promise<void> => {
    const disk = new QuickFileSource();
    disk.hasSettled = true;
    const clock = { nowMs: 10_000, setBackMs: 0 };
    const now = (): number => EPOCH_MS + clock.nowMs - clock.setBackMs;
    const remembering = (): FileSource =>
      cachedFileSource(disk, { now: () => clock.nowMs, freshMs: 0 });
    const site = createStaticSite({ source: remembering(), now, ...options });
    const other = createStaticSite({ source: forgetful(remembering()), now, ...options });
    const last = new LastAnswer();
    let writes = 0;
    const write = (path: string, text: string, ageMs: number): void => {
      // A name is that of a file or of a folder.
      for (const name of disk.files.keys()) {
        if (name.startsWith(`${path}/`) || path.startsWith(`${name}/`)) disk.files.delete(name);
      }
      const mtimeMs = EPOCH_MS - ageMs + (writes += 1);
      disk.files.set(path, { text, mtimeMs, identity: String(writes) });
    };
    for (const name of NAMES) write(name, `${name} `.repeat(300), 400 * DAY_MS);
    for (const step of steps) {
      if ('write' in step) write(step.write, `${writes} `.repeat(step.count), step.ageMs);
      else if ('remove' in step) disk.files.delete(step.remove);
      else if ('rule' in step) write('_rules', `${step.rule} ${writes}`, DAY_MS);
      else if ('waitMs' in step) clock.nowMs += step.waitMs;
      else if ('isQuick' in step) disk.isQuick = step.isQuick;
      else {
        const asker = askers[step.asker % askers.length]!;
        const twist: Twist = 'otherwise' in step ? step.otherwise : {};
        const { method = 'GET', query, setBackMs = 0 } = twist;
        const path = twist.path ?? (options.base ?? '/').slice(0, -1) + asker.path;
        const sent: Sent = { ...asker.fields, ...twist.field };
        clock.setBackMs = setBackMs;
        const times = 'times' in step ? step.times : 1;
        const fields = { get: (name: string) => sentAs(sent, name) };
        const request: StaticRequest = { method, path, query, fields };
        for (let count = 0; count < times; count += 1) {
          const asked = count % 2 === 0 ? request : { ...request, last };
          const response = await site.respond(asked);
          if (response.memo !== undefined) knownCount += 1;
          expect(await told(response)).toEqual(await told(await other.respond(request)));
        }
      }
    }
  };
  const steps = fc.array(anyStep, { minLength: 30, maxLength: 100 });
  await fc.assert(fc.asyncProperty(anySite, anyAskers, steps, run), { numRuns: 300 });
  expect(knownCount).toBeGreaterThan(1000);
});
