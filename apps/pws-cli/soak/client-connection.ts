/**
 * A client's connection, in plain text or over TLS, that takes octets only when it is told to: so
 * that it can be a slow reader, leave in the middle, or ask several things at once. It shares no
 * code with the server.
 */
import { type Socket, connect } from 'node:net';
import { connect as connectSecurely } from 'node:tls';

/** Where the server is, and whom its TLS is to be trusted for. */
export interface Place {
  readonly port: number;
  /** The certificate; `undefined` for plain text. */
  readonly cert: string | undefined;
}

/** The head of a response. */
export interface ResponseHead {
  readonly status: number;
  /** Values by field name in lower case. */
  readonly fields: Readonly<Record<string, string>>;
}

/** A bound for what hangs. */
const DEADLINE_MS = 30_000;

/** The connection was over before what was waited for came. */
export class ConnectionOver extends Error {}

export class ClientConnection {
  /** Answers whose heads came. */
  answers = 0;
  /** Whether the server has said that the last answer was the last. */
  isLast = false;
  /** Octets that came. */
  receivedBytes = 0;
  readonly #socket: Socket;
  readonly #transport: Socket;
  #unread: Buffer = Buffer.alloc(0);
  #over = '';
  #wake: () => void = () => undefined;

  static async open({ port, cert }: Place): Promise<ClientConnection> {
    const transport = connect({ port, host: '127.0.0.1', noDelay: true });
    await settled(transport, 'connect');
    if (cert === undefined) return new ClientConnection(transport, transport);
    const socket = connectSecurely({
      socket: transport,
      ca: cert,
      servername: 'localhost',
      ALPNProtocols: ['http/1.1'],
    });
    await settled(socket, 'secureConnect');
    return new ClientConnection(socket, transport);
  }

  private constructor(socket: Socket, transport: Socket) {
    this.#socket = socket;
    this.#transport = transport;
    const ends = (how: string): void => {
      this.#over ||= how;
      this.#wake();
    };
    socket.on('readable', () => this.#wake());
    socket.on('end', () => ends('ended'));
    socket.on('error', (error) => ends(error.message));
    socket.on('close', () => ends('closed'));
    socket.setTimeout(DEADLINE_MS, () => socket.destroy(new Error('the deadline passed')));
  }

  /** Whether the server can be asked more on it. */
  get isOpen(): boolean {
    return this.#over === '' && !this.isLast;
  }

  /** Sends octets; resolves when the operating system has them, or nobody takes them any more. */
  send(octets: string): Promise<void> {
    return new Promise((resolve) => this.#socket.write(octets, 'latin1', () => resolve()));
  }

  /** Ends its side; what comes can still be read. */
  end(): void {
    this.#socket.end();
  }

  /** Sends RST. */
  reset(): void {
    this.#transport.resetAndDestroy();
  }

  /** Closes, without regard to what is still to come. */
  leave(): void {
    this.#socket.destroy();
    this.#transport.destroy();
  }

  /** The next head. @throws {ConnectionOver} */
  async head(): Promise<ResponseHead> {
    for (;;) {
      const end = this.#unread.indexOf('\r\n\r\n', 0, 'latin1');
      if (end !== -1) return this.#takeHead(end);
      // oxlint-disable-next-line no-await-in-loop
      await this.#more('a head');
    }
  }

  /** The content that belongs to a head. @throws {ConnectionOver} */
  content({ status, fields }: ResponseHead, method = 'GET'): Promise<Buffer> {
    if (method === 'HEAD' || status === 204 || status === 304) return Promise.resolve(NOTHING);
    if (fields['transfer-encoding'] === 'chunked') return this.#chunks();
    return this.take(Number(fields['content-length']));
  }

  /** So many octets. @throws {ConnectionOver} */
  async take(count: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    let missing = count;
    while (missing > 0) {
      // oxlint-disable-next-line no-await-in-loop
      if (this.#unread.length === 0) await this.#more(`${missing} octets`);
      const piece = this.#unread.subarray(0, missing);
      this.#unread = this.#unread.subarray(piece.length);
      missing -= piece.length;
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  }

  /** Reads to the end of the connection. */
  async untilRead(): Promise<void> {
    try {
      // oxlint-disable-next-line no-await-in-loop
      for (;;) await this.#more('the end');
    } catch (error) {
      if (!(error instanceof ConnectionOver)) throw error;
    }
  }

  #takeHead(end: number): ResponseHead {
    const [statusLine = '', ...lines] = this.#unread.toString('latin1', 0, end).split('\r\n');
    this.#unread = this.#unread.subarray(end + 4);
    this.answers += 1;
    const fields = Object.fromEntries(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    this.isLast = fields['connection'] === 'close';
    return { status: Number(statusLine.split(' ')[1]), fields };
  }

  async #chunks(): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop
      const size = Number.parseInt(await this.#line(), 16);
      // oxlint-disable-next-line no-await-in-loop
      const chunk = await this.take(size + 2);
      if (size === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, size));
    }
  }

  async #line(): Promise<string> {
    for (;;) {
      const end = this.#unread.indexOf('\r\n', 0, 'latin1');
      if (end === -1) {
        // oxlint-disable-next-line no-await-in-loop
        await this.#more('a line');
      } else {
        const line = this.#unread.toString('latin1', 0, end);
        this.#unread = this.#unread.subarray(end + 2);
        return line;
      }
    }
  }

  async #more(what: string): Promise<void> {
    for (;;) {
      const octets = this.#socket.read() as Buffer | null;
      if (octets !== null) {
        this.receivedBytes += octets.length;
        this.#unread = this.#unread.length === 0 ? octets : Buffer.concat([this.#unread, octets]);
        return;
      }
      if (this.#over !== '') throw new ConnectionOver(`${this.#over} while waiting for ${what}`);
      // oxlint-disable-next-line no-await-in-loop
      await this.#woken();
    }
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

const NOTHING = Buffer.alloc(0);

function settled(socket: Socket, event: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once(event, () => {
      socket.off('error', reject);
      resolve();
    });
  });
}
