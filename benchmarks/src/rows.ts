/**
 * What is measured: one table. A row says what is asked for, how, what the answer has to be, and
 * what was promised of it.
 */
import type { Goals, Group, Unit } from './result.ts';

/** Something that a server is started with, or has to be able to do, for a row. */
export type Feature = 'tls' | 'http2' | 'gzip' | 'log' | 'rules';

/** The fields that a browser sends, without Host, which the load generator adds: 14 in all. */
const BROWSER_FIELDS: readonly (readonly [name: string, value: string])[] = [
  ['Connection', 'keep-alive'],
  ['sec-ch-ua', '"Chromium";v="130", "Not?A_Brand";v="99"'],
  ['sec-ch-ua-mobile', '?0'],
  ['sec-ch-ua-platform', '"Linux"'],
  ['Upgrade-Insecure-Requests', '1'],
  [
    'User-Agent',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36',
  ],
  ['Accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8'],
  ['Sec-Fetch-Site', 'none'],
  ['Sec-Fetch-Mode', 'navigate'],
  ['Sec-Fetch-User', '?1'],
  ['Sec-Fetch-Dest', 'document'],
  ['Accept-Encoding', 'gzip, deflate, br, zstd'],
  ['Accept-Language', 'en-GB,en;q=0.9,de;q=0.8'],
];

/** What the owner of a site says of every answer, in a file beside it or in the configuration. */
export const RULED_FIELDS: readonly (readonly [name: string, value: string])[] = [
  ['X-Frame-Options', 'DENY'],
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['Content-Security-Policy', "default-src 'self'"],
];

const KB = 1024;
const MB = 1024 * KB;

/** What every row has. */
interface RowBase {
  readonly id: string;
  readonly name: string;
  readonly group: Group;
  readonly at?: number;
  readonly unit: Unit;
  readonly goals: Goals;
  readonly features: readonly Feature[];
  /** Ids of the only servers that are asked. Default: all that can do it. */
  readonly servers?: readonly string[];
}

/** Requests as fast as they are answered. */
export interface LoadRow extends RowBase {
  readonly kind: 'load';
  readonly unit: 'requests/s' | 'octets/s';
  readonly client: 'wrk' | 'h2load';
  /** One path, or that many of the small files, at random. */
  readonly target: { readonly path: string } | { readonly files: number };
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Sends the validators of the first answer with each request. */
  readonly conditional: boolean;
  readonly connections: number;
  /** Whether what a server can reach at most is measured too. */
  readonly ceiling: boolean;
  readonly expected: {
    readonly status: number;
    /** Of the content, decoded. Default: any. */
    readonly contentBytes?: number;
    /** Default: none. */
    readonly coding?: 'gzip' | 'any';
    /** That it has to have, among others. Default: none. */
    readonly fields?: LoadRow['fields'];
  };
}

/** Connections that wait, or clients that take their time, and what they cost. */
export interface MemoryRow extends RowBase {
  readonly kind: 'idle-connections' | 'slow-readers';
  readonly unit: 'octets per connection' | 'octets';
  readonly connections: number;
}

/** From the start of the process to the first answer. */
interface StartRow extends RowBase {
  readonly kind: 'start-up';
  readonly unit: 'milliseconds';
}

/** A row of the table. */
export type Row = LoadRow | MemoryRow | StartRow;

type LoadInit = Pick<LoadRow, 'id' | 'name'> & Partial<Omit<LoadRow, 'kind'>>;

function load(init: LoadInit): LoadRow {
  return {
    kind: 'load',
    group: 'goals',
    unit: 'requests/s',
    client: 'wrk',
    goals: {},
    features: [],
    target: { path: '/1k.png' },
    fields: BROWSER_FIELDS,
    conditional: false,
    connections: 64,
    ceiling: false,
    expected: { status: 200 },
    ...init,
  };
}

function withField(name: string, value: string): LoadRow['fields'] {
  return [...BROWSER_FIELDS.filter(([other]) => other !== name), [name, value]];
}

/** A file of the site that is answered whole. */
function whole(name: string, bytes: number): Pick<LoadRow, 'target' | 'expected'> {
  return { target: { path: `/${name}.png` }, expected: { status: 200, contentBytes: bytes } };
}

const GOAL_ROWS: readonly Row[] = [
  load({
    id: '1k',
    name: '1 KB',
    ...whole('1k', KB),
    ceiling: true,
    goals: { nginx: 1.2, peers: 6 },
  }),
  load({
    id: '10k',
    name: '10 KB',
    ...whole('10k', 10 * KB),
    ceiling: true,
    goals: { nginx: 1.1, peers: 5 },
  }),
  load({
    id: '304',
    name: '304 for 10 KB',
    target: { path: '/10k.png' },
    conditional: true,
    ceiling: true,
    expected: { status: 304, contentBytes: 0 },
    goals: { nginx: 1.1, peers: 5 },
  }),
  load({
    id: '404',
    name: '404',
    target: { path: '/no-such-file.png' },
    ceiling: true,
    expected: { status: 404, coding: 'any' },
    goals: { nginx: 1.1, peers: 5 },
  }),
  load({
    id: 'range',
    name: 'a range of 1 KiB of 100 MB',
    target: { path: '/100m.png' },
    fields: withField('Range', 'bytes=50000000-50001023'),
    ceiling: true,
    expected: { status: 206, contentBytes: KB },
    goals: { nginx: 1.1, peers: 5 },
  }),
  load({
    id: '100k',
    name: '100 KB',
    ...whole('100k', 100 * KB),
    ceiling: true,
    goals: { nginx: 1.2, peers: 3 },
  }),
  load({
    id: '1m',
    name: '1 MB',
    ...whole('1m', MB),
    connections: 16,
    ceiling: true,
    goals: { nginx: 1.2, peers: 3 },
  }),
  load({
    id: '100m',
    name: '100 MB',
    ...whole('100m', 100 * MB),
    unit: 'octets/s',
    connections: 4,
    ceiling: true,
    goals: { nginx: 1.5, peers: 2 },
  }),
  load({
    id: 'gzip',
    name: '300 KB script, gzip on the fly',
    target: { path: '/300k.js' },
    features: ['gzip'],
    fields: withField('Accept-Encoding', 'gzip'),
    connections: 16,
    expected: { status: 200, contentBytes: 300 * KB, coding: 'gzip' },
    goals: { nginx: 20, peers: 20 },
  }),
  load({
    id: 'new-connection',
    name: '1 KB, a new connection for each request',
    ...whole('1k', KB),
    fields: withField('Connection', 'close'),
    ceiling: true,
    goals: { nginx: 0.9, peers: 3 },
  }),
  load({
    id: 'tls-1k',
    name: 'TLS, 1 KB',
    ...whole('1k', KB),
    features: ['tls'],
    ceiling: true,
    goals: { nginx: 1, peers: 4 },
  }),
  load({
    id: 'tls-100m',
    name: 'TLS, 100 MB',
    ...whole('100m', 100 * MB),
    unit: 'octets/s',
    features: ['tls'],
    connections: 4,
    ceiling: true,
    goals: { nginx: 1.2, peers: 4 },
  }),
  load({
    id: 'files-10000',
    name: '10,000 files of 1 KB at random',
    target: { files: 10_000 },
    expected: { status: 200, contentBytes: KB },
    goals: { nginx: 1, peers: 4 },
  }),
  load({
    id: 'http2-1k',
    name: 'HTTP/2, 1 KB (no goal)',
    ...whole('1k', KB),
    client: 'h2load',
    features: ['tls', 'http2'],
    connections: 16,
    ceiling: true,
  }),
  load({
    id: '1k-logged',
    name: '1 KB, each exchange logged to a file (no goal)',
    ...whole('1k', KB),
    features: ['log'],
  }),
  // Not one file: that would be the last answer of its connection again, whatever the rules say.
  load({
    id: '1k-rules',
    name: '1,000 files of 1 KB at random, four fields by a rule (no goal)',
    target: { files: 1000 },
    features: ['rules'],
    expected: { status: 200, contentBytes: KB, fields: RULED_FIELDS },
  }),
  {
    kind: 'idle-connections',
    id: 'idle-memory',
    name: 'memory for an idle connection',
    group: 'goals',
    unit: 'octets per connection',
    goals: { atMost: 3 * KB },
    features: [],
    connections: 2000,
  },
  {
    kind: 'slow-readers',
    id: 'slow-memory',
    name: 'memory for 100 slow readers of 100 MB (no goal)',
    group: 'goals',
    unit: 'octets',
    goals: {},
    features: [],
    connections: 100,
  },
  {
    kind: 'start-up',
    id: 'start',
    name: 'process start to first answer',
    group: 'goals',
    unit: 'milliseconds',
    goals: { node: 2 },
    features: [],
  },
];

/** The lines are of those that may be ahead; the peers have their place in the goals. */
const SCALED_SERVERS: readonly string[] = ['pws', 'nginx'];

const CONNECTION_ROWS: readonly Row[] = [1, 10, 100, 1000, 10_000].map((connections) =>
  load({
    id: `connections-${connections}`,
    name: `1 KB, ${connections.toLocaleString('en')} ${connections === 1 ? 'connection' : 'connections'}`,
    group: 'connections',
    at: connections,
    ...whole('1k', KB),
    connections,
    servers: SCALED_SERVERS,
  }),
);

const FILE_ROWS: readonly Row[] = [10, 100, 1000, 10_000, 100_000].map((files) =>
  load({
    id: `scale-files-${files}`,
    name: `${files.toLocaleString('en')} files of 1 KB`,
    group: 'files',
    at: files,
    target: { files },
    expected: { status: 200, contentBytes: KB },
    servers: SCALED_SERVERS,
  }),
);

/** Sizes of the files that are answered whole: name, octets, connections that ask for them. */
export const SIZES: readonly (readonly [name: string, bytes: number, connections: number])[] = [
  ['0', 0, 64],
  ['1k', KB, 64],
  ['10k', 10 * KB, 64],
  ['100k', 100 * KB, 64],
  ['1m', MB, 16],
  ['10m', 10 * MB, 8],
  ['100m', 100 * MB, 4],
  ['1g', 1024 * MB, 2],
];

const SIZE_NAMES: Readonly<Record<string, string>> = {
  '0': '0 octets',
  '1k': '1 KiB',
  '10k': '10 KiB',
  '100k': '100 KiB',
  '1m': '1 MiB',
  '10m': '10 MiB',
  '100m': '100 MiB',
  '1g': '1 GiB',
};

const SIZE_ROWS: readonly Row[] = SIZES.map(([name, bytes, connections]) =>
  load({
    id: `size-${name}`,
    name: `a file of ${SIZE_NAMES[name]}`,
    group: 'sizes',
    at: bytes,
    ...whole(name, bytes),
    // wrk counts whole answers, of which the largest give too few.
    unit: bytes > MB ? 'octets/s' : 'requests/s',
    connections,
    servers: SCALED_SERVERS,
  }),
);

/** All rows, in the order of the table. */
export const ROWS: readonly Row[] = [...GOAL_ROWS, ...CONNECTION_ROWS, ...FILE_ROWS, ...SIZE_ROWS];
