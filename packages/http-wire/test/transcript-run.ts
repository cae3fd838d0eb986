/**
 * Plays one case of a transcript on a machine, with the octets cut into given pieces.
 * Owns how an event is written as a line, and how a step becomes an event to be sent.
 */
import {
  ClientConnection,
  type ClientSendEvent,
  type ClientWireEvent,
  NEED_DATA,
  PAUSED,
  ProtocolError,
  type RequestHead,
  ServerConnection,
  type ServerSendEvent,
  type ServerWireEvent,
  UsageError,
} from '../src/index.ts';
import { escapeOctets, escapeText, octetsOfText, unescapeText } from './octet-text.ts';
import type { SendStep, TranscriptCase } from './transcript.ts';

type Machine = ServerConnection | ClientConnection;
type WireEvent = ServerWireEvent | ClientWireEvent;

/** What came out of a run. */
export interface TranscriptRun {
  /** Events received, one per line; field lines and trailers are indented below theirs. */
  readonly events: readonly string[];
  /** Octets sent. */
  readonly sent: Uint8Array;
  /** The machine, as the case left it. */
  readonly machine: Machine;
  /** The error that the peer caused, where it did. */
  readonly error: ProtocolError | undefined;
}

/**
 * Plays a case whose octets come in these pieces.
 *
 * @param buffer - where each piece comes in; it is written over as soon as that is allowed
 */
export function runTranscript(
  transcript: TranscriptCase,
  pieces: readonly Uint8Array[],
  buffer?: Uint8Array,
): TranscriptRun {
  const player = new Player(transcript, buffer);
  const { options, steps } = transcript;
  const marked = steps.findIndex(({ verb }) => verb === 'octets');
  // A server waits for a request before it sends, a client sends one before it waits.
  const usual = options.role === 'server' ? 0 : steps.length;
  const place = marked === -1 ? usual : marked;
  for (let index = 0; index <= steps.length; index++) {
    if (index === place) {
      for (const piece of pieces) player.receive(piece);
      if (options.finally === 'end') player.receiveEnd();
    }
    const step = steps[index];
    if (step !== undefined) player.take(step, steps[index + 1]);
  }
  return player.finish();
}

class Player {
  readonly #case: TranscriptCase;
  readonly #machine: Machine;
  readonly #buffer: Uint8Array | undefined;
  readonly #lines: string[] = [];
  readonly #sent: Uint8Array[] = [];
  /** Content read since the last other event: how it was cut is no part of a transcript. */
  #content = '';
  #standing = 'need-data';
  #error: ProtocolError | undefined;
  #headRead = false;
  /** Whether `reads: head` has been lifted by a step. */
  #readsOn = false;

  constructor(transcript: TranscriptCase, buffer: Uint8Array | undefined) {
    this.#case = transcript;
    this.#buffer = buffer;
    const { role, limits } = transcript.options;
    this.#machine =
      role === 'server' ? new ServerConnection({ limits }) : new ClientConnection({ limits });
  }

  receive(piece: Uint8Array): void {
    this.#buffer?.set(piece);
    this.#machine.receive(this.#buffer?.subarray(0, piece.length) ?? piece);
    this.#read();
    if (this.#buffer === undefined) return;
    this.#machine.copyHeld();
    this.#buffer.fill(0xaa);
  }

  receiveEnd(): void {
    this.#machine.receiveEnd();
    this.#read();
  }

  finish(): TranscriptRun {
    this.#flushContent();
    if (this.#standing !== '') this.#lines.push(this.#standing);
    let length = 0;
    for (const octets of this.#sent) length += octets.length;
    const sent = new Uint8Array(length);
    let at = 0;
    for (const octets of this.#sent) {
      sent.set(octets, at);
      at += octets.length;
    }
    return { events: this.#lines, sent, machine: this.#machine, error: this.#error };
  }

  /** Takes one step of a `send` block. */
  take(step: SendStep, next: SendStep | undefined): void {
    switch (step.verb) {
      case 'refused':
      case 'octets':
        return;
      case 'read':
        this.#readsOn = true;
        this.#read();
        return;
      case 'receive-end':
        this.receiveEnd();
        return;
      case 'receive':
        this.receive(octetsOfText(unescapeText(quoted(step.argument))));
        return;
      case 'state':
        this.#note(this.#describeState());
        return;
      case 'take-remaining':
        this.#note(`remaining "${escapeOctets(this.#machine.takeRemaining())}"`);
        return;
      default:
        this.#attempt(step, next?.verb === 'refused' ? next.argument : undefined);
    }
  }

  #attempt(step: SendStep, refused: string | undefined): void {
    let code: string | undefined;
    try {
      if (step.verb === 'next') this.#machine.startNextCycle();
      else this.#sent.push(...this.#send(step));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      code = error.code;
    }
    if (code !== refused) {
      throw new Error(`${step.verb} was refused: ${code ?? 'no'}; expected: ${refused ?? 'no'}`);
    }
    if (step.verb === 'next' && code === undefined) {
      this.#headRead = false;
      this.#note('next');
      this.#read();
    }
  }

  #send(step: SendStep): Uint8Array[] {
    const machine = this.#machine;
    if (machine instanceof ServerConnection) return machine.send(serverEvent(step));
    return machine.send(clientEvent(step));
  }

  /** Reads until there is nothing to read. */
  #read(): void {
    while (this.#error === undefined && this.#mayRead()) {
      let event: WireEvent | typeof NEED_DATA | typeof PAUSED;
      try {
        event = this.#machine.nextEvent();
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        this.#error = error;
        this.#note(`error ${error.status} ${error.code} @${error.offset}`);
        this.#standing = '';
        return;
      }
      if (event === NEED_DATA || event === PAUSED) {
        this.#standing = event === NEED_DATA ? 'need-data' : 'paused';
        return;
      }
      if (event.type === 'closed') {
        this.#standing = 'closed';
        return;
      }
      this.#noteEvent(event);
    }
    if (this.#error === undefined) this.#standing = '';
  }

  #mayRead(): boolean {
    return this.#case.options.reads === 'all' || this.#readsOn || !this.#headRead;
  }

  #noteEvent(event: Exclude<WireEvent, { type: 'closed' }>): void {
    if (event.type === 'content') {
      for (const octet of event.octets) this.#content += String.fromCharCode(octet);
      return;
    }
    if (event.type === 'end') {
      this.#note('end', event.trailers);
      if (this.#case.options.answers === 'each') this.#answer();
      return;
    }
    this.#headRead = true;
    const line =
      event.type === 'request'
        ? describeRequest(event.head)
        : `${event.type} HTTP/1.${event.head.minorVersion} ${event.head.status} "${escapeText(event.head.reason)}"`;
    const showsFields = this.#case.events.some(
      (text, index, all) => text.startsWith('  ') && all[index - 1]?.startsWith(`${event.type} `),
    );
    this.#note(
      this.#machine.persists ? line : `${line} closes`,
      showsFields ? event.head.fields : [],
    );
  }

  #answer(): void {
    const machine = this.#machine;
    if (!(machine instanceof ServerConnection)) throw new Error('only a server answers');
    this.#sent.push(...machine.send({ type: 'response', head: { status: 204, fields: [] } }));
    this.#sent.push(...machine.send({ type: 'end' }));
    if (!machine.persists) return;
    machine.startNextCycle();
    this.#note('next');
  }

  #note(line: string, fieldLines: Iterable<readonly [string, string]> = []): void {
    this.#flushContent();
    this.#lines.push(line);
    for (const [name, value] of fieldLines)
      this.#lines.push(`  ${name}: ${escapeText(value)}`.trimEnd());
  }

  #flushContent(): void {
    if (this.#content !== '') this.#lines.push(`content "${escapeText(this.#content)}"`);
    this.#content = '';
  }

  #describeState(): string {
    const machine = this.#machine;
    const standing = machine.persists ? 'persists' : 'closes';
    if (machine instanceof ClientConnection) return `state ${standing}`;
    const words = ['state', machine.phase, standing];
    if (machine.awaitsContinue) words.push('awaits-continue');
    return words.join(' ');
  }
}

/** A request as a line: start line, then whatever is not the usual case. */
function describeRequest(head: RequestHead): string {
  const { form, path, query, authority } = head.target;
  const words = [
    'request',
    head.method,
    escapeText(head.requestTarget),
    `HTTP/1.${head.minorVersion}`,
  ];
  if (form !== 'origin') {
    words.push(`form=${form}`, `path=${path}`);
    if (query !== undefined) words.push(`query=${query}`);
    if (authority !== undefined) words.push(`authority=${authority}`);
  }
  if (head.framing.kind === 'length') words.push(`length=${head.framing.lengthBytes}`);
  else if (head.framing.kind !== 'none') words.push(head.framing.kind);
  if (head.expectsContinue) words.push('expects-continue');
  return words.join(' ');
}

function fieldLinesOf(step: SendStep): [name: string, value: string][] {
  return step.fieldLines.map(([name, value]) => [unescapeText(name), unescapeText(value)]);
}

function serverEvent(step: SendStep): ServerSendEvent {
  const { verb, argument } = step;
  if (verb !== 'response' && verb !== 'informational' && verb !== 'switch') return bodyEvent(step);
  const [, digits, reason] = /^(\S+)(?: (.*))?$/.exec(argument) ?? [];
  const head = { status: Number(digits), fields: fieldLinesOf(step) };
  if (reason === undefined) return { type: verb, head };
  return { type: verb, head: { ...head, reason: unescapeText(reason) } };
}

function clientEvent(step: SendStep): ClientSendEvent {
  if (step.verb !== 'request') return bodyEvent(step);
  const [method = '', ...rest] = step.argument.split(' ');
  const requestTarget = unescapeText(rest.join(' '));
  return {
    type: 'request',
    head: { method: unescapeText(method), requestTarget, fields: fieldLinesOf(step) },
  };
}

function bodyEvent(step: SendStep): Extract<ClientSendEvent, { type: 'content' | 'end' }> {
  if (step.verb === 'content') {
    return { type: 'content', octets: octetsOfText(unescapeText(quoted(step.argument))) };
  }
  if (step.verb !== 'end') throw new Error(`no step is called ${step.verb}`);
  const trailers = fieldLinesOf(step);
  return trailers.length === 0 ? { type: 'end' } : { type: 'end', trailers };
}

function quoted(text: string): string {
  if (!/^".*"$/.test(text)) throw new Error(`expected text in quotes, got ${text}`);
  return text.slice(1, -1);
}
