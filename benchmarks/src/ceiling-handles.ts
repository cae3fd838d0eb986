/**
 * What lies below Node's sockets, as far as a ceiling needs it: handles that are read into one buffer
 * and written one write at a time. Nothing of it is documented; PWS's own part of it, which looks
 * whether it is there, is below-net.ts.
 */

/** A connection, plain or over TLS. */
export interface Handle {
  onread: (this: Handle) => void;
  useUserBuffer(buffer: Uint8Array): void;
  readStart(): number;
  /** The octets are not to be changed before it is complete. */
  writeBuffer(request: WriteRequest, octets: Uint8Array): number;
  close(): void;
}

/** A write. */
export interface WriteRequest {
  /** Called where the write is not done in the call. */
  oncomplete?: (this: WriteRequest, status: number) => void;
}

interface StreamWrap {
  readonly WriteWrap: new () => WriteRequest;
  readonly streamBaseState: Int32Array;
  readonly kReadBytesOrError: number;
  readonly kLastWriteWasAsync: number;
}

const found = (process as unknown as { binding(name: 'stream_wrap'): StreamWrap }).binding(
  'stream_wrap',
);
const { streamBaseState, kReadBytesOrError, kLastWriteWasAsync } = found;

/** What a write is told to. */
export const WriteWrap: new () => WriteRequest = found.WriteWrap;

/** What is read is never looked at, so all connections share it. */
const buffer = Buffer.allocUnsafeSlow(65_536);

/** Reads a connection. */
export function readInto(handle: Handle, onread: Handle['onread']): void {
  handle.onread = onread;
  handle.useUserBuffer(buffer);
  handle.readStart();
}

/** Whether the last read gave something; if not, the other end is gone. */
export function hasRead(): boolean {
  return (streamBaseState[kReadBytesOrError] as number) > 0;
}

/** Whether the system has all of the last write already. */
export function isWritten(): boolean {
  return streamBaseState[kLastWriteWasAsync] === 0;
}
