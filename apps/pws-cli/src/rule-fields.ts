/**
 * Which fields rules may set, and which they may take away.
 * Security: what says how a message is delimited, and what is said of the connection, is never a
 * rule's to say: two recipients would read two messages where one was sent.
 *
 * RFC 9110 §7.6.1 (connection), §8 and §14 (representation), §10.2 (about the response); RFC 9112
 * §6 (framing).
 */
import { UsageError, serializeFieldLines } from '@pws/http-wire';

// Of framing and the connection; of what was selected, where no constant is true; of the server,
// which writes them itself. Content-Type is not here: what a file is, its owner knows best.
const RESERVED: ReadonlySet<string> = new Set(
  `connection keep-alive te trailer transfer-encoding upgrade content-length
   accept-ranges content-encoding content-range
   age allow alt-svc date location server www-authenticate`.split(/\s+/),
);

// Of the version that is sent: with the same one for all, caches would put parts of several together
// (RFC 9110 §8.8).
const VALIDATORS: ReadonlySet<string> = new Set(['etag', 'last-modified']);

// Those of caches of others end alike (RFC 9213 §2); what came before that does not.
const CACHING: ReadonlySet<string> = new Set([
  'edge-control',
  'expires',
  'surrogate-control',
  'x-accel-expires',
]);

/** Whether the field says how long an answer may be kept, by whomever. */
export function isCachingField(name: string): boolean {
  const lower = name.toLowerCase();
  return lower.endsWith('cache-control') || CACHING.has(lower);
}

/** Whether no rule may set the field: the server alone writes it. */
export function isServersField(name: string): boolean {
  return isReservedField(name) || VALIDATORS.has(name.toLowerCase());
}

/** Whether no rule may touch the field, with this name in any case. */
export function isReservedField(name: string): boolean {
  const lower = name.toLowerCase();
  return RESERVED.has(lower) || lower.startsWith('proxy-');
}

/**
 * Whether no rule may take the field away. Without Vary, caches would answer one with what was
 * selected for another.
 */
export function isKeptField(name: string): boolean {
  return isReservedField(name) || name.toLowerCase() === 'vary';
}

/** Whether lines of one name stay lines: combined with commas they are read as something else. */
export function isOfSeveralLines(name: string): boolean {
  const lower = name.toLowerCase();
  return lower === 'set-cookie' || lower === 'link';
}

/** What is wrong with a line, by the wire's own check; `undefined` for one that can be sent. */
export function fieldLineFault(name: string, value: string): 'name' | 'value' | undefined {
  try {
    serializeFieldLines([[name, value]]);
    return undefined;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return error.code === 'invalid-field-name' ? 'name' : 'value';
  }
}
