/**
 * The names under which the server answers.
 * Owns which those are. Refuses a request for another with 403.
 *
 * Security: a page on the web can have its own name lead to 127.0.0.1 (DNS rebinding), and then
 * read as its own what a server answers there that only this machine can reach. The name is what
 * gives it away: so a server on loopback answers to names of loopback, of which no other machine
 * can be master.
 *
 * RFC 9110 §7.2 (Host), §7.4 (rejecting misdirected requests); RFC 6761 §6.3 (localhost).
 */
import { isIPv6 } from 'node:net';
import type { StaticResponse } from '@pws/static-fs';
import { LOOPBACK } from './address-ranges.ts';
import { contentInMemory } from './text-response.ts';
import type { Answerer } from './handler.ts';

/** Names in small letters, `.example.com` for a name and all below it; `*` for any. */
export type AllowedHosts = '*' | readonly string[];

/** What {@link checkHost} needs. */
export interface AllowedHostsOptions {
  /** Default: any, but none where only this machine can reach the server. */
  readonly allowed: AllowedHosts | undefined;
  /** What the server was told to listen on: that name may be used too. */
  readonly host: string | undefined;
  /** The address that it listens on; asked when the first request is there. */
  readonly boundAddress: () => string;
}

/**
 * Lets pass what is for an allowed name, or for one of loopback. A request of HTTP/1.0 without a
 * Host passes: no browser can be made to send one.
 */
export function checkHost(options: AllowedHostsOptions): Answerer {
  let isAllowed: ((name: string) => boolean) | undefined;
  // Nearly all requests name the host of the one before.
  let lastAllowed: string | undefined;
  const answerer: Answerer = ({ method, target, fields }) => {
    const authority = target.authority ?? fields.get('host');
    if (authority === undefined || authority === lastAllowed) return undefined;
    isAllowed ??= ruleOf(options);
    if (!isAllowed(nameOf(authority))) return refusal(method);
    lastAllowed = authority;
    return undefined;
  };
  return Object.assign(answerer, { isSteady: true, label: 'allowed hosts' });
}

function ruleOf({ allowed, host, boundAddress }: AllowedHostsOptions): (name: string) => boolean {
  if (allowed === '*') return () => true;
  if (allowed === undefined && !LOOPBACK.includes(boundAddress())) return () => true;
  const names = new Set(host === undefined ? [] : [host.toLowerCase()]);
  const suffixes: string[] = [];
  for (const pattern of allowed ?? []) {
    names.add(pattern.replace(/^\./, ''));
    if (pattern.startsWith('.')) suffixes.push(pattern);
  }
  return (name) =>
    isLoopback(name) || names.has(name) || suffixes.some((suffix) => name.endsWith(suffix));
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || LOOPBACK.includes(name);
}

/** The host of an authority: in small letters, without port, brackets and the root's dot. */
function nameOf(authority: string): string {
  const lower = authority.toLowerCase();
  if (lower.startsWith('[')) return lower.slice(1, lower.indexOf(']'));
  return lower.replace(/:.*$/s, '').replace(/\.$/, '');
}

// A fixed sentence: nothing of the request is in it. To curl and to whoever looks at a browser's
// console it says what to do.
const HINT = Buffer.from(
  'This server does not answer under this host name. Whoever runs it can allow the name: pws --allowed-hosts <name>\n',
);

function refusal(method: string): StaticResponse {
  return {
    status: 403,
    fields: [
      ['Content-Type', 'text/plain; charset=utf-8'],
      ['Content-Length', String(HINT.length)],
      ['Cache-Control', 'no-store'],
    ],
    content: method === 'HEAD' ? undefined : contentInMemory(HINT),
  };
}

/** What {@link parseAllowedHosts} takes, for a message. */
export const ALLOWED_HOSTS_EXPECTED =
  'host names such as example.com, .example.com (all below it too) or 192.0.2.1, without ports, with commas between them, or * alone';

/** Names with commas between them, or `*`. */
export function parseAllowedHosts(text: string): AllowedHosts | undefined {
  if (text === '*') return '*';
  const names = text
    .toLowerCase()
    .split(',')
    // An IPv6 address is one with and without the brackets that a Host has around it.
    .map((name) => name.replace(/^\[([0-9a-f:.]+)\]$/, '$1'));
  const isName = (name: string): boolean => /^\.?[\w-]+(?:\.[\w-]+)*$/.test(name);
  const isAddress = (name: string): boolean => isIPv6(name);
  return names.every((name) => isName(name) || isAddress(name)) ? names : undefined;
}
