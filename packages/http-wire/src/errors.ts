/**
 * What can be wrong with a message, and whose fault it is.
 * Owns the one table from code to status and sentence. A `ProtocolError` is the peer's fault,
 * a `UsageError` the caller's. Messages are fixed: they never repeat octets of the peer.
 */

/** What is wrong with the peer's octets. */
export type ProtocolErrorCode =
  | 'leading-blank-lines'
  | 'invalid-method'
  | 'method-too-long'
  | 'invalid-target'
  | 'invalid-target-form'
  | 'target-too-long'
  | 'invalid-version'
  | 'unsupported-version'
  | 'invalid-status-line'
  | 'unexpected-switch'
  | 'unexpected-response'
  | 'bare-lf'
  | 'bare-cr'
  | 'nul-octet'
  | 'control-octet'
  | 'folded-field-line'
  | 'empty-field-name'
  | 'blank-before-colon'
  | 'missing-colon'
  | 'invalid-field-name'
  | 'head-too-large'
  | 'too-many-fields'
  | 'missing-host'
  | 'repeated-host'
  | 'invalid-host'
  | 'authority-mismatch'
  | 'length-and-coding'
  | 'repeated-content-length'
  | 'invalid-content-length'
  | 'content-length-overflow'
  | 'content-too-large'
  | 'coding-in-http-1.0'
  | 'invalid-transfer-coding'
  | 'unsupported-transfer-coding'
  | 'invalid-chunk-size'
  | 'chunk-size-overflow'
  | 'invalid-chunk-extension'
  | 'chunk-line-too-long'
  | 'chunk-extensions-too-large'
  | 'invalid-chunk-end'
  | 'trailer-section-too-large'
  | 'forbidden-trailer-field'
  | 'unsupported-expectation'
  | 'unexpected-end';

const PROTOCOL_ERRORS: Readonly<
  Record<ProtocolErrorCode, readonly [status: number, message: string]>
> = {
  // Request line: RFC 9112 §3
  'leading-blank-lines': [400, 'expected at most one empty line before the request line'],
  'invalid-method': [400, 'expected a token as the method, then one blank'],
  'method-too-long': [501, 'the method is longer than any method that is implemented'],
  'invalid-target': [400, 'expected a request target of visible ASCII octets, then one blank'],
  'invalid-target-form': [400, 'the form of the request target does not fit the method'],
  'target-too-long': [414, 'the request target is longer than the limit'],
  'invalid-version': [400, 'expected HTTP/1.1 and CRLF at the end of the request line'],
  'unsupported-version': [505, 'only major version 1 of HTTP is spoken here'],
  // Status line: RFC 9112 §4. A gateway that gets such a response answers 502
  'invalid-status-line': [
    502,
    'expected a version, three digits and a reason phrase, with one blank between',
  ],
  'unexpected-switch': [502, 'the peer switched protocols without having been asked to'],
  'unexpected-response': [502, 'an interim response came without a request'],
  // Line ends and field lines: RFC 9112 §2.2 and §5
  'bare-lf': [400, 'expected CRLF, got LF without CR'],
  'bare-cr': [400, 'expected CRLF, got CR without LF'],
  'nul-octet': [400, 'a field value may not contain NUL'],
  'control-octet': [400, 'a field value may not contain a control octet'],
  'folded-field-line': [400, 'a field line may not begin with a blank (obsolete line folding)'],
  'empty-field-name': [400, 'expected a field name before the colon'],
  'blank-before-colon': [400, 'no blank is allowed between field name and colon'],
  'missing-colon': [400, 'expected a colon after the field name'],
  'invalid-field-name': [400, 'expected a token as the field name'],
  'head-too-large': [431, 'the head is longer than the limit'],
  'too-many-fields': [431, 'the field section has more lines than the limit'],
  // Host: RFC 9112 §3.2, RFC 9110 §7.2
  'missing-host': [400, 'an HTTP/1.1 request must have a Host field'],
  'repeated-host': [400, 'a request may have only one Host field line'],
  'invalid-host': [400, 'expected a host and optional port as the Host field value'],
  'authority-mismatch': [400, 'the authority of the request target differs from the Host field'],
  // Framing: RFC 9112 §6
  'length-and-coding': [400, 'Content-Length and Transfer-Encoding may not come together'],
  'repeated-content-length': [400, 'Content-Length may be given only once, with one value'],
  'invalid-content-length': [400, 'expected decimal digits as the Content-Length'],
  'content-length-overflow': [400, 'the Content-Length is larger than 2^53 − 1'],
  'content-too-large': [413, 'the content is longer than the limit'],
  'coding-in-http-1.0': [400, 'an HTTP/1.0 message may not have a Transfer-Encoding'],
  'invalid-transfer-coding': [400, 'expected "chunked" as the one transfer coding'],
  'unsupported-transfer-coding': [501, 'no transfer coding but chunked is implemented'],
  // Chunked coding: RFC 9112 §7.1
  'invalid-chunk-size': [400, 'expected hexadecimal digits as the chunk size'],
  'chunk-size-overflow': [400, 'the chunk size is larger than 2^53 − 1'],
  'invalid-chunk-extension': [400, 'expected ";name" or ";name=value" after the chunk size'],
  'chunk-line-too-long': [400, 'the chunk-size line is longer than the limit'],
  'chunk-extensions-too-large': [413, 'the chunk extensions are longer than the limit'],
  'invalid-chunk-end': [400, 'expected CRLF after the octets of the chunk'],
  'trailer-section-too-large': [431, 'the trailer section is longer than the limit'],
  'forbidden-trailer-field': [400, 'this field may not come in a trailer section'],
  // Semantics that end a request before anybody else sees it: RFC 9110 §10.1.1
  'unsupported-expectation': [417, 'the only expectation that is met here is 100-continue'],
  'unexpected-end': [400, 'the peer stopped sending in the middle of a message'],
};

/** All codes with the status that answers each, for documents and tests. */
export const PROTOCOL_ERROR_STATUS: Readonly<Record<ProtocolErrorCode, number>> = Object.freeze(
  Object.fromEntries(
    Object.entries(PROTOCOL_ERRORS).map(([code, [status]]) => [code, status]),
  ) as Record<ProtocolErrorCode, number>,
);

/**
 * The peer broke HTTP. After it no further message can be read from the connection: its
 * octets can no longer be told apart.
 */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  /** What is wrong. */
  readonly code: ProtocolErrorCode;
  /** The status that answers it: 400, 413, 414, 417, 431, 501, 502 or 505. */
  readonly status: number;
  /** Where: octets before the one at fault, counted from the first octet received. */
  readonly offset: number;

  constructor(code: ProtocolErrorCode, offset: number) {
    const [status, message] = PROTOCOL_ERRORS[code];
    super(message);
    this.code = code;
    this.status = status;
    this.offset = offset;
  }
}

/** What the calling program did that the protocol does not allow. */
export type UsageErrorCode =
  | 'wrong-state'
  | 'invalid-request-line'
  | 'missing-host'
  | 'invalid-status'
  | 'invalid-reason-phrase'
  | 'invalid-field-name'
  | 'invalid-field-value'
  | 'invalid-framing'
  | 'content-not-allowed'
  | 'content-length-mismatch';

/** The caller broke the protocol: a bug in the calling program, never the peer's doing. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** What is wrong. */
  readonly code: UsageErrorCode;

  constructor(code: UsageErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
