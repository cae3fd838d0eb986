/**
 * The Content-Disposition field: whether content is to be shown or saved, and under which name.
 * Owns its grammar, the extended value that carries a name of any Unicode, and the making of a
 * name that can be used from one that was sent. Never looks at a file system.
 *
 * RFC 6266, RFC 8187 (extended values).
 */
import { UsageError } from './errors.ts';
import { hexDigitValue, isTokenOctet } from './grammar.ts';
import { ValueReader, readParameters, textsOf } from './parameters.ts';

const PERCENT = 0x25;
const APOSTROPHE = 0x27;
const ASTERISK = 0x2a;

/** What a Content-Disposition field says. */
export interface ContentDisposition {
  /** `inline`, `attachment` or another token, in lower case; others mean `attachment` (§4.2). */
  readonly type: string;
  /**
   * The name as it was sent, from `filename*` if that is valid, else from `filename`, whose
   * octets above 0x7F stand as ISO 8859-1; `undefined` where neither came.
   *
   * Security: chosen by the peer. It may hold a path, control characters, `..` or nothing.
   */
  readonly filename: string | undefined;
  /**
   * A name made from {@link ContentDisposition.filename} that stays in the folder that it is
   * joined to, on every platform; `undefined` where there is no name or nothing is left of it.
   *
   * Its last path segment, without dots and blanks at either end; control and bidirectional
   * characters and `<>:"|?*` are `_`, a device name of Windows has a `_` before it. Not
   * shortened; its extension is not checked (§4.3 advises to); a file of that name may exist.
   */
  readonly suggestedName: string | undefined;
  /** The other parameters by lower-case name, as sent: a name in `*` has an extended value. */
  readonly parameters: ReadonlyMap<string, string>;
}

//   content-disposition = disposition-type *( ";" disposition-parm )          RFC 6266 §4.1
//   disposition-type    = "inline" | "attachment" | disp-ext-type
//   disposition-parm    = filename-parm | disp-ext-parm
//   filename-parm       = "filename" "=" value | "filename*" "=" ext-value
//   disp-ext-parm       = token "=" value | ext-token "=" ext-value
//
// The grammar is that of RFC 2616 §2.1: blanks may stand between any two of these, so around
// "=" too, as in two of the RFC's own examples. Parameters without content ("attachment;") are
// RFC 9110 §5.6.6.
/**
 * Parses the value of a Content-Disposition field.
 *
 * @param value - the field's value without the blanks around it
 * @returns `undefined` where the value is malformed or a parameter comes twice (§4.1: "invalid").
 *   An extended value that is malformed, quoted, or in an unknown charset, is as if it had not
 *   been sent, one of the ways that RFC 8187 §3.2.1 leaves open
 * @see RFC 6266 §4
 */
export function parseContentDisposition(value: string): ContentDisposition | undefined {
  const reader = new ValueReader(value);
  const type = reader.readToken().toLowerCase();
  if (type === '') return undefined;
  const parameters = readParameters(reader, 'around-equals');
  if (parameters === undefined || !reader.atEnd) return undefined;
  const plain = parameters.get('filename');
  const extended = parameters.get('filename*');
  parameters.delete('filename');
  parameters.delete('filename*');
  const decoded = extended?.form === 'token' ? parseExtendedValue(extended.text) : undefined;
  const filename = decoded ?? plain?.text;
  const suggestedName = filename === undefined ? undefined : suggestName(filename);
  return { type, filename, suggestedName, parameters: textsOf(parameters) };
}

// What a file name cannot hold on some platform or should not show: controls, line separators,
// what turns the direction of writing (so that "gpj.exe" shows as "exe.jpg"), and what Windows
// forbids, ":" before a stream or behind a drive among it.
const UNSAFE_IN_NAME = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}<>:"|?*]/gu;

// Windows opens a device by these names in any folder, with any extension, blanks before it.
const DEVICE =
  /^(?:con|prn|aux|nul|clock\$|conin\$|conout\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]) *(?:\.|$)/i;

/** The name that {@link ContentDisposition.suggestedName} describes. RFC 6266 §4.3. */
function suggestName(filename: string): string | undefined {
  const separator = Math.max(filename.lastIndexOf('/'), filename.lastIndexOf('\\'));
  const segment = filename.slice(separator + 1).replace(UNSAFE_IN_NAME, '_');
  let start = 0;
  let end = segment.length;
  while (start < end && isDotOrBlank(segment, start)) start++;
  while (start < end && isDotOrBlank(segment, end - 1)) end--;
  const name = segment.slice(start, end);
  if (name === '') return undefined;
  return DEVICE.test(name) ? `_${name}` : name;
}

function isDotOrBlank(text: string, at: number): boolean {
  return text[at] === '.' || text[at] === ' ';
}

// Appendix D: no octets outside ASCII; no backslash, because some recipients do not know quoted
// pairs and all take it for a path separator, hence no quote either, which would need one; no
// percent sign before two digits, which some recipients decode and others do not.
const UNSAFE_IN_FALLBACK = /[^\x20-\x7e]|["/\\]|%(?=[0-9A-Fa-f]{2})/gu;

/**
 * Formats a Content-Disposition. A name of plain ASCII is written as `filename="a.txt"`. For any
 * other, that parameter is a fallback with `_` for every character that not all recipients read
 * alike, and `filename*` behind it has the name itself:
 * `attachment; filename="_ rates"; filename*=UTF-8''%E2%82%AC%20rates`.
 *
 * @param type - whether to save the content or to show it
 * @param filename - any text, path separators and controls included: §4.3 has recipients defend
 *   themselves. A surrogate without its pair becomes U+FFFD. Default: none is sent.
 * @returns a field value of visible ASCII octets and spaces
 * @throws {UsageError} `invalid-field-value` where `type` is neither of the two
 * @see RFC 6266 §4.3, appendix D
 */
export function formatContentDisposition(type: 'attachment' | 'inline', filename?: string): string {
  if (type !== 'attachment' && type !== 'inline') {
    throw new UsageError('invalid-field-value', 'expected "attachment" or "inline"');
  }
  if (filename === undefined) return type;
  const fallback = filename.replace(UNSAFE_IN_FALLBACK, '_');
  // Quoted, which fits every name, and in front: some recipients fail on the other order.
  const value = `${type}; filename="${fallback}"`;
  return fallback === filename ? value : `${value}; filename*=${formatExtendedValue(filename)}`;
}

//   ext-value     = charset  "'" [ language ] "'" value-chars                 RFC 8187 §3.2.1
//   charset       = "UTF-8" / mime-charset
//   value-chars   = *( pct-encoded / attr-char )
//   attr-char     = ALPHA / DIGIT / "!" / "#" / "$" / "&" / "+" / "-" / "." /
//                   "^" / "_" / "`" / "|" / "~"
//
// That is tchar without "%", "'" and "*", so that a third apostrophe ends nothing: it is refused.
/**
 * Parses an extended value, the value of a parameter whose name ends in `*`:
 * `UTF-8''%e2%82%ac%20rates` is "€ rates". Its language is checked for its characters and dropped.
 *
 * @returns the text; `undefined` where the value is malformed, where its octets are not valid in
 *   its charset, or where that is neither UTF-8 nor ISO-8859-1 (RFC 8187 asks for the first,
 *   RFC 5987 had asked for both, and senders of the second are still there)
 * @see RFC 8187 §3.2
 */
export function parseExtendedValue(value: string): string | undefined {
  const charsetEnd = value.indexOf("'");
  const languageEnd = charsetEnd === -1 ? -1 : value.indexOf("'", charsetEnd + 1);
  if (languageEnd === -1) return undefined;
  if (!/^[-0-9A-Za-z]*$/.test(value.slice(charsetEnd + 1, languageEnd))) return undefined;
  const chars = value.slice(languageEnd + 1);
  if (!isValueChars(chars)) return undefined;
  const charset = value.slice(0, charsetEnd).toLowerCase();
  if (charset === 'utf-8') return decodeUtf8(chars);
  if (charset !== 'iso-8859-1') return undefined;
  return chars.replace(/%(..)/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
}

function isValueChars(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const octet = text.charCodeAt(at);
    if (octet === PERCENT) {
      if (hexDigitValue(text.charCodeAt(++at)) === -1) return false;
      if (hexDigitValue(text.charCodeAt(++at)) === -1) return false;
    } else if (!isTokenOctet(octet) || octet === APOSTROPHE || octet === ASTERISK) {
      return false;
    }
  }
  return true;
}

function decodeUtf8(chars: string): string | undefined {
  try {
    // Strict: overlong forms, surrogates and cut sequences are refused.
    return decodeURIComponent(chars);
  } catch {
    // A URIError, and nothing else can come: the percent signs have been checked.
    return undefined;
  }
}

/**
 * Formats any text as an extended value, in UTF-8. A surrogate without its pair is no character
 * and has no octets: it becomes U+FFFD.
 *
 * @see RFC 8187 §3.2.1
 */
export function formatExtendedValue(text: string): string {
  const chars = encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd'));
  // What encodeURIComponent leaves alone and attr-char does not have.
  const rest = chars.replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `UTF-8''${rest}`;
}
