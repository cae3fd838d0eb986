// The machines
export { ServerConnection, type ConnectionPhase } from './server-connection.ts';
export { ClientConnection } from './client-connection.ts';
export type { ConnectionOptions } from './wire-connection.ts';
export { NEED_DATA, PAUSED, type ServerSendEvent, type ServerWireEvent } from './events.ts';
export type { ClientSendEvent, ClientWireEvent } from './events.ts';
// The codecs
export { parseRequestHead, type RequestHead } from './request-head.ts';
export { parseResponseHead, type ResponseHead } from './response-head.ts';
export { parseRequestTarget, type RequestTarget } from './request-target.ts';
export { serializeRequestHead, type RequestHeadInit } from './head-serializer.ts';
export { serializeResponseHead, type ResponseHeadInit } from './head-serializer.ts';
export { LeadingLines } from './leading-lines.ts';
export { prepareResponseHead, type PreparedResponseHead } from './prepared-response.ts';
export { parseFieldSection } from './field-section.ts';
export { serializeFieldLines } from './head-serializer.ts';
export { ContentDecoder } from './content-decoder.ts';
export { BodyEncoder } from './body-encoder.ts';
export { requestFraming, responseFraming } from './framing.ts';
export type { BodyFraming, FramingFault, FramingResult } from './framing.ts';
export { Fields, type FieldLine } from './fields.ts';
export { connectionOptions, wantsPersistence } from './persistence.ts';
export { reasonPhrase } from './reason-phrase.ts';
// Field values
export { formatParameterValue, formatParameters, parseParameters } from './parameters.ts';
export { charsetOf, formatContentType, parseContentType } from './content-type.ts';
export type { MediaType } from './content-type.ts';
export { formatContentDisposition, parseContentDisposition } from './content-disposition.ts';
export { formatExtendedValue, parseExtendedValue } from './content-disposition.ts';
export type { ContentDisposition } from './content-disposition.ts';
export { parseExpect, type Expectation } from './expect.ts';
export { formatForwarded, parseForwarded } from './forwarded.ts';
export type { ForwardedElement, ForwardedNode } from './forwarded.ts';
// Limits and errors
export { DEFAULT_LIMITS, type WireLimits } from './limits.ts';
export { PROTOCOL_ERROR_STATUS, ProtocolError, type ProtocolErrorCode } from './errors.ts';
export { UsageError, type UsageErrorCode } from './errors.ts';
