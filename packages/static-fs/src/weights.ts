// What a client would rather have, in numbers: Accept and Accept-Encoding, weighted lists of media
// ranges and of content codings. RFC 9110 §12.4.2, §12.5.1, §12.5.3.
//
//   Accept          = #( media-range [ weight ] )
//   media-range     = ( "*/*" / ( type "/" "*" ) / ( type "/" subtype ) ) parameters
//   Accept-Encoding = #( codings [ weight ] )
//   weight          = OWS ";" OWS "q=" qvalue
//   qvalue          = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )
//
// One member that is not in the grammar makes the whole field void. Without that member the rest
// would say something else than was meant: in `gzip;q=0.0000, *` gzip would be wanted, and of
// `text/html, *;q=.2` nothing but HTML would be left. To answer as if the field had not been sent
// is always allowed (§12.4.1).

/** What each of the things that may be chosen from is worth to the client. */
export interface Weights {
  /**
   * Gives the weight of a content coding (`gzip`, `identity`), or of a media type with or without
   * parameters (`text/html; charset=utf-8`); in any case.
   *
   * @returns 0 to 1, in thousandths; 0 is not acceptable.
   */
  of(name: string): number;
}

/**
 * Reads an Accept-Encoding field. A coding that is not listed has the weight of `*`. Without `*`
 * it has 0, but for `identity`, which then comes right after everything that is listed: 0.001.
 * `x-gzip` and `x-compress` are the codings without `x-` (§8.4.1).
 *
 * Without the field any coding is acceptable (§12.5.3); that is the caller's to know.
 *
 * @param text - The field value; an empty one leaves `identity` alone.
 * @returns `undefined` where anything in the text is not in the grammar.
 * @see RFC 9110 §12.5.3
 */
export function parseAcceptEncoding(text: string): Weights | undefined {
  const members = readList(text, readCoding);
  if (members === undefined) return undefined;
  const weights = new Map<string, number>();
  for (const { name, weight } of members) {
    // Named twice, the lower weight counts: somebody on the way wanted less of it.
    weights.set(name, Math.min(weight, weights.get(name) ?? 1));
  }
  const others = weights.get('*');
  return {
    of(name) {
      const coding = toCoding(name);
      return weights.get(coding) ?? others ?? (coding === 'identity' ? 0.001 : 0);
    },
  };
}

/**
 * Reads an Accept field. A media type has the weight of the most specific range that it is in:
 * with more parameters, then `text/html`, then `text/*`, then all; 0 if it is in none.
 *
 * Without the field any media type is acceptable (§12.5.1); that is the caller's to know.
 *
 * @param text - The field value.
 * @returns `undefined` where anything in the text is not in the grammar, or where it lists nothing,
 * which says nothing.
 * @see RFC 9110 §12.5.1
 */
export function parseAccept(text: string): Weights | undefined {
  const ranges = readList(text, readMediaRange)?.toSorted(bySpecificity);
  if (ranges === undefined || ranges.length === 0) return undefined;
  return {
    of(name) {
      const [mediaType, ...others] = readList(name, readMediaRange) ?? [];
      if (mediaType === undefined || others.length > 0) return 0;
      return ranges.find((range) => isWithin(mediaType, range))?.weight ?? 0;
    },
  };
}

interface Coding {
  readonly name: string;
  readonly weight: number;
}

interface MediaRange {
  readonly type: string;
  readonly subtype: string;
  /** Without `q`; names and values in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly weight: number;
}

function toCoding(name: string): string {
  const lower = name.toLowerCase();
  return lower === 'x-gzip' || lower === 'x-compress' ? lower.slice(2) : lower;
}

// `*` is a token like any other (§5.6.2), so that `*/html` is in the grammar; it means nothing.
function isWithin(mediaType: MediaRange, range: MediaRange): boolean {
  const breadth = breadthOf(range);
  if (breadth < 2 && range.type !== mediaType.type) return false;
  if (breadth < 1 && range.subtype !== mediaType.subtype) return false;
  for (const [name, value] of range.parameters) {
    if (mediaType.parameters.get(name) !== value) return false;
  }
  return true;
}

/** 0 for `text/html`, 1 for `text/*`, 2 for all. */
function breadthOf(range: MediaRange): 0 | 1 | 2 {
  if (range.subtype !== '*') return 0;
  return range.type === '*' ? 2 : 1;
}

// The most specific range first; of two that are as specific, the one with the lower weight.
function bySpecificity(a: MediaRange, b: MediaRange): number {
  return (
    breadthOf(a) - breadthOf(b) || b.parameters.size - a.parameters.size || a.weight - b.weight
  );
}

//   #element => [ element ] *( OWS "," OWS [ element ] )          (RFC 9110 §5.6.1.2)
function readList<Member>(
  text: string,
  readMember: (scanner: Scanner) => Member | undefined,
): Member[] | undefined {
  const scanner = new Scanner(text);
  const members: Member[] = [];
  for (;;) {
    scanner.skipBlanks();
    while (scanner.take(COMMA)) scanner.skipBlanks();
    if (scanner.isAtEnd) return members;

    const member = readMember(scanner);
    if (member === undefined) return undefined;
    members.push(member);
    scanner.skipBlanks();
    if (!scanner.isAtEnd && !scanner.take(COMMA)) return undefined;
  }
}

function readCoding(scanner: Scanner): Coding | undefined {
  const token = scanner.readToken();
  if (token === undefined) return undefined;
  const name = toCoding(token);
  scanner.skipBlanks();
  if (!scanner.take(SEMICOLON)) return { name, weight: 1 };
  scanner.skipBlanks();
  if (scanner.readToken()?.toLowerCase() !== 'q' || !scanner.take(EQUALS)) return undefined;
  const weight = parseQvalue(scanner.readToken());
  return weight === undefined ? undefined : { name, weight };
}

//   parameters = *( OWS ";" OWS [ parameter ] )
//   parameter  = parameter-name "=" parameter-value
//
// "Recipients SHOULD process any parameter named "q" as weight, regardless of parameter ordering."
function readMediaRange(scanner: Scanner): MediaRange | undefined {
  const type = scanner.readToken()?.toLowerCase();
  if (type === undefined || !scanner.take(SLASH)) return undefined;
  const subtype = scanner.readToken()?.toLowerCase();
  if (subtype === undefined) return undefined;

  const parameters = new Map<string, string>();
  let weight: number | undefined;
  for (;;) {
    scanner.skipBlanks();
    if (!scanner.take(SEMICOLON)) return { type, subtype, parameters, weight: weight ?? 1 };
    scanner.skipBlanks();
    const name = scanner.readToken()?.toLowerCase();
    if (name === undefined) continue;
    if (!scanner.take(EQUALS)) return undefined;
    if (name === 'q') {
      if (weight !== undefined) return undefined;
      weight = parseQvalue(scanner.readToken());
      if (weight === undefined) return undefined;
    } else {
      const value = scanner.readToken() ?? scanner.readQuotedString();
      if (value === undefined) return undefined;
      parameters.set(name, value.toLowerCase());
    }
  }
}

const QVALUE = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

function parseQvalue(text: string | undefined): number | undefined {
  return text !== undefined && QVALUE.test(text) ? Number(text) : undefined;
}

const HTAB = 0x09;
const SP = 0x20;
const DQUOTE = 0x22;
const COMMA = 0x2c;
const SLASH = 0x2f;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;

// By octet, 1 for those of a token; a table, since most of a list is tokens.
const IS_TCHAR = new Uint8Array(256);
for (const octet of Buffer.from(
  "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
)) {
  IS_TCHAR[octet] = 1;
}

/** A position in a text that only moves forward: the cost is that of its length. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  take(octet: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== octet) return false;
    this.#at++;
    return true;
  }

  skipBlanks(): void {
    while (this.take(SP) || this.take(HTAB));
  }

  //   token = 1*tchar
  readToken(): string | undefined {
    const start = this.#at;
    while (IS_TCHAR[this.#text.charCodeAt(this.#at)] === 1) this.#at++;
    return this.#at === start ? undefined : this.#text.slice(start, this.#at);
  }

  //   quoted-string = DQUOTE *( qdtext / quoted-pair ) DQUOTE
  //   quoted-pair   = "\" ( HTAB / SP / VCHAR / obs-text )
  readQuotedString(): string | undefined {
    if (!this.take(DQUOTE)) return undefined;
    let value = '';
    let start = this.#at;
    for (;;) {
      if (this.take(DQUOTE)) return value + this.#text.slice(start, this.#at - 1);
      if (this.take(BACKSLASH)) {
        value += this.#text.slice(start, this.#at - 1);
        start = this.#at; // what is escaped stands for itself, even a quote
      }
      if (!isQuotable(this.#text.charCodeAt(this.#at))) return undefined;
      this.#at++;
    }
  }
}

// NaN, past the end of the text, is not quotable either.
function isQuotable(octet: number): boolean {
  return octet === HTAB || (octet >= SP && octet <= 0xff && octet !== 0x7f);
}
