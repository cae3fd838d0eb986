/**
 * Accepts connections whose octets all come in one buffer.
 * Owns the one place that reaches below `node:net`: Node can read into a buffer of ours (`onread`),
 * but offers that for connections that it makes, not for those that it accepts. Without it each
 * read allocates 64 KiB and takes the way of streams: 2.2 of the 4.5 microseconds that a bare
 * server takes for a request of its own (Node 20, 1 kB, wrk with 32 connections).
 *
 * Where the handle of a server is not what it is in Node 20 to 24, {@link acceptBelow} does nothing
 * and says so, and connections are accepted as always.
 */
import { type Server, Socket } from 'node:net';

/** As much as libuv reads at once. All sockets share it: what is in it is read at once, or copied. */
const READ_BYTES = 64 * 1024;
const buffer = Buffer.allocUnsafeSlow(READ_BYTES);

/** What was read last: to make a view takes 80 ns, and clients send as much as they did before. */
let view = buffer;

function readOctets(count: number): Uint8Array {
  if (view.length !== count) view = buffer.subarray(0, count);
  return view;
}

/** What accepts connections below a server. */
interface ListeningHandle {
  onconnection: (this: ListeningHandle, status: number, client: unknown) => void;
}

/** A socket that was accepted, and that gives what it reads to one who takes it. */
export class AcceptedSocket extends Socket {
  /**
   * Takes octets; they lie in a buffer that is written over as soon as it returns. Nothing is taken
   * before it is set, which has to be in the turn in which the socket was made.
   */
  onOctets: (octets: Uint8Array) => void = () => undefined;

  constructor(handle: unknown) {
    const onread = {
      buffer,
      callback: (count: number): boolean => {
        this.onOctets(readOctets(count));
        return true;
      },
    };
    super({ handle, allowHalfOpen: true, onread } as object);
  }
}

/**
 * Accepts the connections of a server that listens as {@link AcceptedSocket}s.
 *
 * @param isWanted - asked for each connection; of the others the server emits `connection`
 * @returns whether that can be done; if not, the server emits `connection` of all
 */
export function acceptBelow(
  server: Server,
  accept: (socket: AcceptedSocket) => void,
  isWanted: () => boolean = () => true,
): boolean {
  const { _handle: handle } = server as { _handle?: Partial<ListeningHandle> | null };
  const ordinary = handle?.onconnection;
  if (typeof ordinary !== 'function') return false;
  (handle as ListeningHandle).onconnection = function onconnection(status, client) {
    // A failure to accept is the server's to tell.
    const isPlain = status === 0 && client !== undefined && isWanted();
    if (!isPlain) return ordinary.call(this, status, client);
    accept(new AcceptedSocket(client));
  };
  return true;
}
