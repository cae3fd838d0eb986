/**
 * The Forwarded field: what proxies disclose of the connection they received a request on.
 * Owns its grammar, the node identifiers among it. Refuses the whole field for one fault: who
 * sent what is told by counting elements from the right, from the proxy nearest to us. An
 * element left out would shift the count, and a quote left open may have swallowed the comma
 * before a trusted element.
 *
 * RFC 7239.
 */
import { UsageError } from './errors.ts';
import { TOKEN_PATTERN } from './grammar.ts';
import { isIpv4Address, isIpv6Address } from './ip-address.ts';
import { EQUALS, SEMICOLON, ValueReader, formatParameterValue, readList } from './parameters.ts';
import { isAuthority } from './request-target.ts';

/** Who took part in a connection: an address, or what stands for one. */
export interface ForwardedNode {
  /** Which of the four forms of a node name it has (§6). */
  readonly kind: 'ipv4' | 'ipv6' | 'unknown' | 'obfuscated';
  /**
   * The address, IPv6 without its brackets (`2001:db8:cafe::17`); `unknown`; or the identifier
   * with the underscore that it begins with (`_hidden`).
   */
  readonly name: string;
  /** A TCP port from 0 to 65535, or an identifier that begins with `_`. Absent: none was given. */
  readonly port?: number | string | undefined;
}

/**
 * What one proxy added: at least one of the parameters. The last element is from the nearest.
 *
 * Security: whoever sent the request may have sent elements too. Only those are worth anything
 * that proxies added which are known to be there, counted from the last (§8.1).
 */
export interface ForwardedElement {
  /** Who made the request to the proxy (§5.2). Absent: not disclosed. */
  readonly for?: ForwardedNode | undefined;
  /** The Host that the proxy received, with its port (§5.3). Absent: not disclosed. */
  readonly host?: string | undefined;
  /** The scheme of the request to the proxy, `https`, in lower case (§5.4). Absent: not disclosed. */
  readonly proto?: string | undefined;
  /** Where the request came in at the proxy (§5.1). Absent: not disclosed. */
  readonly by?: ForwardedNode | undefined;
  /** Other parameters (§5.5), by lower-case name. Absent: there are none. */
  readonly extensions?: ReadonlyMap<string, string> | undefined;
}

//   Forwarded         = 1#forwarded-element                                   RFC 7239 §4
//   forwarded-element = [ forwarded-pair ] *( ";" [ forwarded-pair ] )
//   forwarded-pair    = token "=" value
//   value             = token / quoted-string
//
// No blanks but around commas: unlike parameters, these have none around their semicolons.
/**
 * Parses the value of a Forwarded field.
 *
 * @param value - the field's value; several lines combined, in order, with a comma
 * @returns the elements in the order they were sent, at least one, elements without a parameter
 *   left out; `undefined` where anything in the field is malformed, a parameter comes twice in
 *   one element, or there is no element. Then nothing that it said may be relied on.
 * @see RFC 7239 §4
 */
export function parseForwarded(value: string): ForwardedElement[] | undefined {
  const pairLists = readList(new ValueReader(value), readPairs);
  if (pairLists === undefined) return undefined;
  const elements: ForwardedElement[] = [];
  for (const pairs of pairLists) {
    if (pairs.size === 0) continue;
    const element = toElement(pairs);
    if (element === undefined) return undefined;
    elements.push(element);
  }
  return elements.length === 0 ? undefined : elements;
}

function readPairs(reader: ValueReader): Map<string, string> | undefined {
  const pairs = new Map<string, string>();
  do {
    const name = reader.readToken().toLowerCase();
    if (name === '') continue;
    const value = reader.take(EQUALS) ? reader.readValue() : undefined;
    if (value === undefined || pairs.has(name)) return undefined;
    pairs.set(name, value.text);
  } while (reader.take(SEMICOLON));
  return pairs;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function toElement(pairs: ReadonlyMap<string, string>): ForwardedElement | undefined {
  const element: Mutable<ForwardedElement> = {};
  const extensions = new Map<string, string>();
  for (const [name, value] of pairs) {
    if (name === 'for' || name === 'by') {
      const node = parseNode(value);
      if (node === undefined) return undefined;
      element[name] = node;
    } else if (name === 'host') {
      // §5.3: host = Host of RFC 9110 §7.2
      if (!isAuthority(value)) return undefined;
      element.host = value;
    } else if (name === 'proto') {
      // §5.4: scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )            RFC 3986 §3.1
      if (!/^[A-Za-z][-+.0-9A-Za-z]*$/.test(value)) return undefined;
      element.proto = value.toLowerCase();
    } else {
      extensions.set(name, value);
    }
  }
  if (extensions.size > 0) element.extensions = extensions;
  return element;
}

//   node      = nodename [ ":" node-port ]                                    RFC 7239 §6
//   nodename  = IPv4address / "[" IPv6address "]" / "unknown" / obfnode
//   obfnode   = "_" 1*( ALPHA / DIGIT / "." / "_" / "-" )
const OBFUSCATED = /^_[-._0-9A-Za-z]+$/;

function parseNode(text: string): ForwardedNode | undefined {
  const bracketed = text.startsWith('[');
  const end = bracketed ? text.indexOf(']') + 1 : endOfName(text);
  const name = bracketed ? text.slice(1, end - 1) : text.slice(0, end);
  const kind = bracketed ? (isIpv6Address(name) ? 'ipv6' : undefined) : kindOfName(name);
  if (kind === undefined) return undefined;
  const node = { kind, name: kind === 'unknown' ? 'unknown' : name } as const;
  if (end === text.length) return node;
  const port = parsePort(text.slice(end));
  return port === undefined ? undefined : { ...node, port };
}

function endOfName(text: string): number {
  const colon = text.indexOf(':');
  return colon === -1 ? text.length : colon;
}

function kindOfName(name: string): ForwardedNode['kind'] | undefined {
  if (isIpv4Address(name)) return 'ipv4';
  if (name.toLowerCase() === 'unknown') return 'unknown';
  return OBFUSCATED.test(name) ? 'obfuscated' : undefined;
}

//   node-port = port / obfport
//   port      = 1*5DIGIT
//   obfport   = "_" 1*( ALPHA / DIGIT / "." / "_" / "-" )
// Stricter than the five digits: there is no TCP port above 65535.
function parsePort(text: string): number | string | undefined {
  if (!text.startsWith(':')) return undefined;
  const port = text.slice(1);
  if (OBFUSCATED.test(port)) return port;
  return /^[0-9]{1,5}$/.test(port) && Number(port) <= 65_535 ? Number(port) : undefined;
}

/**
 * Formats the value of a Forwarded field, one element or several, each as
 * `for="[2001:db8:cafe::17]:4711";host=example.com;proto=https;by=_edge`.
 *
 * @throws {UsageError} `invalid-field-value`: no element, an element without a parameter, a
 *   node, host, scheme or extension that does not fit its grammar, an extension with a name
 *   that is taken
 * @see RFC 7239 §4
 */
export function formatForwarded(elements: Iterable<ForwardedElement>): string {
  const value = Array.from(elements, formatElement).join(', ');
  if (value === '') throw refusal('expected at least one element');
  return value;
}

const DEFINED: ReadonlySet<string> = new Set(['for', 'host', 'proto', 'by']);

function formatElement(element: ForwardedElement): string {
  const pairs = new Map<string, string>();
  if (element.for !== undefined) pairs.set('for', formatNode(element.for));
  if (element.host !== undefined) pairs.set('host', element.host);
  if (element.proto !== undefined) pairs.set('proto', element.proto);
  if (element.by !== undefined) pairs.set('by', formatNode(element.by));
  for (const [name, value] of element.extensions ?? []) {
    const lowerName = name.toLowerCase();
    if (!TOKEN_PATTERN.test(name) || DEFINED.has(lowerName) || pairs.has(lowerName)) {
      throw refusal('expected tokens that differ, and are not defined, as names of extensions');
    }
    pairs.set(lowerName, value);
  }
  if (pairs.size === 0) throw refusal('expected at least one parameter in each element');
  if (toElement(pairs) === undefined) throw refusal('expected a valid host and a valid scheme');
  return Array.from(pairs, ([name, value]) => `${name}=${formatParameterValue(value)}`).join(';');
}

function formatNode(node: ForwardedNode): string {
  const name = node.kind === 'ipv6' ? `[${node.name}]` : node.name;
  const text = node.port === undefined ? name : `${name}:${node.port}`;
  const read = parseNode(text);
  if (read?.kind !== node.kind || read.name !== node.name || read.port !== node.port) {
    throw refusal(
      `expected an ${node.kind} node name and a port from 0 to 65535 or "_" and a name`,
    );
  }
  return text;
}

function refusal(expected: string): UsageError {
  return new UsageError('invalid-field-value', `cannot write Forwarded: ${expected}`);
}
