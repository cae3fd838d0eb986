/**
 * Writes what happens on connections as lines.
 * Owns the forms: `pretty` for people, `combined` for the tools that know that format, `json`
 * for all others. One line for each exchange; with `verbose` also one for each connection that
 * comes or goes and one for each request that arrives.
 */
import { createRequire } from 'node:module';
import pc from 'picocolors';
import type * as Pino from 'pino';
import type { Exchange, Observer, Peer } from './exchange.ts';
import { createJsonLines } from './json-line.ts';
import { keepParts } from './line-parts.ts';
import type { LogSink } from './log-sink.ts';
import { type Print, printable, rememberLast } from './log-text.ts';
import type { LogFormat } from './options-of-run.ts';

/** What {@link createAccessLog} needs. */
export interface AccessLogOptions {
  readonly format: Exclude<LogFormat, 'auto'>;
  readonly verbose: boolean;
  readonly sink: LogSink;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Whether `pretty` lines are coloured. */
  readonly colour: boolean;
  /** Characters of what a client sent in one field; more are cut. Default 1024. */
  readonly fieldLimit?: number | undefined;
  /** Targets whose GET and HEAD are logged with `verbose` alone: probes ask every few seconds. */
  readonly quietTargets?: ReadonlySet<string>;
}

/** Makes the line that stands where lines are missing, because they were not taken in time. */
export function createGapLine({
  format,
  now,
}: Pick<AccessLogOptions, 'format' | 'now'>): (lines: number) => string {
  const words = (lines: number): string =>
    lines === 1 ? '1 log line was dropped' : `${lines} log lines were dropped`;
  return (lines) => {
    const atMs = now();
    switch (format) {
      case 'none':
        return '';
      case 'json': {
        const time = new Date(atMs).toISOString();
        return `${JSON.stringify({ level: 'warn', time, event: 'dropped', lines })}\n`;
      }
      case 'combined':
        return `${plainMoment(words(lines), atMs)}\n`;
      case 'pretty':
        return `${clockTime(atMs)}  ${words(lines)}\n`;
    }
  };
}

/** A subscriber that writes lines. */
export function createAccessLog(options: AccessLogOptions): Partial<Observer> {
  const { quietTargets, verbose } = options;
  const log = logAs(options);
  const { exchange } = log;
  if (verbose || exchange === undefined) return log;
  if (quietTargets === undefined || quietTargets.size === 0) return log;
  const isQuiet = ({ method, target = '' }: Exchange): boolean =>
    quietTargets.has(target) && (method === 'GET' || method === 'HEAD');
  return {
    exchange(record) {
      if (!isQuiet(record)) exchange(record);
    },
  };
}

function logAs(options: AccessLogOptions): Partial<Observer> {
  switch (options.format) {
    case 'none':
      return {};
    case 'json':
      return jsonLog(options);
    case 'combined':
      return lineLog(options, combinedLog(printer(options)), plainMoment);
    case 'pretty': {
      const colours = pc.createColors(options.colour);
      return lineLog(options, prettyLog(colours, printer(options)), (text, atMs) =>
        colours.dim(`${clockTime(atMs)}  ${text}`),
      );
    }
  }
}

type Colours = ReturnType<typeof pc.createColors>;

function printer({ fieldLimit }: AccessLogOptions): Print {
  return (text) => printable(text, fieldLimit);
}

function lineLog(
  options: AccessLogOptions,
  line: (exchange: Exchange) => string,
  moment: (text: string, atMs: number) => string,
): Partial<Observer> {
  const { sink, verbose, now } = options;
  const print = printer(options);
  const exchange = (record: Exchange): void => sink.write(line(record));
  if (!verbose) return { exchange };
  const tell = (text: string): void => sink.write(`${moment(text, now())}\n`);
  return {
    exchange,
    online: (peer) => tell(`${place(peer)} online`),
    request: (peer, method, target) =>
      tell(`${place(peer)} asks for ${print(method)} ${print(target)}`),
    offline: (peer) => tell(`${place(peer)} offline`),
    handshakeFailed: (peer, reason) =>
      tell(`${place(peer)} did not come to speak TLS: ${print(reason)}`),
    proxyRefused: (peer, reason) =>
      tell(`${place(peer)} was not let in by the PROXY protocol: ${print(reason)}`),
  };
}

function jsonLog(options: AccessLogOptions): Partial<Observer> {
  const { sink, verbose, now } = options;
  const print = printer(options);
  const lineOf = createJsonLines(print, place);
  const exchange = (record: Exchange): void => sink.write(lineOf(record));
  if (!verbose) return { exchange };
  // Not before it is wanted: it takes 20 ms to load (Node 20).
  const { pino } = createRequire(import.meta.url)('pino') as typeof Pino;
  const logger = pino(
    { base: null, timestamp: false, formatters: { level: (level) => ({ level }) } },
    { write: (line) => sink.write(line) },
  );
  const tell = (event: string, peer: Peer, more: object = {}): void =>
    logger.info({ time: new Date(now()).toISOString(), event, peer: place(peer), ...more });
  return {
    exchange,
    online: (peer) => tell('online', peer),
    request: (peer, method, target) =>
      tell('request', peer, { method: print(method), target: print(target) }),
    offline: (peer) => tell('offline', peer),
    handshakeFailed: (peer, reason) => tell('handshake-failed', peer, { reason: print(reason) }),
    proxyRefused: (peer, reason) => tell('proxy-refused', peer, { reason: print(reason) }),
  };
}

/** `127.0.0.1:51000`, `[::1]:51000`; `unix` for what has no port. */
function place({ address, port }: Peer): string {
  if (port === 0) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function prettyLog(colours: Colours, print: Print): (exchange: Exchange) => string {
  const clock = eachSecond(clockTime);
  return (exchange) => {
    const { status, method, target, contentBytes, durationMs, ended, reason, peer } = exchange;
    const octets = `${size(contentBytes)}${exchange.contentCoding === undefined ? '' : ` ${print(exchange.contentCoding)}`}`;
    const parts = [
      colours.dim(clock(exchange.endedAtMs)),
      statusColour(status, colours)(String(status)),
      method === undefined ? '(unreadable)' : `${print(method)} ${print(target ?? '')}`,
      colours.dim(
        `${octets} in ${durationMs.toFixed(durationMs < 10 ? 1 : 0)} ms to ${place(peer)}`,
      ),
    ];
    if (ended !== 'complete') parts.push(colours.red(ended.replaceAll('-', ' ')));
    if (reason !== undefined) parts.push(colours.yellow(print(reason)));
    // Whoever was shown an error may ask about it by this.
    if (status >= 500) parts.push(colours.dim(`id ${exchange.requestId}`));
    return `${parts.join('  ')}\n`;
  };
}

function statusColour(status: number, colours: Colours): (text: string) => string {
  if (status >= 500) return colours.red;
  if (status >= 400) return colours.yellow;
  return status >= 300 ? colours.cyan : colours.green;
}

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value.toFixed(1)} ${units[unit]}`;
}

/** `host - - [time] "request line" status bytes "referer" "user agent"`. */
function combinedLog(print: Print): (exchange: Exchange) => string {
  const time = eachSecond(combinedTime);
  const printMethod = rememberLast(print);
  const printReferer = rememberLast(print);
  const printUserAgent = rememberLast(print);
  const partsOf = keepParts((exchange) => {
    const { peer, method, target, protocol, status, contentBytes } = exchange;
    const requestLine =
      method === undefined ? '-' : `${printMethod(method)} ${print(target ?? '')} ${protocol}`;
    const bytes = contentBytes === 0 ? '-' : contentBytes;
    const referer = exchange.referer === undefined ? '-' : printReferer(exchange.referer);
    const userAgent = exchange.userAgent === undefined ? '-' : printUserAgent(exchange.userAgent);
    return {
      before: `${peer.address} - - [`,
      after: `] "${requestLine}" ${status} ${bytes} "${referer}" "${userAgent}"\n`,
    };
  });
  return (exchange) => {
    const { before, after } = partsOf(exchange);
    return before + time(exchange.endedAtMs) + after;
  };
}

/** Makes a text that is the same for a whole second once for it: the time is a third of a line. */
function eachSecond(textOf: (ms: number) => string): (ms: number) => string {
  let second = Number.NaN;
  let text = '';
  return (ms) => {
    const current = Math.floor(ms / 1000);
    if (current !== second) {
      second = current;
      text = textOf(ms);
    }
    return text;
  };
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `22/Nov/2026:18:00:00 +0000`: in UTC, so that lines of several machines agree. */
function combinedTime(ms: number): string {
  const [date = '', time = ''] = new Date(ms).toISOString().split(/[T.]/);
  const [year, month, day] = date.split('-');
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${time} +0000`;
}

/** Hours, minutes and seconds where the person is. */
function clockTime(ms: number): string {
  return new Date(ms).toTimeString().slice(0, 8);
}

function plainMoment(text: string, atMs: number): string {
  return `# ${combinedTime(atMs)} ${text}`;
}
