// Outcome → response: the only place that writes status and fields. Pure but for the content,
// which takes over the open file. Errors have no content: their page is the sender's.
// RFC 9110 §8 (representation fields), §10.2 (Allow, Location, Retry-After), §15 (status).

import { fileContent } from './content.ts';
import { ALLOWED_METHODS } from './method.ts';
import type { Outcome } from './outcome.ts';
import type { FieldLines, StaticResponse } from './response.ts';
import type { Representation } from './select-representation.ts';
import { formatSitePath, type SitePath } from './site-path.ts';
import { lastModified } from './validators.ts';

/** What an answer depends on besides the outcome. */
export interface RespondContext {
  /** The query of the request target, undecoded; a redirect keeps it. */
  readonly query: string | undefined;
  /** The time of the answer, in milliseconds since the epoch. */
  readonly nowMs: number;
}

const NO_FIELDS: FieldLines = [];
const ALLOW: FieldLines = [['Allow', ALLOWED_METHODS.join(', ')]];
// Descriptors come back as soon as a few answers are done: the shortest wait that can be told.
const RETRY_AFTER: FieldLines = [['Retry-After', '1']];

/** Writes the response for an outcome. */
export function respond(outcome: Outcome, context: RespondContext): StaticResponse {
  switch (outcome.kind) {
    case 'found':
      return respondWithFile(outcome.representation, context.nowMs);
    case 'capabilities':
      return withoutContent(204, ALLOW);
    case 'redirect':
      return withoutContent(301, [
        ['Location', formatLocation(outcome.to, context.query)],
        ['Content-Length', '0'],
      ]);
    case 'malformed':
      return withoutContent(400, NO_FIELDS);
    case 'forbidden':
      return { ...withoutContent(403, NO_FIELDS), fault: outcome.error };
    case 'missing':
      return withoutContent(404, NO_FIELDS);
    case 'method-not-allowed':
      return withoutContent(405, ALLOW);
    case 'failed':
      return { ...withoutContent(500, NO_FIELDS), fault: outcome.error };
    case 'method-not-implemented':
      return withoutContent(501, NO_FIELDS);
    case 'busy':
      return { ...withoutContent(503, RETRY_AFTER), fault: outcome.error };
  }
}

function respondWithFile(representation: Representation, nowMs: number): StaticResponse {
  const { file, mediaType } = representation;
  const fields: [string, string][] = [
    ['Content-Type', mediaType],
    ['Content-Length', String(file.lengthBytes)],
  ];
  const modified = lastModified(file.mtimeMs, nowMs);
  if (modified !== undefined) fields.push(['Last-Modified', modified]);
  return { status: 200, fields, content: fileContent(file), fault: undefined };
}

function withoutContent(status: number, fields: FieldLines): StaticResponse {
  return { status, fields, content: undefined, fault: undefined };
}

// Security: the path is written anew from the decoded segments, and what a query may not consist
// of is encoded: nothing that was sent reaches the field value as it was, so nothing ends the line
// early, starts a fragment, or names another host.
function formatLocation(path: SitePath, query: string | undefined): string {
  if (query === undefined) return formatSitePath(path);
  return `${formatSitePath(path)}?${query.replace(/[^!"$-~]/gu, encodeOctets)}`;
}

// Not encodeURIComponent: that throws on half a surrogate pair.
function encodeOctets(character: string): string {
  let encoded = '';
  for (const octet of Buffer.from(character)) {
    encoded += `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}
