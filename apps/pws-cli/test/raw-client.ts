/**
 * A client of octets: it connects, sends what it is told in the pieces it is told, and keeps what
 * comes back. It takes responses apart itself and shares no code with the server, so that the two
 * cannot be wrong together.
 */
import { type Socket, connect } from 'node:net';

/** How long a test waits for octets that do not come. */
const DEADLINE_MS = 10_000;

/** A response, taken apart. */
export interface RawResponse {
  readonly status: number;
  /** Status line and field lines as they came, without the blank line. */
  readonly head: string;
  /** Values by field name in lower case. */
  readonly fields: Readonly<Record<string, string>>;
  readonly content: Buffer;
}

/** How the connection stands: `ended` by FIN, `reset` by RST. */
export type RawEnd = 'open' | 'ended' | 'reset';

export class RawClient {
  /** The client's own port. */
  readonly port: number;
  #end: RawEnd = 'open';
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  /** Where `#received` lies, with room behind it: octets are copied once, not with each piece. */
  #room: Buffer = Buffer.alloc(4096);
  #read = 0;
  #look: (() => void) | undefined;

  /** Connects over loopback. */
  static connect(port: number, host = '127.0.0.1'): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host, noDelay: true }, () => {
        socket.off('error', reject);
        resolve(new RawClient(socket));
      });
      socket.once('error', reject);
    });
  }

  /** Connects to a Unix socket. */
  static connectUnix(path: string): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ path }, () => {
        socket.off('error', reject);
        resolve(new RawClient(socket));
      });
      socket.once('error', reject);
    });
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.port = socket.localPort ?? 0;
    socket.on('data', (octets: Buffer) => {
      this.#keep(octets);
      this.#look?.();
    });
    socket.on('end', () => this.#ends('ended'));
    // ECONNRESET and EPIPE are ends like others, and the tests ask which.
    socket.on('error', () => this.#ends('reset'));
    socket.on('close', () => this.#ends('ended'));
  }

  /** All octets so far, one to a character. */
  get received(): string {
    return this.#received.toString('latin1');
  }

  /** How the connection stands. */
  get end(): RawEnd {
    return this.#end;
  }

  /** Sends a piece; resolves when the operating system has it. */
  send(octets: string | Uint8Array): Promise<void> {
    const piece = typeof octets === 'string' ? Buffer.from(octets, 'latin1') : octets;
    return new Promise((resolve) => {
      // A server that has closed is no failure of sending: what came back tells.
      this.#socket.write(piece, () => resolve());
    });
  }

  /** Sends each piece on its own, after a turn of the event loop. */
  async sendPieces(pieces: Iterable<string | Uint8Array>): Promise<void> {
    for (const piece of pieces) {
      // One after the other is the point.
      // oxlint-disable-next-line no-await-in-loop
      await this.send(piece);
      // oxlint-disable-next-line no-await-in-loop
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Sends FIN; reading goes on. */
  halfClose(): void {
    this.#socket.end();
  }

  /** Sends RST. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** Closes, without regard to what is still to come. */
  leave(): void {
    this.#socket.destroy();
  }

  /** Leaves what comes to the operating system's buffers. */
  stopReading(): void {
    this.#socket.pause();
  }

  /** Reads again. */
  readOn(): void {
    this.#socket.resume();
  }

  /** The next response. `HEAD` and 204 have no content whatever Content-Length says. */
  async response(method = 'GET'): Promise<RawResponse> {
    await this.#until('the head of a response', () => this.#headEnd() !== -1);
    const headEnd = this.#headEnd();
    const head = this.#received.toString('latin1', this.#read, headEnd);
    const [statusLine = '', ...lines] = head.split('\r\n');
    const status = Number(statusLine.split(' ')[1]);
    const fields = Object.fromEntries(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    this.#read = headEnd + 4;
    const bare = method === 'HEAD' || status === 204;
    const chunked = fields['transfer-encoding'] === 'chunked';
    const length = bare ? 0 : Number(fields['content-length'] ?? 0);
    const content = chunked && !bare ? await this.#chunks() : await this.#take(length);
    return { status, head, fields, content };
  }

  /** The next responses, in the order in which they come. */
  async responses(count: number): Promise<RawResponse[]> {
    const all: RawResponse[] = [];
    // oxlint-disable-next-line no-await-in-loop
    while (all.length < count) all.push(await this.response());
    return all;
  }

  /** Waits until what came fits. */
  untilReceived(what: string, fits: (received: string) => boolean): Promise<void> {
    return this.#until(what, () => fits(this.received));
  }

  /** Waits until the server ends the connection; gives all octets that came. */
  async untilEnd(): Promise<string> {
    await this.#until('the end of the connection', () => this.#end !== 'open');
    return this.received;
  }

  async #take(length: number): Promise<Buffer> {
    const end = this.#read + length;
    await this.#until(`${length} octets of content`, () => this.#received.length >= end);
    const octets = this.#received.subarray(this.#read, end);
    this.#read = end;
    return octets;
  }

  /** Chunks without extensions and without a trailer section: the server sends no others. */
  async #chunks(): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for (;;) {
      const lineEnd = (): number => this.#received.indexOf('\r\n', this.#read, 'latin1');
      // oxlint-disable-next-line no-await-in-loop
      await this.#until('a chunk size', () => lineEnd() !== -1);
      const size = Number.parseInt(this.#received.toString('latin1', this.#read, lineEnd()), 16);
      this.#read = lineEnd() + 2;
      // oxlint-disable-next-line no-await-in-loop
      const chunk = await this.#take(size + 2);
      if (size === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, size));
    }
  }

  #keep(octets: Buffer): void {
    const held = this.#received.length;
    const length = held + octets.length;
    if (length > this.#room.length) {
      this.#room = Buffer.alloc(length * 2);
      this.#received.copy(this.#room);
    }
    octets.copy(this.#room, held);
    this.#received = this.#room.subarray(0, length);
  }

  #headEnd(): number {
    return this.#received.indexOf('\r\n\r\n', this.#read, 'latin1');
  }

  #ends(end: RawEnd): void {
    if (this.#end === 'open') this.#end = end;
    this.#look?.();
  }

  #until(what: string, fits: () => boolean): Promise<void> {
    if (fits()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const settle = (why?: string): void => {
        clearTimeout(deadline);
        this.#look = undefined;
        const came = JSON.stringify(this.received.slice(-500));
        if (why === undefined) resolve();
        else reject(new Error(`${why} while waiting for ${what}; the last that came: ${came}`));
      };
      const deadline = setTimeout(() => settle('the deadline passed'), DEADLINE_MS);
      this.#look = () => {
        if (fits()) settle();
        else if (this.#end !== 'open') settle(`the connection was ${this.#end}`);
      };
      this.#look();
    });
  }
}

/** Sends octets over a connection of their own; gives all that comes until the server ends it. */
export async function exchangeOctets(port: number, octets: string | Uint8Array): Promise<string> {
  const client = await RawClient.connect(port);
  await client.send(octets);
  return client.untilEnd();
}

/** Asks for one target over a connection of its own. */
export async function ask(
  port: number,
  target: string,
  method = 'GET',
  lines: readonly string[] = [],
): Promise<RawResponse> {
  const client = await RawClient.connect(port);
  const fields = ['Host: localhost', 'Connection: close', ...lines];
  await client.send(`${method} ${target} HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n`);
  const response = await client.response(method);
  await client.untilEnd();
  return response;
}
