/**
 * What must hold for any octets. Each function throws a `Finding` where something does not.
 */
import {
  ClientConnection,
  DEFAULT_LIMITS,
  type FieldLine,
  PROTOCOL_ERROR_STATUS,
  type RequestHead,
  type ResponseHead,
  ServerConnection,
  UsageError,
  charsetOf,
  formatContentDisposition,
  formatContentType,
  formatForwarded,
  formatParameters,
  parseContentDisposition,
  parseContentType,
  parseExpect,
  parseForwarded,
  parseParameters,
  parseRequestHead,
  parseResponseHead,
  serializeRequestHead,
  serializeResponseHead,
} from '../src/index.ts';
import { escapeOctets } from '../test/octet-text.ts';
import {
  type MachineMaker,
  type ReadMessage,
  type Reading,
  SCENARIOS,
  type Scenario,
  concatenate,
  makeMachine,
  readPieces,
} from './scenario.ts';

/** Something that must hold does not. */
export class Finding extends Error {
  override readonly name = 'Finding';
}

/** Twice the limits, for messages that are written again: they may have grown by blanks. */
const WIDE = Object.fromEntries(
  Object.entries(DEFAULT_LIMITS).map(([name, limit]) => [name, Math.min(2 * limit, 2 ** 53 - 1)]),
);

/**
 * Checks all that must hold for these octets in this situation.
 *
 * @param cuts - where the octets are cut, for the readings that must agree
 * @returns the reading of the octets in one piece
 */
export function check(
  scenario: Scenario,
  octets: Uint8Array,
  cuts: readonly (readonly number[])[],
  make: MachineMaker = makeMachine,
): Reading {
  let whole: Reading;
  try {
    whole = readPieces(scenario, [octets], make);
  } catch (error) {
    throw new Finding('something else than a ProtocolError was thrown', { cause: error });
  }
  checkSplits(scenario, octets, cuts, whole, make);
  checkError(whole, octets);
  checkSwitch(whole, octets);
  for (const head of whole.heads) {
    checkHead(head);
    for (const [, value] of head.fields) checkFieldValue(value);
  }
  for (const message of whole.messages) checkJoined(message);
  return whole;
}

function checkSplits(
  scenario: Scenario,
  octets: Uint8Array,
  cuts: readonly (readonly number[])[],
  whole: Reading,
  make: MachineMaker,
): void {
  const { maxHeadBytes, maxTrailerBytes } = { ...DEFAULT_LIMITS, ...scenario.limits };
  const ways: readonly (readonly Uint8Array[])[] = [
    [octets],
    [Buffer.from(octets)],
    Array.from(octets, (octet) => Uint8Array.of(octet)),
    ...cuts.map((places) => cutAt(octets, places)),
  ];
  for (const pieces of ways) {
    const reading = readPieces(scenario, pieces, make);
    expectSame(reading.lines.join('\n'), whole.lines.join('\n'), 'cut otherwise, read otherwise');
    if (reading.mostHeldBytes > Math.max(maxHeadBytes, maxTrailerBytes)) {
      throw new Finding(`${reading.mostHeldBytes} octets are held`);
    }
  }
}

function cutAt(octets: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = places.toSorted((a, b) => a - b);
  return [0, ...sorted].map((start, index) => octets.subarray(start, sorted[index]));
}

/** After an error nothing is read, and a server can send one response and no more. */
function checkError({ machine, error }: Reading, octets: Uint8Array): void {
  if (error === undefined) return;
  if (error.status !== PROTOCOL_ERROR_STATUS[error.code]) throw new Finding('a status of its own');
  if (error.offset < 0 || error.offset > octets.length) throw new Finding('an offset outside');
  expectThrown(() => machine.nextEvent(), error);
  if (!(machine instanceof ServerConnection)) return;
  const fields: FieldLine[] = [['Content-Length', '0']];
  const response = { type: 'response', head: { status: error.status, fields } } as const;
  const sent = concatenate([...machine.send(response), ...machine.send({ type: 'end' })]);
  if (machine.persists || machine.phase !== 'closing') throw new Finding('it goes on');
  expectRefused(() => machine.send(response));
  expectRefused(() => machine.startNextCycle());
  expectThrown(() => machine.nextEvent(), error);
  const scenario = { ...(SCENARIOS['client-ends'] as Scenario), limits: {} };
  const { messages } = readPieces(scenario, [sent]);
  const head = messages[0]?.head;
  if (head === undefined || !('status' in head) || head.status !== error.status) {
    throw new Finding('the response to an error cannot be read');
  }
  if (head.fields.get('connection') !== 'close')
    throw new Finding('it does not say that it closes');
}

function expectThrown(run: () => unknown, error: Error): void {
  try {
    run();
  } catch (thrown) {
    if (thrown === error) return;
    throw new Finding('another error follows', { cause: thrown });
  }
  throw new Finding('something is read after an error');
}

function expectRefused(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (error instanceof UsageError) return;
    throw new Finding('refused with something else than a UsageError', { cause: error });
  }
  throw new Finding('a second response is sent after an error');
}

/** After a switch the octets are the other protocol's: the end of what came, untouched. */
function checkSwitch({ remaining }: Reading, octets: Uint8Array): void {
  if (remaining === undefined) return;
  const behind = octets.subarray(octets.length - remaining.length);
  expectSame(escapeOctets(remaining), escapeOctets(behind), 'octets behind a switch were changed');
}

/** A head that was read can be written, and is read as it was. */
function checkHead(head: RequestHead | ResponseHead): void {
  const fields = [...head.fields];
  if (!('method' in head)) {
    const { status, reason } = head;
    const written = serializeResponseHead({ status, reason, fields });
    const again = parseResponseHead(written, WIDE);
    expectSame(again?.lengthBytes, written.length, 'a response head has another length');
    const { head: read } = again as NonNullable<typeof again>;
    const expected = JSON.stringify([status, reason, fields]);
    expectSame(JSON.stringify([read.status, read.reason, [...read.fields]]), expected, 'response');
    return;
  }
  // What HTTP/1.0 may leave out or does not understand, HTTP/1.1 may refuse.
  if (head.minorVersion === 0) return;
  const { method, requestTarget } = head;
  const written = serializeRequestHead({ method, requestTarget, fields });
  const again = parseRequestHead(written, WIDE);
  expectSame(again?.lengthBytes, written.length, 'a request head has another length');
  const { head: read } = again as NonNullable<typeof again>;
  const shown = (of: RequestHead): string => JSON.stringify({ ...of, fields: [...of.fields] });
  expectSame(shown(read), shown({ ...head, minorVersion: 1 }), 'a request head was changed');
}

/** No text makes a parser of field values throw, and what it gives can be written again. */
function checkFieldValue(value: string): void {
  parseExpect(value);
  const parameters = parseParameters(value);
  if (parameters !== undefined) {
    const again = parseParameters(formatParameters(parameters));
    expectSame(show(again), show(parameters), 'parameters');
  }
  const type = parseContentType(value);
  if (type !== undefined) {
    charsetOf(type);
    expectSame(show(parseContentType(formatContentType(type))), show(type), 'Content-Type');
  }
  const forwarded = parseForwarded(value);
  if (forwarded !== undefined && forwarded.length > 0) {
    expectSame(show(parseForwarded(formatForwarded(forwarded))), show(forwarded), 'Forwarded');
  }
  const filename = parseContentDisposition(value)?.filename;
  if (filename !== undefined) {
    const written = formatContentDisposition('attachment', filename);
    expectSame(parseContentDisposition(written)?.filename, filename, 'Content-Disposition');
  }
}

function show(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (part instanceof Map ? [...part] : part));
}

/** What a server read, a client can send, and a server reads it as it was; so with the answer. */
function checkJoined({ head, content, trailers }: ReadMessage): void {
  if (!('method' in head) || head.minorVersion === 0) return;
  const client = new ClientConnection({ limits: WIDE });
  const { method, requestTarget } = head;
  const sent = concatenate([
    ...client.send({ type: 'request', head: { method, requestTarget, fields: head.fields } }),
    ...content.flatMap((octets) => client.send({ type: 'content', octets })),
    ...client.send({ type: 'end', trailers }),
  ]);
  const scenario = { ...(SCENARIOS['server'] as Scenario), limits: WIDE };
  const { messages, error } = readPieces(scenario, [sent]);
  if (error !== undefined) throw new Finding(`what a client sends is refused: ${error.code}`);
  const [message] = messages;
  const shown = (of: ReadMessage | undefined): string =>
    JSON.stringify([
      [...(of?.head.fields ?? [])],
      escapeOctets(concatenate(of?.content ?? [])),
      of?.trailers,
    ]);
  expectSame(shown(message), shown({ head, content, trailers }), 'client and server differ');
}

function expectSame(got: unknown, expected: unknown, what: string): void {
  if (got === expected) return;
  throw new Finding(`${what}:\n  got      ${String(got)}\n  expected ${String(expected)}`);
}
