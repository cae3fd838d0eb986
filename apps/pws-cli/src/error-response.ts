/**
 * From a status without content to a whole response with a page.
 * Owns the fields of error answers. Errors of the wire and outcomes of the site come through
 * here alike.
 */
import type { FieldLines, StaticResponse } from '@pws/static-fs';
import { CONTENT_SECURITY_POLICY, errorPage } from './error-page.ts';
import { contentInMemory } from './text-response.ts';

/** What an answer to a request that nobody foresaw is given. */
export const UNFORESEEN_STATUS = 500;

/** RFC 9110 §15.6.4: for who comes back. */
const UNAVAILABLE_STATUS = 503;

/**
 * After which the connection is closed: whoever sends what cannot be understood may have meant
 * something else with the octets that follow, too.
 */
const MALFORMED_STATUS = 400;

/**
 * The response for an error.
 *
 * @param method - of the request; `undefined` where it could not be read. For HEAD the fields
 *   are those of GET, without the content
 * @param fields - field lines of the outcome itself, such as `Allow`
 */
export function errorResponse(
  status: number,
  method: string | undefined,
  fields: FieldLines = [],
): StaticResponse {
  const page = errorPage(status);
  const content = method === 'HEAD' ? undefined : contentInMemory(page);
  return { status, fields: errorFields(status, fields, page.length), content };
}

const FIELDS_OF_STATUS = new Map<number, FieldLines>();

/** The field lines; for an outcome without lines of its own the same ones again. */
function errorFields(status: number, fields: FieldLines, pageBytes: number): FieldLines {
  const known = fields.length === 0 ? FIELDS_OF_STATUS.get(status) : undefined;
  if (known !== undefined) return known;
  const tellsWhen =
    status === UNAVAILABLE_STATUS && !fields.some(([name]) => name === 'Retry-After');
  const lines: FieldLines = [
    ...fields,
    ...(tellsWhen ? [['Retry-After', '1'] as const] : []),
    ['Content-Type', 'text/html; charset=utf-8'],
    ['Content-Length', String(pageBytes)],
    ['Cache-Control', 'no-store'],
    ['Content-Security-Policy', CONTENT_SECURITY_POLICY],
    ['X-Content-Type-Options', 'nosniff'],
    ...(status === MALFORMED_STATUS ? [['Connection', 'close'] as const] : []),
  ];
  if (fields.length === 0) FIELDS_OF_STATUS.set(status, Object.freeze(lines));
  return lines;
}
