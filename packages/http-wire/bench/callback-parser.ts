/**
 * Parsers with the interface of Node's own: llhttp as Node binds it, and `http-parser-js`, which
 * took the interface over. Each is set up as `node:http` does it, once, and reads message after
 * message as it would on one connection. What it gives is collected, and nothing else is done.
 */
import { createRequire } from 'node:module';
import { HTTPParser as ScriptParser, methods as scriptMethods } from 'http-parser-js';

/** What both have, as far as it is used here. */
interface CallbackParser {
  initialize(type: unknown, resource: object, maxHeadBytes: number, lenient: number): void;
  execute(octets: Buffer): number | Error;
  [callback: number]: (...given: never[]) => unknown;
}

interface ParserClass {
  new (): CallbackParser;
  readonly REQUEST: unknown;
  readonly RESPONSE: unknown;
  readonly kOnHeaders: number;
  readonly kOnHeadersComplete: number;
  readonly kOnBody: number;
  readonly kOnMessageComplete: number;
}

// The way to the binding that Node 20 and Node 24 have both: `process.binding()` lost it.
const { HTTPParser: NativeParser } = createRequire(import.meta.url)('_http_common') as {
  HTTPParser: ParserClass;
};

/** The names behind llhttp's numbers, as many as are sent here. */
const NATIVE_METHODS: readonly string[] = ['DELETE', 'GET', 'HEAD', 'POST'];

/** What a parser gives of a request's head. */
export interface CallbackHead {
  readonly majorVersion: number;
  readonly minorVersion: number;
  readonly method: string;
  readonly requestTarget: string;
  /** Names and values in turn. */
  readonly fields: string[];
}

/** Which parser. */
export type Competitor = 'llhttp' | 'http-parser-js';

/** Reads messages of one kind, one after the other. */
export class CallbackReader {
  /** How many heads are complete. */
  heads = 0;
  /** How many messages are complete. */
  messages = 0;
  /** Octets of content so far. */
  contentBytes = 0;
  /** Code units of all the text of the heads so far: method, target or reason, field lines. */
  textLength = 0;
  /** Octets of the answers so far. */
  answeredBytes = 0;
  readonly #parser: CallbackParser;

  /** @param answer - writes the response to each request that is complete, and gives its length */
  constructor(
    competitor: Competitor,
    kind: 'REQUEST' | 'RESPONSE',
    answer?: (request: CallbackHead) => number,
  ) {
    const Parser =
      competitor === 'llhttp' ? NativeParser : (ScriptParser as unknown as ParserClass);
    // To ask http-parser-js for this name is to ask it for the interface of today's Node.
    void (Parser as { kOnExecute?: unknown }).kOnExecute;
    const methods: readonly string[] = competitor === 'llhttp' ? NATIVE_METHODS : scriptMethods;
    const parser = new Parser();
    parser.initialize(Parser[kind], {}, 16_384, 0);
    // Above 32 field lines llhttp gives them in parts, and the target with the first of them.
    let early: string[] = [];
    let earlyTarget = '';
    let request: CallbackHead | undefined;
    parser[Parser.kOnHeaders] = (fields: string[], target: string) => {
      early = early.length === 0 ? fields : [...early, ...fields];
      earlyTarget += target;
    };
    parser[Parser.kOnHeadersComplete] = (
      majorVersion: number,
      minorVersion: number,
      given: string[] | undefined,
      methodNumber: number | undefined,
      target: string | undefined,
      _status: number,
      reason: string,
    ) => {
      const fields = early.length === 0 ? (given ?? []) : [...early, ...(given ?? [])];
      this.heads++;
      this.textLength += lengthOf(fields);
      if (kind === 'RESPONSE') this.textLength += reason.length;
      else {
        const method = methods[methodNumber ?? 0] as string;
        const requestTarget = target ?? earlyTarget;
        this.textLength += method.length + requestTarget.length;
        if (answer !== undefined)
          request = { majorVersion, minorVersion, method, requestTarget, fields };
      }
      early = [];
      earlyTarget = '';
      return 0;
    };
    parser[Parser.kOnBody] = (octets: Buffer, _start?: number, lengthBytes?: number) => {
      this.contentBytes += lengthBytes ?? octets.length;
    };
    parser[Parser.kOnMessageComplete] = () => {
      this.messages++;
      if (answer !== undefined) this.answeredBytes += answer(request as CallbackHead);
    };
    this.#parser = parser;
  }

  /** Reads on. */
  read(octets: Buffer): void {
    const read = this.#parser.execute(octets);
    if (read !== octets.length) throw new Error(`expected all to be read, got ${String(read)}`);
  }
}

function lengthOf(texts: readonly string[]): number {
  let length = 0;
  for (const text of texts) length += text.length;
  return length;
}
