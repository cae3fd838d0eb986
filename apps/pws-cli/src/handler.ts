/**
 * From a request to its response.
 * Owns the order in which a request meets those who may answer it (each answers or leaves it to
 * the next; the site comes last), what is added to every answer, and the page of an error without
 * one. Who answers and what is added is in files of their own; this is only their order.
 */
import type { PreparedResponseHead, RequestHead } from '@pws/http-wire';
import type { FieldLines, LastAnswer, StaticResponse, StaticSite } from '@pws/static-fs';
import { CommonFields } from './common-fields.ts';
import { UNFORESEEN_STATUS, errorResponse } from './error-response.ts';
import type { Peer } from './exchange.ts';
import { applyEffect } from './field-effect.ts';
import { KeptHeads } from './kept-heads.ts';

type FieldLine = FieldLines[number];

/** A request, as those who answer see it: of whichever version of HTTP. */
export interface HandledRequest extends Pick<RequestHead, 'method' | 'target' | 'fields'> {
  /** Who sent it. */
  readonly peer: Peer;
  /** Whether it came over TLS. */
  readonly isSecure: boolean;
  /** Names its exchange among all. */
  readonly requestId: string;
  /** What the site keeps for its sender. Default: nothing is kept. */
  readonly last?: LastAnswer | undefined;
}

/** A response with all that is added to it. */
export interface HandledResponse extends StaticResponse {
  /** Whether the site had all of it in memory; `undefined` where the site was not asked. */
  readonly cacheHit: boolean | undefined;
  /** Status and fields written out, where they are those of an answer before. */
  readonly prepared: PreparedResponseHead | undefined;
  /** What the Date field of that says; it may say a later date by the time that it is sent. */
  readonly preparedDate?: string | undefined;
}

/** Answers a request, or gives `undefined` and leaves it to the next. */
export interface Answerer {
  (request: HandledRequest): StaticResponse | undefined | Promise<StaticResponse | undefined>;
  /**
   * Whether it leaves the same request of the same peer to the next for ever, where it does so once.
   * Default: not, and it is asked each time.
   */
  readonly isSteady?: boolean;
  /** What it is, for a person who asks why. Default: the server. */
  readonly label?: string;
}

/**
 * Gives the field lines that an answer to a request has besides its own. Pure, and asked for each
 * answer: what can be made beforehand is. A Vary joins the one that the answer has.
 */
export interface Dresser {
  (request: HandledRequest, response: StaticResponse): FieldLines;
  /**
   * Whether it gives the same to the same field lines, whoever asks: of a request it looks at
   * `isSecure` alone. Default: not, and each answer is dressed anew.
   */
  readonly isSteady?: boolean;
  /** Who says that, for a person who asks why. Default: the server. */
  readonly label?: string;
}

/** What {@link createHandler} needs. */
export interface HandlerOptions {
  /** In this order, before the site. Default: nobody. */
  readonly answerers?: readonly Answerer[];
  /** In this order. Default: nothing is added. */
  readonly dressers?: readonly Dresser[];
  readonly site: Pick<StaticSite, 'respond'> & Partial<Pick<StaticSite, 'holds'>>;
  /**
   * Counts what dressers are told anew, such as the manifest of a build: what they said before does
   * not hold. Default: nothing is.
   */
  readonly revision?: () => number;
  /** Value of the Server field; `false` for none. */
  readonly server: string | false;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told of a failure that nobody foresaw: a bug. */
  readonly unforeseen: (error: unknown) => void;
}

/** Answers requests. */
export interface Handler {
  /** The response to a request, at once where nothing has to be waited for; never rejects. */
  respond(request: HandledRequest): HandledResponse | Promise<HandledResponse>;
  /**
   * The response to a request that could not be read.
   *
   * @param method - where that could
   */
  refuse(status: number, method?: string): HandledResponse;
  /**
   * Whether a request that the site has answered would be given the same response once more, were it
   * to come again on its connection: field for field, the Date too.
   *
   * @param last - what went with the request
   */
  holds(response: HandledResponse, last: LastAnswer): boolean;
}

/** Answers that a person may ask the operator about: the id leads to their line in the log. */
const FAILURES: ReadonlySet<number> = new Set([500, 503]);

/** A response with a prepared head. Most are sent without anybody asking for its lines. */
class PreparedResponse implements HandledResponse {
  readonly content: StaticResponse['content'];
  readonly fault: StaticResponse['fault'];
  readonly cacheHit: boolean | undefined;
  readonly prepared: PreparedResponseHead;
  readonly preparedDate: string;
  #fields: FieldLines | undefined;

  constructor(made: Omit<PreparedResponse, 'status' | 'fields'>) {
    this.content = made.content;
    this.fault = made.fault;
    this.cacheHit = made.cacheHit;
    this.prepared = made.prepared;
    this.preparedDate = made.preparedDate;
  }

  get status(): number {
    return this.prepared.status;
  }

  get fields(): FieldLines {
    this.#fields ??= this.prepared.fields;
    return this.#fields;
  }
}

/** Puts the handler together. */
export function createHandler(options: HandlerOptions): Handler {
  const { answerers = [], dressers = [], site, server, now, unforeseen } = options;
  const { revision = () => 0 } = options;
  const common = new CommonFields(server, now);

  const dress = (answer: StaticResponse, request: HandledRequest): FieldLine[] => {
    const lines = [...answer.fields];
    for (const dresser of dressers) addLines(lines, dresser(request, answer));
    if (answer.effect === undefined) return lines;
    const dressed: FieldLine[] = [];
    addLines(dressed, applyEffect(lines, answer.effect, answer));
    return dressed;
  };
  const heads = dressers.every(({ isSteady }) => isSteady === true)
    ? new KeptHeads(common.leading, revision)
    : undefined;

  const complete = (
    response: StaticResponse,
    request: HandledRequest,
    cacheHit: boolean | undefined,
  ): HandledResponse => {
    const answer = withPage(response, request.method);
    const { status, fields, content, fault, memo } = answer;
    const isFailure = FAILURES.has(status);
    // Frozen, they come again.
    const comesAgain = memo !== undefined || Object.isFrozen(fields);
    if (heads === undefined || isFailure || !comesAgain) {
      const lines = [...common.lines, ...dress(answer, request)];
      if (isFailure) lines.push(['X-Request-Id', request.requestId]);
      return { status, fields: lines, content, fault, cacheHit, prepared: undefined };
    }
    const preparedDate = common.date;
    const { isSecure } = request;
    const prepared =
      heads.get(answer, isSecure) ?? heads.keep(answer, isSecure, dress(answer, request));
    return new PreparedResponse({ content, fault, cacheHit, prepared, preparedDate });
  };

  const askSite = (request: HandledRequest): HandledResponse | Promise<HandledResponse> => {
    const { method, target, fields, last } = request;
    const { path, query } = target;
    const answer = site.respond({ method, path, query, fields, last });
    if (!(answer instanceof Promise)) return complete(answer, request, answer.askedDisk !== true);
    return answer.then((settled) => complete(settled, request, false));
  };

  // The first who answers does; who comes before may need time, and the site comes last.
  const respondFrom = (
    index: number,
    request: HandledRequest,
  ): HandledResponse | Promise<HandledResponse> => {
    for (let at = index; at < answerers.length; at += 1) {
      const answer = (answerers[at] as Answerer)(request);
      if (answer instanceof Promise) {
        return answer.then((settled) =>
          settled === undefined
            ? respondFrom(at + 1, request)
            : complete(settled, request, undefined),
        );
      }
      if (answer !== undefined) return complete(answer, request, undefined);
    }
    return askSite(request);
  };

  const isSteady = answerers.every((answerer) => answerer.isSteady === true);

  return {
    holds({ cacheHit, preparedDate }, last) {
      if (!isSteady || cacheHit !== true || preparedDate !== common.date) return false;
      return site.holds?.(last) === true;
    },
    respond(request) {
      const response = respondFrom(0, request);
      if (!(response instanceof Promise)) return response;
      return response.catch((error: unknown) => {
        unforeseen(error);
        return complete(errorResponse(UNFORESEEN_STATUS, request.method), request, undefined);
      });
    },
    refuse(status, method) {
      const { fields, content, fault } = errorResponse(status, method);
      const asked = { cacheHit: undefined, prepared: undefined };
      return { status, fields: [...common.lines, ...fields], content, fault, ...asked };
    },
  };
}

// RFC 9110 §5.2: two lines of a list say what one does. One is what caches and people read.
function addLines(fields: FieldLine[], added: FieldLines): void {
  for (const line of added) {
    const at = isVary(line) ? fields.findIndex(isVary) : -1;
    if (at === -1) fields.push(line);
    else fields[at] = ['Vary', `${(fields[at] as FieldLine)[1]}, ${line[1]}`];
  }
}

function isVary([name]: FieldLine): boolean {
  return name.length === 4 && name.toLowerCase() === 'vary';
}

/**
 * An error without a page of its own gets the built-in one; why it came about stays known. The
 * answer to HEAD has no content, and yet the fields of the site's own page.
 */
function withPage(response: StaticResponse, method: string): StaticResponse {
  const { status, fields, content, fault, effect, served, memo } = response;
  if (status < 400) return response;
  const hasPage = content !== undefined || fields.some(([name]) => name === 'Content-Length');
  if (hasPage) return response;
  return { ...errorResponse(status, method, fields), fault, effect, served, memo };
}
