/**
 * From a request to its response.
 * Owns what every answer carries (Server, Date) and the order in which a request meets those
 * who may answer it: today the site alone, then the error page.
 *
 * RFC 9110 §6.6.1 (Date), §10.2.4 (Server).
 */
import type { RequestHead } from '@pws/http-wire';
import type { StaticResponse, StaticSite } from '@pws/static-fs';
import { UNFORESEEN_STATUS, errorResponse } from './error-response.ts';

/** What {@link createHandler} needs. */
export interface HandlerOptions {
  readonly site: StaticSite;
  /** Value of the Server field. */
  readonly server: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told of a failure that nobody foresaw: a bug. */
  readonly unforeseen: (error: unknown) => void;
}

/** Answers requests. */
export interface Handler {
  /** The response to a request, at once where nothing has to be waited for; never rejects. */
  respond(request: RequestHead): StaticResponse | Promise<StaticResponse>;
  /** The response to a request that could not be read. */
  refuse(status: number): StaticResponse;
}

/** Puts the handler together. */
export function createHandler(options: HandlerOptions): Handler {
  const { site, server, now, unforeseen } = options;
  const dateField = createDateField(now);

  const complete = (response: StaticResponse, method: string | undefined): StaticResponse => {
    const { status, fields, content, fault } = withPage(response, method);
    return {
      status,
      fields: [['Server', server], ['Date', dateField()], ...fields],
      content,
      fault,
    };
  };

  return {
    respond({ method, target: { path, query }, fields }) {
      const response = site.respond({ method, path, query, fields });
      if (!(response instanceof Promise)) return complete(response, method);
      return response.then(
        (settled) => complete(settled, method),
        (error: unknown) => {
          unforeseen(error);
          return complete(errorResponse(UNFORESEEN_STATUS, method), method);
        },
      );
    },
    refuse: (status) => complete(errorResponse(status, undefined), undefined),
  };
}

/**
 * An error without a page of its own gets the built-in one; why it came about stays known. The
 * answer to HEAD has no content, and yet the fields of the site's own page.
 */
function withPage(response: StaticResponse, method: string | undefined): StaticResponse {
  const { status, fields, content, fault } = response;
  const hasPage = content !== undefined || fields.some(([name]) => name === 'Content-Length');
  if (status < 400 || hasPage) return response;
  return { ...errorResponse(status, method, fields), fault };
}

/** The Date field's value, made once a second. */
function createDateField(now: () => number): () => string {
  let second = -1;
  let text = '';
  return () => {
    const current = Math.floor(now() / 1000);
    if (current !== second) {
      second = current;
      // An IMF-fixdate (RFC 9110 §5.6.7) is what toUTCString() writes.
      text = new Date(current * 1000).toUTCString();
    }
    return text;
  };
}
