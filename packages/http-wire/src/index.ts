// The machine
export {
  ServerConnection,
  type ConnectionPhase,
  type ServerConnectionOptions,
} from './server-connection.ts';
export { NEED_DATA, PAUSED, type ServerSendEvent, type ServerWireEvent } from './events.ts';
// The codecs
export { parseRequestHead, type RequestHead } from './request-head.ts';
export { parseRequestTarget, type RequestTarget } from './request-target.ts';
export { serializeResponseHead, type ResponseHead } from './response-head.ts';
export { requestFraming, responseFraming, type BodyFraming } from './framing.ts';
export { Fields, type FieldLine } from './fields.ts';
export { connectionOptions, wantsPersistence } from './persistence.ts';
export { reasonPhrase } from './reason-phrase.ts';
// Limits and errors
export { DEFAULT_LIMITS, type WireLimits } from './limits.ts';
export { PROTOCOL_ERROR_STATUS, ProtocolError, type ProtocolErrorCode } from './errors.ts';
export { UsageError, type UsageErrorCode } from './errors.ts';
