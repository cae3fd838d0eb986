/**
 * Why a request is answered as it is: the decision step by step, and the answer with the reasons of
 * its parts. Made by answering the request with the very code that serves: the wire's machine, the
 * handler with all who stand around the site, and the site, which tells its steps while it decides.
 *
 * It is the answer of a server that has just been started, to the first who asks over HTTP/1.1.
 */
import { isIP } from 'node:net';
import {
  NEED_DATA,
  PAUSED,
  ProtocolError,
  type ResponseHead,
  ServerConnection,
  parseResponseHead,
  reasonPhrase,
} from '@pws/http-wire';
import type { DecisionStep, StaticResponse } from '@pws/static-fs';
import { announcesContent } from './answer.ts';
import { type AskedRequest, octetsOf } from './asked-request.ts';
import { Successes } from './basic-auth.ts';
import type { CacheSaying } from './cache-policy.ts';
import type { ServerConfig } from './config.ts';
import type { Peer } from './exchange.ts';
import {
  type FieldOrigin,
  FieldOrigins,
  type RemovedField,
  THE_SERVER,
  THE_SITE,
} from './field-origins.ts';
import { type Answerer, type HandledResponse, type Handler, createHandler } from './handler.ts';
import { createMetrics, createMetricsAnswerer, metricsPath } from './metrics.ts';
import { createPasswordCheck } from './password-check.ts';
import { type Policy, answerersBeforeSite, createPolicy } from './policy.ts';
import { createServedSite } from './served-site.ts';
import { TurnClock } from './turn-clock.ts';

/** One thing that was tried, and what came of it. */
export interface ExplainedStep {
  /** `request` and `answerer` come before the site; the others are those of the site. */
  readonly step: 'request' | 'answerer' | DecisionStep['step'];
  /** What was tried: a path below the root, a rule (`_redirects:3`), a value that was sent. */
  readonly tried: string;
  /** What came of it, in words. */
  readonly result: string;
}

/** What is said of caches, by whom, and why. */
interface ExplainedCaching {
  /** The value of Cache-Control; `null` where there is none. */
  readonly value: string | null;
  readonly setBy: string | null;
  /** Why, in words that go on behind "since"; `null` where there is no such field. */
  readonly because: string | null;
}

/** The answer, and who made what of it. */
interface ExplainedAnswer {
  readonly status: number;
  readonly reasonPhrase: string;
  /** `the site`, `the server`, or the flag of who answered before the site. */
  readonly answeredBy: string;
  /** Which file is sent and as what; `null` where none is. */
  readonly served: { readonly path: string; readonly role: string } | null;
  /** The content coding; `null` where there is none. */
  readonly coding: string | null;
  readonly caching: ExplainedCaching;
  /** All field lines, in the order in which they are sent. */
  readonly fields: readonly FieldOrigin[];
  /** Fields that rules took away. */
  readonly removed: readonly RemovedField[];
}

/** All of it; the shape of `pws why --json`. New keys may come, none goes. */
export interface Explanation {
  /** The folder that is served: absolute. */
  readonly root: string;
  readonly request: Pick<AskedRequest, 'method' | 'target'> & {
    readonly fields: readonly { readonly name: string; readonly value: string }[];
  };
  /** In the order in which they were made. */
  readonly steps: readonly ExplainedStep[];
  readonly answer: ExplainedAnswer;
}

/** Whoever asks is on this machine. */
const PEER: Peer = { address: '127.0.0.1', port: 0 };

/**
 * Answers a request, and tells why it is answered so.
 *
 * @throws {CommandError} as the start of a server does, but for what only one that listens needs
 */
export async function explainRequest(
  config: ServerConfig,
  request: AskedRequest,
): Promise<Explanation> {
  const steps: ExplainedStep[] = [];
  const origins = new FieldOrigins(config.header ?? []);
  const turn = new TurnClock();
  const check = createPasswordCheck();
  const { site, conventions, mounts } = await createServedSite(config, turn);
  const policy = await createPolicy(config, {
    host: config.host,
    boundAddress: () => addressFor(config),
    monotonicMs: turn.monotonicMs,
    check,
    successes: new Successes(),
    env: process.env,
    hashed: conventions,
    mounts,
  });
  const others = await answerersOf(config, policy);
  const handler = createHandler({
    answerers: others.map((answerer) =>
      origins.noting(answerer, (label, answer) => steps.push(stepOf(label, answer))),
    ),
    dressers: policy.dressers.map((dresser) => origins.notingLines(dresser)),
    site: {
      async respond(asked) {
        const answer = await site.explain(asked, (step) => steps.push(step));
        origins.noteAnswer(THE_SITE, answer);
        return answer;
      },
    },
    server: config.serverHeader,
    now: turn.now,
    unforeseen(error) {
      throw error;
    },
  });
  const lines = await exchange(request, { config, handler, policy, steps });
  await check.close();
  return {
    root: config.root,
    request: { ...request, fields: request.fields.map(([name, value]) => ({ name, value })) },
    steps,
    answer: explainAnswer(lines, { origins, policy }),
  };
}

/** What answers. */
interface Answering {
  readonly config: ServerConfig;
  readonly handler: Handler;
  readonly policy: Policy;
  readonly steps: ExplainedStep[];
}

/** Sends the request through the wire and gives the head of the answer, as a connection does it. */
async function exchange(
  request: AskedRequest,
  { config, handler, policy, steps }: Answering,
): Promise<Pick<ResponseHead, 'status' | 'fields'>> {
  const wire = new ServerConnection({ limits: config.wireLimits });
  wire.receive(octetsOf(request));
  let response: HandledResponse;
  let closes = false;
  try {
    const event = wire.nextEvent();
    if (event === NEED_DATA || event === PAUSED || event.type !== 'request') {
      throw new Error('expected the head of a request');
    }
    const { method, target, fields } = event.head;
    closes = announcesContent(event.head);
    if (!closes) wire.nextEvent();
    const sender = policy.effectivePeer(PEER, config.tls !== undefined, fields);
    response = await handler.respond({ method, target, fields, ...sender, requestId: 'why' });
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    steps.push({ step: 'request', tried: request.target, result: error.message });
    response = handler.refuse(error.status, wire.requestMethod);
  }
  const { status, content } = response;
  const fields = closes ? [...response.fields, ['Connection', 'close'] as const] : response.fields;
  const octets = Buffer.concat(wire.send({ type: 'response', head: { status, fields } }));
  await content?.close();
  const sent = parseResponseHead(octets, { maxHeadBytes: octets.length, maxFields: 10_000 });
  if (sent === undefined) throw new Error('expected the head of a response');
  return sent.head;
}

function stepOf(tried: string, answer: StaticResponse | undefined): ExplainedStep {
  const result = answer === undefined ? 'leaves it to the next' : `answers ${answer.status}`;
  return { step: 'answerer', tried, result };
}

/** All who come before the site, as for a server that is ready. */
async function answerersOf(config: ServerConfig, policy: Policy): Promise<readonly Answerer[]> {
  const answerers = await metricsAnswerers(config);
  return answerersBeforeSite(policy, { health: config.health, state: () => 'ready', answerers });
}

interface Noted {
  readonly origins: FieldOrigins;
  readonly policy: Policy;
}

function explainAnswer(
  { status, fields: lines }: Pick<ResponseHead, 'status' | 'fields'>,
  { origins, policy }: Noted,
): ExplainedAnswer {
  const fields = origins.of(lines);
  const valueOf = (name: string): FieldOrigin | undefined =>
    fields.find((each) => each.name.toLowerCase() === name);
  const served = origins.answer?.served;
  const mediaType = valueOf('content-type')?.value;
  const caching = valueOf('cache-control');
  const saying = policy.cacheReasonsOf(origins.answer?.mount)?.(served, { status, mediaType });
  return {
    status,
    reasonPhrase: reasonPhrase(status),
    answeredBy: origins.answeredBy,
    served:
      served === undefined ? null : { path: `/${served.segments.join('/')}`, role: served.role },
    coding: valueOf('content-encoding')?.value ?? null,
    caching: {
      value: caching?.value ?? null,
      setBy: caching?.setBy ?? null,
      because: caching === undefined ? null : reasonOf(caching, status, saying),
    },
    fields,
    removed: origins.removedFrom(lines),
  };
}

function reasonOf(
  { setBy, value }: FieldOrigin,
  status: number,
  saying: CacheSaying | undefined,
): string {
  if (saying !== undefined && setBy === 'the cache policy' && saying.value === value) {
    return saying.because;
  }
  if (setBy === THE_SERVER || setBy === THE_SITE) {
    if (status >= 400) return 'it is an error';
    if (status >= 300 && status !== 304) return 'it is a redirect';
  }
  return `${setBy} says so`;
}

/** Where a server with this configuration would listen, as far as names of loopback go by it. */
function addressFor({ host, unix }: ServerConfig): string {
  if (host === undefined || unix !== undefined) return '::';
  if (isIP(host) !== 0) return host;
  return host.toLowerCase() === 'localhost' ? '127.0.0.1' : '::';
}

async function metricsAnswerers({ metrics: place, health }: ServerConfig): Promise<Answerer[]> {
  if (place !== 'under-prefix') return [];
  const metrics = await createMetrics({
    cacheCounts: () => undefined,
    droppedLogLines: () => 0,
    worker: undefined,
  });
  return [createMetricsAnswerer(metricsPath(health), metrics)];
}
