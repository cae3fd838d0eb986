/**
 * Short answers of the server's own: a text, whole in memory, that nobody may keep.
 * Owns their fields. What they say is the business of whoever answers.
 */
import type { Content, FieldLines, StaticResponse } from '@pws/static-fs';

const PLAIN_TEXT = 'text/plain; charset=utf-8';

/** The methods that such an answer has; others are answered 405. */
const ALLOWED: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** What {@link textResponse} needs. */
export interface TextOptions {
  readonly status: number;
  readonly text: string;
  /** Default: `text/plain; charset=utf-8`. */
  readonly contentType?: string;
}

/**
 * The answer with a text. For HEAD the fields are those of GET, without the content; for others see
 * {@link notAllowed}.
 */
export function textResponse(
  method: string,
  { status, text, contentType = PLAIN_TEXT }: TextOptions,
): StaticResponse {
  if (!ALLOWED.has(method)) return notAllowed();
  const octets = Buffer.from(text);
  const fields: FieldLines = [
    ['Content-Type', contentType],
    ['Content-Length', String(octets.length)],
    ['Cache-Control', 'no-store'],
    ['X-Content-Type-Options', 'nosniff'],
  ];
  return { status, fields, content: method === 'HEAD' ? undefined : contentInMemory(octets) };
}

/** RFC 9110 §15.5.6: for other methods 405, with what is allowed instead. */
export function notAllowed(): StaticResponse {
  return { status: 405, fields: [['Allow', [...ALLOWED].join(', ')]], content: undefined };
}

/** Content whose octets are all there already. */
export function contentInMemory(octets: Uint8Array): Content {
  return {
    lengthBytes: octets.length,
    octets,
    read: () => Promise.reject(new Error('content in memory is sent whole')),
    close: () => Promise.resolve(),
  };
}
