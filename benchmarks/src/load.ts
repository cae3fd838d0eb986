/**
 * What a load generator says at its end, read: wrk (octets in powers of 1024, counts in powers of
 * 1000, times from microseconds to hours) and h2load. Pure.
 */

/** A turn. */
export interface Load {
  /** How long it was, by the load generator's own clock. */
  readonly seconds: number;
  readonly requestsPerSecond: number;
  readonly octetsPerSecond: number;
  readonly requests: number;
  /** Statuses from 400. */
  readonly failures: number;
  /** Connections that failed, reads, writes, and answers that did not come in time. */
  readonly socketErrors: number;
  readonly latencyMs?: { readonly half: number; readonly most: number };
}

const BINARY: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1024,
  MB: 1024 ** 2,
  GB: 1024 ** 3,
  TB: 1024 ** 4,
};
const COUNTS: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9 };
const MILLIS: Readonly<Record<string, number>> = {
  us: 1e-3,
  ms: 1,
  s: 1e3,
  m: 6e4,
  h: 3.6e6,
};

function scaled(text: string, units: Readonly<Record<string, number>>): number {
  const match = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(text);
  const unit = units[match?.[2] ?? ''];
  if (match === null || unit === undefined) {
    throw new Error(`expected a number with a unit (${Object.keys(units).join(' ')}), got ${text}`);
  }
  return Number(match[1]) * unit;
}

/** Octets, as in `8.91MB`. */
export function readOctets(text: string): number {
  return scaled(text, BINARY);
}

/** A count, as in `36.53k`. */
export function readCount(text: string): number {
  return scaled(text, COUNTS);
}

/** Milliseconds, as in `64.12us`. */
export function readMillis(text: string): number {
  return scaled(text, MILLIS);
}

function found(pattern: RegExp, output: string, what: string): RegExpExecArray {
  const match = pattern.exec(output);
  if (match === null) throw new Error(`expected ${what}, got:\n${output.trim()}`);
  return match;
}

/** @throws Error where it is not what wrk says when it has run */
export function readWrk(output: string): Load {
  const total = found(/(\S+) requests in (\S+), (\S+) read/, output, "wrk's total");
  const [, requests = '', time = '', octets = ''] = total;
  const seconds = readMillis(time) / 1000;
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(
    output,
  );
  const failures = /Non-2xx or 3xx responses: (\d+)/.exec(output)?.[1] ?? '0';
  const half = /^\s+50%\s+(\S+)/m.exec(output)?.[1];
  const most = /^\s+99%\s+(\S+)/m.exec(output)?.[1];
  return {
    seconds,
    requests: readCount(requests),
    requestsPerSecond: readCount(found(/Requests\/sec:\s+(\S+)/, output, 'requests')[1] ?? ''),
    octetsPerSecond: readOctets(octets) / seconds,
    failures: Number(failures),
    socketErrors: (errors ?? []).slice(1).reduce((sum, count) => sum + Number(count), 0),
    ...(half === undefined || most === undefined
      ? {}
      : { latencyMs: { half: readMillis(half), most: readMillis(most) } }),
  };
}

/** @throws Error where it is not what h2load says when it has run */
export function readH2load(output: string): Load {
  const finished = found(/finished in (\S+), (\S+) req\/s, (\S+)\/s/, output, "h2load's total");
  const [, time = '', perSecond = '', octets = ''] = finished;
  const requests = found(
    /requests: \d+ total, \d+ started, (\d+) done, (\d+) succeeded, \d+ failed, (\d+) errored, (\d+) timeout/,
    output,
    "h2load's requests",
  );
  const [, done, succeeded, errored, late] = requests.map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const codes = found(/status codes: \d+ 2xx, \d+ 3xx, (\d+) 4xx, (\d+) 5xx/, output, 'statuses');
  return {
    seconds: readMillis(time) / 1000,
    requests: done,
    requestsPerSecond: readCount(perSecond),
    octetsPerSecond: readOctets(octets),
    failures: Number(codes[1]) + Number(codes[2]),
    socketErrors: Math.max(errored + late, done - succeeded - Number(codes[1]) - Number(codes[2])),
  };
}

/** Why a turn does not count; undefined where it does. */
export function faultOfLoad(load: Load, expectedStatus: number): string | undefined {
  const { requests, octetsPerSecond, failures, socketErrors } = load;
  if (socketErrors > 0) return `${socketErrors} socket errors or answers too late`;
  if (octetsPerSecond === 0) return 'nothing was answered';
  if (expectedStatus < 400 && failures > 0) return `${failures} answers with statuses from 400`;
  if (expectedStatus >= 400 && failures < requests) {
    return `${requests - failures} answers with statuses below 400`;
  }
  return undefined;
}
