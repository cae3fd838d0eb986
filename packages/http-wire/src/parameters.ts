/**
 * Parameters (`;name=value`) and what they are made of: tokens, quoted strings, comma lists.
 * Owns the one reader of such field values, one pass without going back, and the writing of
 * their parts. Refuses a name that comes twice.
 *
 * RFC 9110 §5.6.1 (lists), §5.6.2 (tokens), §5.6.4 (quoted strings), §5.6.6 (parameters).
 */
import { UsageError } from './errors.ts';
import {
  FIELD_VALUE_PATTERN,
  HTAB,
  SP,
  TOKEN_PATTERN,
  isFieldValueOctet,
  isTokenOctet,
} from './grammar.ts';

/** Between the elements of a list. */
const COMMA = 0x2c;
/** Before a parameter. */
export const SEMICOLON = 0x3b;
/** Before the value of a parameter. */
export const EQUALS = 0x3d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** A value that was read: what it says, and in which of the two forms it said it. */
export interface ReadValue {
  /** The token, or the text of the quoted string without its quotes and backslashes. */
  readonly text: string;
  /** Same text, same meaning (RFC 9110 §5.6.6); only an extended value has to be a token. */
  readonly form: 'token' | 'quoted-string';
}

/** A position in a field value, and the steps that move it over what stands there. */
export class ValueReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether all of the value has been read. */
  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  //   OWS = *( SP / HTAB )                                                    RFC 9110 §5.6.3
  /** Steps over blanks, if there are any. */
  skipBlanks(): void {
    this.#at = this.#blanksEnd();
  }

  /** Steps over this character, and says whether it stood there. */
  take(char: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== char) return false;
    this.#at++;
    return true;
  }

  /** Steps over blanks and this character; over neither, where the character does not stand there. */
  takeAfterBlanks(char: number): boolean {
    const at = this.#blanksEnd();
    if (this.#text.charCodeAt(at) !== char) return false;
    this.#at = at + 1;
    return true;
  }

  //   token = 1*tchar                                                         RFC 9110 §5.6.2
  /** Steps over a token; `''` where there is none. */
  readToken(): string {
    const start = this.#at;
    while (isTokenOctet(this.#text.charCodeAt(this.#at))) this.#at++;
    return this.#text.slice(start, this.#at);
  }

  //   parameter-value = ( token / quoted-string )                             RFC 9110 §5.6.6
  /** Steps over a token or a quoted string; `undefined` where there is neither. */
  readValue(): ReadValue | undefined {
    if (this.#text.charCodeAt(this.#at) === QUOTE) {
      const text = this.#readQuotedString();
      return text === undefined ? undefined : { text, form: 'quoted-string' };
    }
    const text = this.readToken();
    return text === '' ? undefined : { text, form: 'token' };
  }

  //   quoted-string = DQUOTE *( qdtext / quoted-pair ) DQUOTE                 RFC 9110 §5.6.4
  //   qdtext        = HTAB / SP / %x21 / %x23-5B / %x5D-7E / obs-text
  //   quoted-pair   = "\" ( HTAB / SP / VCHAR / obs-text )
  #readQuotedString(): string | undefined {
    let value = '';
    let from = this.#at + 1;
    for (let at = from; at < this.#text.length; at++) {
      const char = this.#text.charCodeAt(at);
      if (char === QUOTE) {
        this.#at = at + 1;
        return value + this.#text.slice(from, at);
      }
      if (char === BACKSLASH) {
        value += this.#text.slice(from, at);
        at++;
        from = at;
      }
      const octet = this.#text.charCodeAt(at);
      if (octet > 0xff || !isFieldValueOctet(octet)) return undefined;
    }
    return undefined;
  }

  #blanksEnd(): number {
    let at = this.#at;
    for (; at < this.#text.length; at++) {
      const char = this.#text.charCodeAt(at);
      if (char !== SP && char !== HTAB) break;
    }
    return at;
  }
}

//   #element => [ element ] *( OWS "," OWS [ element ] )                      RFC 9110 §5.6.1.2
/**
 * Reads a comma list to the end of the value. Empty elements are dropped.
 *
 * @param readElement - steps over one element; `undefined` where there is none
 * @returns `undefined` where the value is no such list
 */
export function readList<T>(
  reader: ValueReader,
  readElement: (reader: ValueReader) => T | undefined,
): T[] | undefined {
  const elements: T[] = [];
  for (;;) {
    reader.skipBlanks();
    if (reader.atEnd) return elements;
    if (reader.take(COMMA)) continue;
    const element = readElement(reader);
    if (element === undefined) return undefined;
    elements.push(element);
    reader.skipBlanks();
    if (!reader.atEnd && !reader.take(COMMA)) return undefined;
  }
}

//   parameters      = *( OWS ";" OWS [ parameter ] )                          RFC 9110 §5.6.6
//   parameter       = parameter-name "=" parameter-value
//   parameter-name  = token
//
// Security: a name that comes twice makes the value invalid. RFC 6266 §4.1 says so, RFC 6838
// §4.3 and RFC 7239 §4 forbid sending it; where one recipient takes the first and another the
// last, a message has two readings.
/**
 * Steps over as many parameters as there are.
 *
 * @param blanks - whether blanks may stand around the equals sign: RFC 9110 forbids them,
 *   RFC 6266 §4.1 allows them
 * @returns values by lower-case name; `undefined` where one is malformed or comes twice
 */
export function readParameters(
  reader: ValueReader,
  blanks: 'none' | 'around-equals',
): Map<string, ReadValue> | undefined {
  const parameters = new Map<string, ReadValue>();
  while (reader.takeAfterBlanks(SEMICOLON)) {
    reader.skipBlanks();
    const name = reader.readToken().toLowerCase();
    if (name === '') continue;
    if (blanks === 'around-equals') reader.skipBlanks();
    if (!reader.take(EQUALS) || parameters.has(name)) return undefined;
    if (blanks === 'around-equals') reader.skipBlanks();
    const value = reader.readValue();
    if (value === undefined) return undefined;
    parameters.set(name, value);
  }
  return parameters;
}

/** The texts of values that were read, by the same names. */
export function textsOf(values: Iterable<readonly [string, ReadValue]>): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [name, value] of values) texts.set(name, value.text);
  return texts;
}

/**
 * Parses what stands behind a field value that has parameters: `;charset=utf-8; q="a b"`.
 *
 * @param text - from the first semicolon, or the blanks before it, to the end; `''` is none
 * @returns values without quotes and backslashes, by lower-case name, in the order they were
 *   sent; `undefined` where the text is malformed or a name comes twice
 * @see RFC 9110 §5.6.6
 */
export function parseParameters(text: string): ReadonlyMap<string, string> | undefined {
  const reader = new ValueReader(text);
  const parameters = readParameters(reader, 'none');
  return parameters === undefined || !reader.atEnd ? undefined : textsOf(parameters);
}

/**
 * Formats parameters: `; name=value` for each, names in lower case, `''` for none.
 *
 * @throws {UsageError} `invalid-field-value`: a name that is no token or comes twice in any
 *   case, a value that {@link formatParameterValue} refuses
 * @see RFC 9110 §5.6.6
 */
export function formatParameters(
  parameters: Iterable<readonly [name: string, value: string]>,
): string {
  const names = new Set<string>();
  let text = '';
  for (const [name, value] of parameters) {
    const lowerName = name.toLowerCase();
    if (!TOKEN_PATTERN.test(name) || names.has(lowerName)) {
      throw new UsageError(
        'invalid-field-value',
        `expected tokens that differ as parameter names, got ${JSON.stringify(name.slice(0, 64))}`,
      );
    }
    names.add(lowerName);
    text += `; ${lowerName}=${formatParameterValue(value)}`;
  }
  return text;
}

/**
 * Formats one value: as it is where it is a token, else as a quoted string.
 *
 * @param value - code units up to 0xFF, without control octets other than the tab
 * @throws {UsageError} `invalid-field-value` where the value has others
 * @see RFC 9110 §5.6.4
 */
export function formatParameterValue(value: string): string {
  if (TOKEN_PATTERN.test(value)) return value;
  if (!FIELD_VALUE_PATTERN.test(value)) {
    throw new UsageError(
      'invalid-field-value',
      'a parameter value may have no control octet and no character above U+00FF',
    );
  }
  // §5.6.4: a sender should escape nothing but these two.
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
