// Outcome → response: the only place that writes status and fields. Pure but for the content,
// which takes over the open file. An error has the site's own page as its content, or none: then
// the page is the sender's.
// RFC 9110 §8 (representation fields), §10.2 (Allow, Location, Retry-After), §14 (ranges),
// §15 (status).

import { fileContent, octetsContent, piecedContent, rangeContent } from './content.ts';
import { renderListingJson } from './directory-listing.ts';
import { formatEntityTag } from './entity-tag.ts';
import type { ErrorPage } from './error-page.ts';
import { formatHttpDate } from './http-date.ts';
import { LISTING_SECURITY_POLICY, renderListingPage } from './listing-page.ts';
import { ALLOWED_METHODS } from './method.ts';
import { multipartPieces } from './multipart.ts';
import type { OpenFile } from './file-source.ts';
import type { Found, Listed, Outcome } from './outcome.ts';
import { type ByteRange, formatContentRange } from './range.ts';
import type { FieldLines, ServedFile, StaticResponse } from './response.ts';
import type { Representation } from './select-representation.ts';
import { formatSitePath, type SitePath } from './site-path.ts';
import { textContent } from './text-content.ts';

/** What an answer depends on besides the outcome. */
export interface RespondContext {
  /** The query of the request target, undecoded; a redirect keeps it. */
  readonly query: string | undefined;
  /** The site's own page for the outcome, open; it goes with the response. */
  readonly errorPage: ErrorPage | undefined;
  /** Gives what stands between the parts of one answer. */
  readonly boundary: () => string;
  /**
   * Fields of the request that decided where its path leads, as Vary names them: those that rules have
   * looked at, and who gets a shell. Default: none.
   */
  readonly seen?: string | undefined;
}

const NO_FIELDS: FieldLines = [];
const ACCEPT_RANGES = ['Accept-Ranges', 'bytes'] as const;
// Of directories: what is in one, or that a path is one, is so for now only. A 301 above all is kept
// for as long as a browser likes (RFC 9111 §4.2.2), and what is served at its address next year may
// be another site.
const NO_CACHE = ['Cache-Control', 'no-cache'] as const;
const NO_STORE = ['Cache-Control', 'no-store'] as const;
const VARY = ['Vary', 'Accept-Encoding'] as const;
const ALLOW: FieldLines = [['Allow', ALLOWED_METHODS.join(', ')]];
// Descriptors come back as soon as a few answers are done: the shortest wait that can be told.
const SOON: FieldLines = [['Retry-After', '1']];
// A disk that hangs is mostly one that is reached over a network: seconds at the least.
const LATER: FieldLines = [['Retry-After', '10']];

/** Writes the response for an outcome. */
export function respond(outcome: Outcome, context: RespondContext): StaticResponse {
  const response = respondTo(outcome, context);
  // An error is kept by nobody.
  if (context.seen === undefined || response.status >= 400) return response;
  return { ...response, fields: varyingBy(context.seen, response.fields) };
}

function respondTo(outcome: Outcome, context: RespondContext): StaticResponse {
  switch (outcome.kind) {
    case 'found':
      return withFile(outcome, context.boundary);
    case 'listed':
      return withListing(outcome);
    case 'capabilities':
      // Lines of its own: what is made of them is kept with them, and each site may say more.
      return withoutContent(204, [...ALLOW]);
    case 'redirect':
      return withoutContent(301, [
        ['Location', formatLocation(outcome.to, context.query)],
        ['Content-Length', '0'],
        NO_CACHE,
      ]);
    case 'sent':
      return withoutContent(outcome.status, [
        ['Location', outcome.location],
        ['Content-Length', '0'],
        ['Cache-Control', 'no-cache'],
      ]);
    case 'page-of-status':
      return withErrorPage(outcome.status, NO_FIELDS, outcome.page);
    case 'not-modified': {
      const { representation, served } = outcome;
      return { ...withoutContent(304, notModifiedFields(representation)), served };
    }
    case 'malformed':
      return withoutContent(400, NO_FIELDS);
    case 'forbidden':
      return { ...withoutContent(403, NO_FIELDS), fault: outcome.error };
    case 'missing':
      return withErrorPage(404, NO_FIELDS, context.errorPage);
    case 'method-not-allowed':
      return withoutContent(405, ALLOW);
    case 'precondition-failed':
      return {
        ...withoutContent(412, varyFields(outcome.representation)),
        served: outcome.served,
      };
    case 'range-not-satisfiable':
      return {
        ...withoutContent(416, unsatisfiableFields(outcome.representation)),
        served: outcome.served,
      };
    case 'failed':
      return { ...withErrorPage(500, NO_FIELDS, context.errorPage), fault: outcome.error };
    case 'method-not-implemented':
      return withoutContent(501, NO_FIELDS);
    case 'busy':
      return { ...withErrorPage(503, SOON, context.errorPage), fault: outcome.error };
    case 'stuck':
      return { ...withErrorPage(503, LATER, context.errorPage), fault: outcome.error };
  }
}

function withFile(found: Found, boundary: () => string): StaticResponse {
  const { representation, ranges, part, served } = found;
  const { file } = representation;
  const [range, ...more] = ranges ?? [];
  if (range === undefined) {
    const content = representation.coded ?? fileContent(file);
    const fields = wholeFields(representation);
    return { status: 200, fields, content, served, fault: undefined };
  }
  const response =
    more.length === 0
      ? withRange(representation, range, part)
      : withParts(representation, [range, ...more], boundary());
  return { ...response, served };
}

// No validators: what is in a directory has no date that could be trusted, and is quickly read.
// Security: as a page of ours it runs nothing and loads nothing, whatever the names in it are.
function withListing({ listing, order, form }: Listed): StaticResponse {
  const common: FieldLines = [NO_CACHE, ['Vary', 'Accept'], ['X-Content-Type-Options', 'nosniff']];
  if (form === 'json') {
    const fields: FieldLines = [['Content-Type', 'application/json'], ...common];
    const content = textContent(renderListingJson(listing, order), listing.release);
    return { status: 200, fields, content, fault: undefined };
  }
  const fields: FieldLines = [
    ['Content-Type', 'text/html; charset=utf-8'],
    ...common,
    ['Content-Security-Policy', LISTING_SECURITY_POLICY],
  ];
  const content = textContent(renderListingPage(listing, order), listing.release);
  return { status: 200, fields, content, fault: undefined };
}

// §15.3.7. Deviation: with If-Range too the answer has all fields of a 200, though the client has
// them ("SHOULD NOT"): a few octets, and nobody who put parts together has ever missed one.
function withRange(
  representation: Representation,
  range: ByteRange,
  part: Uint8Array | undefined,
): StaticResponse {
  const { file, mediaType } = representation;
  const { lengthBytes } = file;
  const content = part === undefined ? rangeContent(file, range) : octetsContent(part);
  const written = fieldsOfRange.get(representation);
  if (written?.range.first === range.first && written.range.last === range.last) {
    return { status: 206, fields: written.fields, content, fault: undefined };
  }
  const fields: FieldLines = [
    ...fileFields(representation, mediaType, content.lengthBytes),
    ['Content-Range', formatContentRange({ kind: 'range', range, lengthBytes })],
  ];
  if (isShared(file)) fieldsOfRange.set(representation, { range, fields: Object.freeze(fields) });
  return { status: 206, fields, content, fault: undefined };
}

// §15.3.7.2: each part says its own range; the answer as a whole has no Content-Range.
function withParts(
  representation: Representation,
  ranges: readonly ByteRange[],
  boundary: string,
): StaticResponse {
  const { file, mediaType } = representation;
  const pieces = multipartPieces(ranges, { mediaType, lengthBytes: file.lengthBytes, boundary });
  const content = piecedContent(file, pieces);
  const type = `multipart/byteranges; boundary=${boundary}`;
  const fields = fileFields(representation, type, content.lengthBytes);
  return { status: 206, fields, content, fault: undefined };
}

// What is in memory is the same representation for many requests: its fields are written once; of
// the ranges, those of the last one.
const fieldsOfWhole = new WeakMap<Representation, FieldLines>();
const fieldsOfNotModified = new WeakMap<Representation, FieldLines>();
const fieldsOfRange = new WeakMap<
  Representation,
  { readonly range: ByteRange; readonly fields: FieldLines }
>();
const fieldsOfValidators = new WeakMap<Representation, FieldLines>();

const fieldsOfVarying = new WeakMap<FieldLines, { names: string; fields: FieldLines }>();

// §12.5.5: another request for the same path may get another answer.
function varyingBy(names: string, fields: FieldLines): FieldLines {
  const written = fieldsOfVarying.get(fields);
  if (written?.names === names) return written.fields;
  const said = fields.find(([name]) => name === 'Vary')?.[1].split(', ') ?? [];
  const added = names.split(', ').filter((name) => !said.includes(name));
  if (added.length === 0) return fields;
  const vary = ['Vary', [...said, ...added].join(', ')] as const;
  const varying: FieldLines =
    said.length === 0
      ? [...fields, vary]
      : fields.map((line) => (line[0] === 'Vary' ? vary : line));
  if (Object.isFrozen(fields)) {
    fieldsOfVarying.set(fields, { names, fields: Object.freeze(varying) });
  }
  return varying;
}

function isShared({ octets, parts }: OpenFile): boolean {
  return octets !== undefined || parts !== undefined;
}

function wholeFields(representation: Representation): FieldLines {
  const written = fieldsOfWhole.get(representation);
  if (written !== undefined) return written;
  const { mediaType, file, coded } = representation;
  const contentBytes = coded === undefined ? file.lengthBytes : undefined;
  const fields = fileFields(representation, mediaType, contentBytes);
  if (isShared(file)) fieldsOfWhole.set(representation, Object.freeze(fields));
  return fields;
}

function fileFields(
  representation: Representation,
  contentType: string,
  contentBytes: number | undefined,
): FieldLines {
  const { contentCoding, hasRanges, isChanging, isNegotiable } = representation;
  const fields: (readonly [string, string])[] = [['Content-Type', contentType]];
  if (contentCoding !== undefined) fields.push(['Content-Encoding', contentCoding]);
  if (contentBytes !== undefined) fields.push(['Content-Length', String(contentBytes)]);
  fields.push(...validatorFields(representation));
  if (hasRanges) fields.push(ACCEPT_RANGES);
  // What may be of two versions is for nobody but the one who asked.
  if (isChanging) fields.push(NO_STORE);
  if (isNegotiable) fields.push(VARY);
  return fields;
}

// §15.4.5: what a 304 must repeat of the 200; the rest of it is the sender's. Last-Modified need
// not be (the entity tag is enough for those that know it), but for a cache that reckons how long a
// response stays fresh from its age, it is what that is reckoned from.
function notModifiedFields(representation: Representation): FieldLines {
  const written = fieldsOfNotModified.get(representation);
  if (written !== undefined) return written;
  const fields = [...validatorFields(representation), ...varyFields(representation)];
  if (isShared(representation.file)) {
    fieldsOfNotModified.set(representation, Object.freeze(fields));
  }
  return fields;
}

// §15.5.17
function unsatisfiableFields(representation: Representation): FieldLines {
  const { lengthBytes } = representation.file;
  return [
    ['Content-Range', formatContentRange({ kind: 'unsatisfied', lengthBytes })],
    ...varyFields(representation),
  ];
}

function validatorFields(representation: Representation): FieldLines {
  const written = fieldsOfValidators.get(representation);
  if (written !== undefined) return written;
  const { lastModifiedMs, entityTag } = representation.validators;
  const date = lastModifiedMs === undefined ? undefined : formatHttpDate(lastModifiedMs);
  const fields = [
    ...(date === undefined ? [] : [['Last-Modified', date] as const]),
    ...(entityTag === undefined ? [] : [['ETag', formatEntityTag(entityTag)] as const]),
  ];
  // Of small files their fields are kept as a whole.
  if (representation.file.parts !== undefined) fieldsOfValidators.set(representation, fields);
  return fields;
}

// §12.5.5
function varyFields({ isNegotiable }: Representation): FieldLines {
  return isNegotiable ? [VARY] : NO_FIELDS;
}

// No validators and no ranges: a page is no version of what was asked for, and with one of them a
// cache could make it the answer of another request.
function withErrorPage(
  status: number,
  fields: FieldLines,
  page: ErrorPage | undefined,
): StaticResponse {
  if (page === undefined) return withoutContent(status, fields);
  const pageFields: FieldLines = [
    ...fields,
    ['Content-Type', page.mediaType],
    ['Content-Length', String(page.file.lengthBytes)],
    NO_STORE,
  ];
  const served: ServedFile = { segments: page.segments, role: 'error-page' };
  return { status, fields: pageFields, content: fileContent(page.file), served, fault: undefined };
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
