/**
 * The Content-Type field: a media type with its parameters.
 * Owns its grammar alone; which type a file has, and what to do with one, is decided elsewhere.
 * Refuses what RFC 9110 does not allow, instead of guessing at it as browsers do.
 *
 * RFC 9110 §8.3.
 */
import { UsageError } from './errors.ts';
import { TOKEN_PATTERN } from './grammar.ts';
import { ValueReader, formatParameters, readParameters, textsOf } from './parameters.ts';

const SLASH = 0x2f;

/** A media type, such as `text/html; charset=utf-8`. */
export interface MediaType {
  /** What stands before the slash, `text`; in lower case where it was parsed. */
  readonly type: string;
  /** What stands behind the slash, `html`; in lower case where it was parsed. */
  readonly subtype: string;
  /** Values without their quotes, as they were sent, by lower-case name. */
  readonly parameters: ReadonlyMap<string, string>;
}

//   Content-Type = media-type                                                 RFC 9110 §8.3
//   media-type   = type "/" subtype parameters                                §8.3.1
//   type         = token
//   subtype      = token
/**
 * Parses the value of a Content-Type field.
 *
 * @param value - the field's value without the blanks around it. Several lines, combined with a
 *   comma, have no reading: the field is no list.
 * @returns `undefined` where the value is malformed or a parameter comes twice (RFC 6838 §4.3
 *   calls that an error; first and last are both found in use)
 * @see RFC 9110 §8.3.1
 */
export function parseContentType(value: string): MediaType | undefined {
  const reader = new ValueReader(value);
  const type = reader.readToken().toLowerCase();
  if (type === '' || !reader.take(SLASH)) return undefined;
  const subtype = reader.readToken().toLowerCase();
  if (subtype === '') return undefined;
  const parameters = readParameters(reader, 'none');
  if (parameters === undefined || !reader.atEnd) return undefined;
  return { type, subtype, parameters: textsOf(parameters) };
}

/**
 * Formats a media type, names in lower case, values quoted where they have to be:
 * `multipart/form-data; boundary="a b"`.
 *
 * @throws {UsageError} `invalid-field-value`: a type, subtype or parameter name that is no
 *   token, a name that comes twice in any case, a value with a control octet or a character
 *   above U+00FF
 * @see RFC 9110 §8.3.1
 */
export function formatContentType(mediaType: MediaType): string {
  const { type, subtype, parameters } = mediaType;
  if (!TOKEN_PATTERN.test(type) || !TOKEN_PATTERN.test(subtype)) {
    throw new UsageError('invalid-field-value', 'expected tokens as media type and subtype');
  }
  return `${type.toLowerCase()}/${subtype.toLowerCase()}${formatParameters(parameters)}`;
}

//   charset = token                                                           RFC 9110 §8.3.2
/**
 * The charset that a media type names, in lower case: `utf-8`.
 *
 * @returns `undefined` where it names none, or something that cannot be the name of one; whether
 *   the charset is registered, or what holds without one, is not asked
 * @see RFC 9110 §8.3.2
 */
export function charsetOf(mediaType: MediaType): string | undefined {
  const charset = mediaType.parameters.get('charset');
  return charset !== undefined && TOKEN_PATTERN.test(charset) ? charset.toLowerCase() : undefined;
}
