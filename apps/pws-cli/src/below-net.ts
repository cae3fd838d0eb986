/**
 * What lies below `node:net`: the handles of its sockets, and how they are read and written.
 * Owns all that the program knows of the inside of Node. A socket of `node:net` is two streams,
 * twenty objects and a dozen events; a connection that lives for one answer costs 29 microseconds
 * of the processor with it, and 17 without (Node 20, a bare server, 1 kB). And Node reads into a
 * buffer of ours (`onread`) for connections that it makes, not for those that it accepts.
 *
 * Nothing of it is documented, so each part is looked for. Where one is not what it is in Node 20 to
 * 24, or may not be used (`--permission`), {@link internals} is `undefined`, and sockets are Node's.
 */
import type { Server } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** A write or an end of a handle that is on its way. */
export interface HandleRequest {
  oncomplete: (this: HandleRequest, status: number) => void;
}

/** What a socket of Node's stands on: a TCP connection, one of a Unix socket, or TLS on either. */
export interface StreamHandle {
  onread: (this: StreamHandle) => void;
  readonly writeQueueSize?: number;
  /** Where all that is read lies. */
  useUserBuffer(buffer: Uint8Array): void;
  readStart(): number;
  readStop(): number;
  writeBuffer(request: HandleRequest, octets: Uint8Array): number;
  writev(request: HandleRequest, pieces: readonly Uint8Array[], allBuffers: true): number;
  shutdown(request: HandleRequest): number;
  close(): void;
  /** A Unix socket has none of these. */
  reset?(): number;
  getpeername?(out: { address?: string; port?: number }): number;
  setNoDelay?(isSet: boolean): number;
  setKeepAlive?(isSet: boolean, delaySeconds: number): number;
}

/** The parts of Node that are needed to read and write a handle. */
export interface Internals {
  readonly WriteRequest: new () => HandleRequest;
  readonly ShutdownRequest: new () => HandleRequest;
  /** What the last call gave. */
  readonly results: Readonly<Int32Array>;
  /** Where in the results the number of octets that were read is; below 0 it is an errno. */
  readonly readAt: number;
  /** Where it is told that a write is not done yet. */
  readonly asyncAt: number;
}

type Binding = (name: string) => unknown;

/** Looks for them. */
export function findInternals(
  binding: Binding | undefined = (process as { binding?: Binding }).binding,
): Internals | undefined {
  try {
    const found = binding?.('stream_wrap') as Readonly<Record<string, unknown>> | undefined;
    const { WriteWrap: WriteRequest, ShutdownWrap: ShutdownRequest } = found ?? {};
    const { streamBaseState: results, kReadBytesOrError: readAt, kLastWriteWasAsync } = found ?? {};
    const asyncAt = kLastWriteWasAsync;
    const isFound =
      typeof WriteRequest === 'function' &&
      typeof ShutdownRequest === 'function' &&
      results instanceof Int32Array &&
      typeof readAt === 'number' &&
      typeof asyncAt === 'number';
    return isFound
      ? ({ WriteRequest, ShutdownRequest, results, readAt, asyncAt } as Internals)
      : undefined;
  } catch {
    return undefined;
  }
}

/** What was found. */
export const internals: Internals | undefined = findInternals();

const METHODS = [
  'useUserBuffer',
  'readStart',
  'readStop',
  'writeBuffer',
  'writev',
  'shutdown',
  'close',
] as const satisfies readonly (keyof StreamHandle)[];

/** Whether it can be read and written here. */
function isStreamHandle(handle: unknown): handle is StreamHandle {
  if (typeof handle !== 'object' || handle === null) return false;
  return METHODS.every((name) => typeof (handle as Partial<StreamHandle>)[name] === 'function');
}

/** What a TLS socket stands on; `undefined` where it is not what it is in Node. */
export function handleOf(socket: TLSSocket): StreamHandle | undefined {
  const { _handle: handle } = socket as { _handle?: unknown };
  return internals !== undefined && isStreamHandle(handle) ? handle : undefined;
}

/** What a TLS socket's handle writes to; `undefined` where that cannot be seen. */
export function transportOf(
  handle: StreamHandle,
): Pick<StreamHandle, 'writeQueueSize'> | undefined {
  const { _parent: transport } = handle as { _parent?: Partial<StreamHandle> | null };
  return typeof transport?.writeQueueSize === 'number' ? transport : undefined;
}

/**
 * Listens on a descriptor of this process. In a worker `listen()` asks the process that started it for
 * a descriptor of that number, whatever options it is given.
 *
 * @returns whether that can be done; what comes of it the server tells by its events
 */
export function listenHere(server: Server, descriptor: number, backlog: number): boolean {
  const { _listen2: listen } = server as { _listen2?: ListenOnDescriptor };
  if (typeof listen !== 'function') return false;
  listen.call(server, null, null, null, backlog, descriptor);
  return true;
}

type ListenOnDescriptor = (
  this: Server,
  address: null,
  port: null,
  addressType: null,
  backlog: number,
  descriptor: number,
) => void;

/** What accepts connections below a server. */
interface ListeningHandle {
  onconnection: (this: ListeningHandle, status: number, client: unknown) => void;
}

/**
 * Accepts the connections of a server that listens as handles.
 *
 * @param isWanted - asked for each connection; of the others the server emits `connection`
 * @returns whether that can be done; if not, the server emits `connection` of all
 */
export function acceptBelow(
  server: Server,
  accept: (handle: StreamHandle) => void,
  isWanted: () => boolean = () => true,
): boolean {
  const { _handle: handle } = server as { _handle?: Partial<ListeningHandle> | null };
  const ordinary = handle?.onconnection;
  if (internals === undefined || typeof ordinary !== 'function') return false;
  (handle as ListeningHandle).onconnection = function onconnection(status, client) {
    // A failure to accept is the server's to tell.
    const isPlain = status === 0 && isWanted() && isStreamHandle(client);
    if (!isPlain) return ordinary.call(this, status, client);
    accept(client);
  };
  return true;
}

/** What a socket that listens has of its options. */
type OptionsOfHandle = Pick<StreamHandle, 'setNoDelay' | 'setKeepAlive'>;

/**
 * Has all connections of a server send at once, and asked after a while whether they are still
 * there. Linux gives the options of the socket that listens to each that it accepts; to set them one
 * by one takes five calls of the system for each connection.
 *
 * @returns whether that can be done; if not, each connection needs them set
 */
export function bequeathOptions(server: Server, keepAliveSeconds: number): boolean {
  if (process.platform !== 'linux') return false;
  const { _handle: handle } = server as { _handle?: OptionsOfHandle | null };
  return handle?.setNoDelay?.(true) === 0 && handle.setKeepAlive?.(true, keepAliveSeconds) === 0;
}
