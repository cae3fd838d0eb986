/**
 * What comes out of a connection machine, and what goes into it to be sent.
 * Owns the names and shapes of events; whatever crosses the machine is one of these.
 */
import type { FieldLine, Fields } from './fields.ts';
import type { RequestHeadInit, ResponseHeadInit } from './head-serializer.ts';
import type { RequestHead } from './request-head.ts';
import type { ResponseHead } from './response-head.ts';

/** The machine needs more octets: call `receive()` or `receiveEnd()`, then ask again. */
export const NEED_DATA: unique symbol = Symbol('NEED_DATA');

/**
 * The exchange under way is not finished, so the next one is not read: finish it, call
 * `startNextCycle()`, then ask again. Until then stop reading from the socket: this is where
 * back-pressure comes from.
 */
export const PAUSED: unique symbol = Symbol('PAUSED');

/** A piece of content; `octets` is a view of what was received. */
export interface ContentEvent {
  readonly type: 'content';
  readonly octets: Uint8Array;
}

/** The message is complete. */
export interface EndEvent {
  readonly type: 'end';
  /** The trailer section, where there was one that is not empty. */
  readonly trailers: Fields | undefined;
}

/** The peer closed its side between two messages; nothing more comes. */
export interface ClosedEvent {
  readonly type: 'closed';
}

/** A request's head has come. */
export interface RequestEvent {
  readonly type: 'request';
  readonly head: RequestHead;
}

/** What a server machine receives. */
export type ServerWireEvent = RequestEvent | ContentEvent | EndEvent | ClosedEvent;

/** What a server machine sends. */
export type ServerSendEvent =
  /** An interim response, status 100 to 199 but not 101. */
  | { readonly type: 'informational'; readonly head: ResponseHeadInit }
  /** 101 (Switching Protocols), or a 2xx to CONNECT: the octets that follow are not HTTP's. */
  | { readonly type: 'switch'; readonly head: ResponseHeadInit }
  /** The final response's head. */
  | { readonly type: 'response'; readonly head: ResponseHeadInit }
  /** A piece of content; passed through, not copied. */
  | { readonly type: 'content'; readonly octets: Uint8Array }
  /** The response is complete. */
  | { readonly type: 'end'; readonly trailers?: readonly FieldLine[] }
  /** All three at once: the final response, with all of its content, where it has some. */
  | {
      readonly type: 'whole';
      readonly head: ResponseHeadInit;
      readonly octets?: Uint8Array | undefined;
    };

/** The head of a response has come. */
export type ClientHeadEvent =
  /** An interim response, status 100 to 199 but not 101. */
  | { readonly type: 'informational'; readonly head: ResponseHead }
  /** 101 (Switching Protocols), or a 2xx to CONNECT: the octets that follow are not HTTP's. */
  | { readonly type: 'switch'; readonly head: ResponseHead }
  /** The final response's head. */
  | { readonly type: 'response'; readonly head: ResponseHead };

/** What a client machine receives. */
export type ClientWireEvent = ClientHeadEvent | ContentEvent | EndEvent | ClosedEvent;

/** What a client machine sends. */
export type ClientSendEvent =
  | { readonly type: 'request'; readonly head: RequestHeadInit }
  /** A piece of content; passed through, not copied. */
  | { readonly type: 'content'; readonly octets: Uint8Array }
  /** The request is complete. */
  | { readonly type: 'end'; readonly trailers?: readonly FieldLine[] };
