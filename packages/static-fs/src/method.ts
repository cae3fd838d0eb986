// Which methods a site of files answers, RFC 9110 §9. The path is not looked at for this: a
// method that cannot work anywhere gets the same answer everywhere and touches no disk.

import type { Capabilities, MethodNotAllowed, MethodNotImplemented } from './outcome.ts';

/** The methods that the site answers, in the order in which Allow names them. */
export const ALLOWED_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

// RFC 9110 §9.3 and RFC 5789. CONNECT is left out on purpose: it asks for a tunnel, which is not
// a thing that some other path here could allow, so it counts as not implemented (501).
const KNOWN_METHODS: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE']);

/**
 * Gives the outcome that the method alone decides. Methods are case-sensitive (RFC 9110 §9.1).
 *
 * @returns `undefined` for GET and HEAD: then the path decides.
 */
export function decideByMethod(
  method: string,
): Capabilities | MethodNotAllowed | MethodNotImplemented | undefined {
  if (method === 'GET' || method === 'HEAD') return undefined;
  if (method === 'OPTIONS') return { kind: 'capabilities' };
  if (KNOWN_METHODS.has(method)) return { kind: 'method-not-allowed' };
  return { kind: 'method-not-implemented' };
}
