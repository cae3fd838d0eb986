/**
 * Finds a session that has ended without a word.
 * Where a client's frames cannot be read, nghttp2 sends GOAWAY and neither reads nor sends
 * anything more, not even the end of the connection. Node 22 and later tell of it ('error', then
 * 'close'). Node 20 does so for a wrong preface alone; else nothing shows it but that no frame
 * goes out any more. So after a client has sent something, it is sent a PING.
 *
 * RFC 9113 §5.4.1 (connection errors), §6.7 (PING).
 */
import type { ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';

/** Until when Node does not tell. */
const FIRST_TO_TELL = 22;
const nodeTells = Number(process.versions.node.split('.')[0]) >= FIRST_TO_TELL;

export class SilentEnd {
  readonly #session: ServerHttp2Session;
  readonly #socket: Socket;
  #heardBytes = 0;
  /** What had been written before the PING. */
  #writtenBefore: number | undefined;

  constructor(session: ServerHttp2Session, socket: Socket) {
    this.#session = session;
    this.#socket = socket;
  }

  /**
   * Whether it has ended. Asked again and again, at moments in which nothing is on its way to the
   * client; at the earliest the second time tells.
   */
  get isThere(): boolean {
    if (nodeTells || this.#session.destroyed) return false;
    const { bytesRead, bytesWritten } = this.#socket;
    if (this.#writtenBefore === bytesWritten) return true;
    this.#writtenBefore = undefined;
    if (bytesRead === this.#heardBytes) return false;
    this.#heardBytes = bytesRead;
    this.#writtenBefore = bytesWritten;
    // The answer is no reason to ask again.
    this.#session.ping(() => (this.#heardBytes = this.#socket.bytesRead));
    return false;
  }
}
