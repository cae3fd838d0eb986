/**
 * Writes the head of a request or of a response.
 * Owns the check that nothing written can split a message: names are tokens, values have no
 * CR, LF, NUL or other control, and no code unit above 0xFF, which would turn into another
 * octet on its way out.
 *
 * RFC 9112 §3, §4, §5.
 */
import { UsageError } from './errors.ts';
import type { FieldLine } from './fields.ts';
import { FIELD_VALUE_PATTERN, TOKEN_PATTERN, isTargetOctet } from './grammar.ts';
import { encodeLatin1, encodeLatin1Apart } from './octets.ts';
import { reasonPhrase } from './reason-phrase.ts';
import { parseRequestTarget } from './request-target.ts';

const CRLF = '\r\n';

/** The head of a request to be sent. */
export interface RequestHeadInit {
  /** A token; case matters. */
  readonly method: string;
  /** In the form that fits the method. */
  readonly requestTarget: string;
  /** Field lines in the order in which they are sent. */
  readonly fields: Iterable<FieldLine>;
}

/** The head of a response to be sent. */
export interface ResponseHeadInit {
  /** Three digits, 100 to 999. */
  readonly status: number;
  /** Default: the registered phrase of the status. */
  readonly reason?: string;
  /** Field lines in the order in which they are sent. */
  readonly fields: Iterable<FieldLine>;
}

/**
 * Serializes a request head, final blank line included, as HTTP/1.1. Whether its fields fit
 * each other is the machine's question, not asked here.
 *
 * @returns octets that belong to the caller
 * @throws {UsageError} `invalid-request-line` for a method that is no token or a target that is
 *   none for this method, `invalid-field-name`, `invalid-field-value`
 * @see RFC 9112 §3 (request line), §5 (field lines)
 */
export function serializeRequestHead(head: RequestHeadInit): Uint8Array {
  //   request-line = method SP request-target SP HTTP-version
  const { method, requestTarget } = head;
  if (!TOKEN_PATTERN.test(method)) {
    throw new UsageError('invalid-request-line', 'expected a token as the method');
  }
  if (!isTarget(requestTarget) || parseRequestTarget(requestTarget, method) === undefined) {
    throw new UsageError('invalid-request-line', `expected a request target that fits ${method}`);
  }
  return encodeLatin1(
    `${method} ${requestTarget} HTTP/1.1\r\n${serializeFieldLines(head.fields)}\r\n`,
  );
}

function isTarget(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const octet = text.charCodeAt(at);
    if (octet > 0xff || !isTargetOctet(octet)) return false;
  }
  return text !== '';
}

/**
 * Serializes a response head, final blank line included, as HTTP/1.1.
 *
 * @returns octets that belong to the caller
 * @throws {UsageError} `invalid-status`, `invalid-reason-phrase`, `invalid-field-name`,
 *   `invalid-field-value`; nothing is cleaned up silently
 * @see RFC 9112 §4 (status line), §5 (field lines)
 */
export function serializeResponseHead(head: ResponseHeadInit): Uint8Array {
  return encodeLatin1(`${statusLine(head)}${continueWithFieldLines(head.fields)}${CRLF}${CRLF}`);
}

/** The first part of a response head: all but the CRLF of its last line, and what follows. */
export function serializeHeadStart(head: ResponseHeadInit): Uint8Array {
  return encodeLatin1(`${statusLine(head)}${continueWithFieldLines(head.fields)}`);
}

/** The second part of a response head: from the CRLF of the line before on. It is kept for long. */
export function serializeHeadRest(fields: Iterable<FieldLine>): Uint8Array {
  return encodeLatin1Apart(`${continueWithFieldLines(fields)}${CRLF}${CRLF}`);
}

/** The status lines with a registered phrase, or none, that have been written: 900 at most. */
const STATUS_LINES = new Map<number, string>();

//   status-line = HTTP-version SP status-code SP [ reason-phrase ]
function statusLine({ status, reason }: ResponseHeadInit): string {
  const known = reason === undefined ? STATUS_LINES.get(status) : undefined;
  if (known !== undefined) return known;
  if (!Number.isInteger(status) || status < 100 || status > 999) {
    throw new UsageError('invalid-status', `expected a status from 100 to 999, got ${status}`);
  }
  const phrase = reason ?? reasonPhrase(status);
  if (!FIELD_VALUE_PATTERN.test(phrase)) {
    throw new UsageError('invalid-reason-phrase', 'a reason phrase may not contain controls');
  }
  const line = `HTTP/1.1 ${status} ${phrase}`;
  if (reason === undefined) STATUS_LINES.set(status, line);
  return line;
}

/**
 * Serializes field lines, each with its CRLF, without the blank line behind the section.
 *
 * @throws {UsageError} `invalid-field-name`, `invalid-field-value`
 * @see RFC 9112 §5
 */
export function serializeFieldLines(fields: Iterable<FieldLine>): string {
  const text = continueWithFieldLines(fields);
  return text === '' ? '' : `${text.slice(CRLF.length)}${CRLF}`;
}

/** Field lines behind another line: each begins with the CRLF of the line before it. */
function continueWithFieldLines(fields: Iterable<FieldLine>): string {
  let text = '';
  for (const [name, value] of fields) {
    const start = lineStart(name);
    if (!FIELD_VALUE_PATTERN.test(value)) {
      throw new UsageError(
        'invalid-field-value',
        `the value of ${name} has a control octet or a character above U+00FF`,
      );
    }
    text += start + value;
  }
  return text;
}

/** Field names that have been checked, and all that stands before the value of such a field. */
const LINE_STARTS = new Map<string, string>();
const MAX_LINE_STARTS = 256;
const MAX_KEPT_NAME_LENGTH = 64;

/**
 * The CRLF of the line before, name, colon and blank. A server writes the same few names again
 * and again: with names and status lines remembered, a response head with 9 fields is written in
 * two thirds of the time. Names that come late or are long are checked each time, so that no
 * caller can fill the memory with them.
 */
function lineStart(name: string): string {
  const known = LINE_STARTS.get(name);
  if (known !== undefined) return known;
  if (!TOKEN_PATTERN.test(name)) {
    const shown = JSON.stringify(name.slice(0, 64));
    throw new UsageError('invalid-field-name', `expected a token as a field name, got ${shown}`);
  }
  const mayBeKept = LINE_STARTS.size < MAX_LINE_STARTS && name.length <= MAX_KEPT_NAME_LENGTH;
  if (!mayBeKept) return `${CRLF}${name}: `;
  // Made the key of an object, a name is kept by itself. As it came it may be a part of the text
  // of a head that was read, and would keep all of that in memory.
  const kept = Object.keys({ [name]: true })[0] as string;
  const start = `${CRLF}${kept}: `;
  LINE_STARTS.set(kept, start);
  return start;
}
