/**
 * Whether a connection may carry another exchange after this message.
 * Owns the reading of the Connection field's options "close", "keep-alive" and "upgrade".
 *
 * RFC 9112 §9.3, RFC 9110 §7.6.1.
 */
import type { Fields } from './fields.ts';
import { trimBlanks } from './grammar.ts';

/**
 * Whether the sender of a message wants the connection to persist.
 *
 * @param fields - the message's field section
 * @param minorVersion - the digit behind `HTTP/1.`
 */
export function wantsPersistence(fields: Fields, minorVersion: number): boolean {
  const value = fields.get('connection');
  // What nearly every client sends, or does not: no list to take apart.
  if (value === undefined) return minorVersion >= 1;
  if (value === 'keep-alive') return true;
  const options = connectionOptions(value);
  if (options.includes('close')) return false;
  return minorVersion >= 1 || options.includes('keep-alive');
}

/**
 * Whether a request offers to switch protocols: Upgrade counts only where Connection names it,
 * and not in HTTP/1.0.
 *
 * @see RFC 9110 §7.8
 */
export function offersUpgrade(fields: Fields, minorVersion: number): boolean {
  if (minorVersion === 0 || !fields.has('upgrade')) return false;
  return connectionOptions(fields.get('connection') ?? '').includes('upgrade');
}

/**
 * The options of a Connection field, in lower case, in order.
 *
 * @param value - the field's value; several lines combined with a comma
 * @see RFC 9110 §7.6.1
 */
export function connectionOptions(value: string): string[] {
  if (value === '') return [];
  // No list: with split() the options of every response cost twice as much.
  if (!value.includes(',')) {
    const option = trimBlanks(value).toLowerCase();
    return option === '' ? [] : [option];
  }
  const options: string[] = [];
  for (const part of value.split(',')) {
    const option = trimBlanks(part).toLowerCase();
    // RFC 9110 §5.6.1.2: empty list elements are ignored.
    if (option !== '') options.push(option);
  }
  return options;
}
