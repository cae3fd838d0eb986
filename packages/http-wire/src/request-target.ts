/**
 * Takes a request target apart into one of its four forms.
 * Owns the split between authority, path and query; decodes nothing, so that what a percent
 * sign means is decided once, by whoever maps the path. Refuses a form that does not fit the
 * method.
 *
 * RFC 9112 §3.2.
 */
import { isHostOctet } from './grammar.ts';
import { isIpv6Address } from './ip-address.ts';

/** A request target. `path` and `query` are as they were sent, undecoded. */
export interface RequestTarget {
  /** Which of the four forms came. */
  readonly form: 'origin' | 'absolute' | 'authority' | 'asterisk';
  /** The path, beginning with `/`; `*` in asterisk form, empty in authority form. */
  readonly path: string;
  /** What follows the first `?`, which may be empty; `undefined` where there is no `?`. */
  readonly query: string | undefined;
  /** Host and optional port in absolute and authority form, else `undefined`. */
  readonly authority: string | undefined;
}

/**
 * Takes a request target apart.
 *
 * @param target - the octets of the target as text, already checked to be target octets
 * @param method - decides which forms fit: authority form is for CONNECT alone, asterisk form
 *   for OPTIONS alone
 * @returns `undefined` where the target has none of the forms that fit
 * @see RFC 9112 §3.2
 */
export function parseRequestTarget(target: string, method: string): RequestTarget | undefined {
  if (method === 'CONNECT') return parseAuthorityForm(target);
  // §3.2.1  origin-form = absolute-path [ "?" query ]
  if (target.charCodeAt(0) === 0x2f) return splitPath(target, 'origin', undefined);
  // §3.2.4  asterisk-form = "*"
  if (target === '*') {
    if (method !== 'OPTIONS') return undefined;
    return { form: 'asterisk', path: '*', query: undefined, authority: undefined };
  }
  return parseAbsoluteForm(target, method);
}

//   §3.2.2  absolute-form = absolute-URI      here: http or https, RFC 9110 §4.2
function parseAbsoluteForm(target: string, method: string): RequestTarget | undefined {
  const scheme = /^https?:\/\//i.exec(target);
  if (scheme === null) return undefined;
  const afterScheme = target.slice(scheme[0].length);
  const authorityLength = afterScheme.search(/[/?]|$/);
  const authority = afterScheme.slice(0, authorityLength);
  if (!isAuthority(authority)) return undefined;
  const rest = afterScheme.slice(authorityLength);
  // §3.2.4: OPTIONS of an absolute-URI with empty path and no query means "*".
  if (rest === '' && method === 'OPTIONS') {
    return { form: 'absolute', path: '*', query: undefined, authority };
  }
  return splitPath(rest.startsWith('/') ? rest : `/${rest}`, 'absolute', authority);
}

//   §3.2.3  authority-form = uri-host ":" port
function parseAuthorityForm(target: string): RequestTarget | undefined {
  if (!isAuthority(target) || !/:[0-9]+$/.test(target)) return undefined;
  return { form: 'authority', path: '', query: undefined, authority: target };
}

function splitPath(
  target: string,
  form: 'origin' | 'absolute',
  authority: string | undefined,
): RequestTarget | undefined {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  // A backslash is no path octet, and some recipients read it as a slash. In a query browsers
  // send it as it was typed.
  if (path.includes('\\')) return undefined;
  return { form, path, query: mark === -1 ? undefined : target.slice(mark + 1), authority };
}

/**
 * Whether the text is `uri-host [ ":" port ]` with a host that is not empty and no userinfo,
 * as the Host field and the authority of a request target need it.
 *
 * @see RFC 9110 §7.2, §4.2.4; RFC 3986 §3.2
 */
export function isAuthority(text: string): boolean {
  const literal = text.charCodeAt(0) === 0x5b;
  const hostEnd = literal ? text.indexOf(']') + 1 : endOfName(text);
  if (hostEnd === 0) return false;
  if (literal && !isIpLiteral(text.slice(1, hostEnd - 1))) return false;
  for (let at = 0; at < hostEnd; at++) {
    const octet = text.charCodeAt(at);
    if (octet > 0xff || !isHostOctet(octet)) return false;
    if (!literal && (octet === 0x5b || octet === 0x5d)) return false;
    if (octet === 0x25 && !/^[0-9A-Fa-f]{2}/.test(text.slice(at + 1, at + 3))) return false;
  }
  return hostEnd === text.length || isPort(text, hostEnd);
}

//   IP-literal = "[" ( IPv6address / IPvFuture ) "]"                            RFC 3986 §3.2.2
//   IPvFuture  = "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )
function isIpLiteral(address: string): boolean {
  return isIpv6Address(address) || /^[vV][0-9A-Fa-f]+\.[^[\]]+$/.test(address);
}

function endOfName(text: string): number {
  const colon = text.indexOf(':');
  return colon === -1 ? text.length : colon;
}

/** Whether a colon and a port number from 0 to 65535, or a colon alone, stand from `at` to the end. */
function isPort(text: string, at: number): boolean {
  if (text.charCodeAt(at) !== 0x3a) return false;
  let port = 0;
  for (let digit = at + 1; digit < text.length; digit++) {
    const value = text.charCodeAt(digit) - 0x30;
    if (value < 0 || value > 9) return false;
    port = port * 10 + value;
    if (port > 65_535) return false;
  }
  return true;
}
