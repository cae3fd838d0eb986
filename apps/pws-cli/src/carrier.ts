/**
 * What carries the octets of a connection: a socket of Node's, or one below it.
 * Owns what a connection asks of either, and what it is told.
 */
import type { Socket } from 'node:net';

/** Called when the operating system has what was written, or cannot have it. */
export type Written = (error?: Error | null) => void;

/** Takes what comes from the other end. */
export interface Receiver {
  /** Takes octets; where they lie may be written over as soon as it returns. */
  receive(octets: Uint8Array): void;
  /** No more will come; the other end can still be answered. */
  receiveEnd(): void;
  /** The connection is gone. Called once. */
  closed(): void;
}

/** As a socket of Node's has it. */
type OfSocket =
  | 'bytesWritten'
  | 'destroyed'
  | 'readableEnded'
  | 'remoteAddress'
  | 'remotePort'
  | 'writableCorked';

/** What a connection does with its socket, in the words of Node's. */
export interface Carrier extends Readonly<Pick<Socket, OfSocket>> {
  /** Set where the other end is reached over TLS. */
  readonly encrypted?: boolean;
  /** What was written and has not left, as far as one can see: a piece on its way counts whole. */
  readonly writableLength: number;
  write(octets: Uint8Array, written?: Written): unknown;
  /** Holds back what is written, until it was uncorked as often. */
  cork(): void;
  uncork(): void;
  /** Ends this side, behind what was written. */
  end(): unknown;
  pause(): unknown;
  resume(): unknown;
  isPaused(): boolean;
  destroy(): unknown;
  /** The same, behind what was written. */
  destroySoon(): void;
  /** Ends it with RST. @throws where it is no TCP */
  resetAndDestroy(): unknown;
}

/** Has a receiver told what comes over a socket of Node's. */
export function listenTo(socket: Socket, receiver: Receiver): void {
  socket.on('data', (octets: Uint8Array) => receiver.receive(octets));
  socket.on('end', () => receiver.receiveEnd());
  // What went wrong shows in what becomes of writes; 'close' always follows.
  socket.on('error', () => undefined);
  socket.on('close', () => receiver.closed());
}
