/**
 * The situations in which a machine reads octets, and what it reads there, as text.
 * Owns the loop that reads until nothing more can be read, and the answers that keep a
 * connection going; knows nothing of what is right.
 */
import {
  ClientConnection,
  NEED_DATA,
  PAUSED,
  ProtocolError,
  type RequestHead,
  type ResponseHead,
  ServerConnection,
  type WireLimits,
} from '../src/index.ts';
import { escapeOctets } from '../test/octet-text.ts';
import { TIGHT } from '../test/tight-limits.ts';

export type Machine = ServerConnection | ClientConnection;

/** A situation. */
export interface Scenario {
  readonly role: 'server' | 'client';
  readonly limits: Partial<WireLimits>;
  /** Whether a server agrees to a switch, and not answers 404. */
  readonly switches: boolean;
  /** The start of the request that a client has sent; `undefined` where it has sent none. */
  readonly asked: readonly [method: string, requestTarget: string, upgrade: boolean] | undefined;
  /** Whether the peer ends behind the octets. */
  readonly ends: boolean;
}

const SERVER: Scenario = {
  role: 'server',
  limits: {},
  switches: false,
  asked: undefined,
  ends: false,
};
const CLIENT: Scenario = { ...SERVER, role: 'client', asked: ['GET', '/', false] };

/** All of them, by the name that the corpus uses. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  server: SERVER,
  'server-ends': { ...SERVER, ends: true },
  'server-tight': { ...SERVER, limits: TIGHT },
  'server-switches': { ...SERVER, switches: true },
  'client-get': CLIENT,
  'client-ends': { ...CLIENT, ends: true },
  'client-tight': { ...CLIENT, limits: TIGHT },
  'client-head': { ...CLIENT, asked: ['HEAD', '/', false] },
  'client-connect': { ...CLIENT, asked: ['CONNECT', 'a:1', false] },
  'client-upgrade': { ...CLIENT, asked: ['GET', '/', true] },
  'client-silent': { ...CLIENT, asked: undefined },
};

/** A message that was read to its end. */
export interface ReadMessage {
  readonly head: RequestHead | ResponseHead;
  readonly content: readonly Uint8Array[];
  readonly trailers: readonly (readonly [name: string, value: string])[];
}

/** What became of the octets. */
export interface Reading {
  /** What was read, one event to a line; content is joined. */
  readonly lines: readonly string[];
  /** Words for what happened, without what was said: what coverage is counted in. */
  readonly steps: readonly string[];
  readonly heads: readonly (RequestHead | ResponseHead)[];
  readonly messages: readonly ReadMessage[];
  readonly machine: Machine;
  readonly error: ProtocolError | undefined;
  /** Octets that were handed out after a switch. */
  readonly remaining: Uint8Array | undefined;
  /** The most octets that were held while the machine wanted more. */
  readonly mostHeldBytes: number;
}

/** Makes a machine; a test of the oracles makes one that is wrong. */
export type MachineMaker = (scenario: Scenario) => Machine;

export const makeMachine: MachineMaker = ({ role, limits }) =>
  role === 'server' ? new ServerConnection({ limits }) : new ClientConnection({ limits });

/** Reads octets that come in these pieces. */
export function readPieces(
  scenario: Scenario,
  pieces: readonly Uint8Array[],
  make: MachineMaker = makeMachine,
): Reading {
  const reader = new Reader(scenario, make(scenario));
  for (const piece of pieces) reader.receive(piece);
  if (scenario.ends) reader.receiveEnd();
  return reader.finish();
}

class Reader {
  readonly #scenario: Scenario;
  readonly #machine: Machine;
  readonly #lines: string[] = [];
  readonly #steps: string[] = [];
  readonly #heads: (RequestHead | ResponseHead)[] = [];
  readonly #messages: ReadMessage[] = [];
  readonly #remaining: Uint8Array[] = [];
  #content: Uint8Array[] = [];
  #error: ProtocolError | undefined;
  #over = false;
  #switched = false;
  #mostHeldBytes = 0;

  constructor(scenario: Scenario, machine: Machine) {
    this.#scenario = scenario;
    this.#machine = machine;
    this.#ask();
  }

  receive(piece: Uint8Array): void {
    this.#machine.receive(piece);
    this.#read();
  }

  receiveEnd(): void {
    this.#machine.receiveEnd();
    this.#read();
  }

  finish(): Reading {
    this.#flush();
    this.#note(this.#over ? 'over' : 'waits');
    return {
      lines: this.#lines,
      steps: this.#steps,
      heads: this.#heads,
      messages: this.#messages,
      machine: this.#machine,
      error: this.#error,
      remaining: this.#switched ? concatenate(this.#remaining) : undefined,
      mostHeldBytes: this.#mostHeldBytes,
    };
  }

  #ask(): void {
    const machine = this.#machine;
    const { asked } = this.#scenario;
    if (!(machine instanceof ClientConnection) || asked === undefined) return;
    const [method, requestTarget, upgrade] = asked;
    const fields: [string, string][] = [['Host', 'a:1']];
    if (upgrade) fields.push(['Connection', 'upgrade'], ['Upgrade', 'b']);
    machine.send({ type: 'request', head: { method, requestTarget, fields } });
    machine.send({ type: 'end' });
  }

  #read(): void {
    while (!this.#over) {
      let event: ReturnType<Machine['nextEvent']>;
      try {
        event = this.#machine.nextEvent();
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        this.#error = error;
        this.#over = true;
        this.#flush();
        this.#note(`error ${error.code}`, `error ${error.status} ${error.code} @${error.offset}`);
        return;
      }
      if (event === NEED_DATA) {
        this.#mostHeldBytes = Math.max(this.#mostHeldBytes, this.#machine.heldBytes);
        return;
      }
      if (event === PAUSED) this.#goOn();
      else this.#take(event);
    }
    if (this.#switched) this.#remaining.push(this.#machine.takeRemaining());
  }

  #take(event: Exclude<ReturnType<Machine['nextEvent']>, symbol>): void {
    if (event.type === 'content') {
      this.#content.push(event.octets);
      return;
    }
    if (event.type === 'end') {
      const content = this.#content;
      this.#flush();
      const trailers = [...(event.trailers ?? [])];
      const head = this.#heads.at(-1);
      if (head !== undefined) this.#messages.push({ head, content, trailers });
      this.#note(trailers.length > 0 ? 'end trailers' : 'end', `end ${JSON.stringify(trailers)}`);
      return;
    }
    if (event.type === 'closed') {
      this.#over = true;
      this.#note('closed');
      return;
    }
    this.#heads.push(event.head);
    const { fields, ...rest } = event.head;
    this.#note(stepOf(event.type, event.head), JSON.stringify([event.type, rest, [...fields]]));
    if (event.type === 'switch') this.#switch();
  }

  /** The machine is paused: the exchange is finished, or the connection is over. */
  #goOn(): void {
    const machine = this.#machine;
    if (machine instanceof ServerConnection) this.#answer(machine);
    if (this.#over) return;
    this.#over = !machine.persists || (machine instanceof ClientConnection && this.#asksNoMore);
    if (this.#over) return;
    machine.startNextCycle();
    this.#ask();
    this.#note('next');
  }

  /** A client that has asked nothing, or has offered a switch that was taken, asks no more. */
  get #asksNoMore(): boolean {
    return this.#scenario.asked === undefined;
  }

  #answer(machine: ServerConnection): void {
    const head = this.#heads.at(-1) as RequestHead;
    const offered = head.method === 'CONNECT' || head.fields.has('upgrade');
    if (this.#scenario.switches && offered && this.#trySwitch(machine, head)) return;
    const fields = [['Content-Length', '0']] as const;
    machine.send({ type: 'response', head: { status: 404, fields } });
    machine.send({ type: 'end' });
  }

  #trySwitch(machine: ServerConnection, head: RequestHead): boolean {
    const status = head.method === 'CONNECT' ? 200 : 101;
    try {
      machine.send({ type: 'switch', head: { status, fields: [] } });
    } catch {
      // Upgrade without Connection offers nothing.
      return false;
    }
    this.#note('switch');
    this.#switch();
    return true;
  }

  #switch(): void {
    this.#switched = true;
    this.#over = true;
  }

  #flush(): void {
    const text = escapeOctets(concatenate(this.#content));
    this.#content = [];
    if (text !== '') this.#note('content', `content ${text}`);
  }

  #note(step: string, line: string = step): void {
    this.#steps.push(step);
    this.#lines.push(line);
  }
}

/** What kind of head it is: what changes the way on from here, and no more. */
function stepOf(type: string, head: RequestHead | ResponseHead): string {
  if (!('method' in head)) {
    const kind = [204, 304].includes(head.status) ? head.status : Math.floor(head.status / 100);
    return `${type} ${kind} 1.${Math.min(head.minorVersion, 2)}`;
  }
  const method = /^(?:GET|HEAD|CONNECT|OPTIONS)$/.test(head.method) ? head.method : 'other';
  const words = [type, method, head.target.form, head.framing.kind];
  words.push(`1.${Math.min(head.minorVersion, 2)}`);
  if (head.expectsContinue) words.push('expects');
  if (head.fields.has('upgrade')) words.push('upgrade');
  return words.join(' ');
}

/** The pieces as one. */
export function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
