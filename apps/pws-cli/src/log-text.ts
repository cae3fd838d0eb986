/**
 * Makes text from a client safe to print.
 * Owns the promise that no request can forge a log line, leave its field or move a terminal's
 * cursor: what is not visible ASCII becomes an escape, and what is too long is cut and says so.
 */

/** Makes what a client sent safe to print. */
export type Print = (text: string) => string;

/**
 * The same, where one text often comes after itself, as methods and browsers do: to compare it takes a
 * third of what it takes to look at each letter.
 */
export function rememberLast(print: Print): Print {
  let last: string | undefined;
  let printed = '';
  return (text) => {
    if (text === last) return printed;
    printed = print(text);
    last = text;
    return printed;
  };
}

/** Characters of a text that are printed where nobody has said another number. */
export const DEFAULT_FIELD_LIMIT = 1024;

/**
 * The text with quotes, backslashes and all that is not visible ASCII or a blank escaped as
 * `\xHH` or `\uHHHH`, cut to so many characters of its own.
 */
export function printable(text: string, limit: number = DEFAULT_FIELD_LIMIT): string {
  // Nearly every text is as it should be: to look costs less than to replace nothing, and to look
  // whether all of it is takes half as long as to look for what is not.
  if (text.length <= limit && /^[ !#-[\]-~]*$/.test(text)) return text;
  const cut = text.length > limit ? `${text.slice(0, limit)}...` : text;
  return cut.replace(/[^\x20-\x7e]|["\\]/g, (char) => {
    const code = char.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
  });
}

/**
 * The text for a person, as it is written, but for what is not seen or moves what is: controls, marks
 * of direction, and halves of characters, which become escapes.
 */
export function withoutControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (char) => {
    const code = char.codePointAt(0)?.toString(16) ?? '';
    return `\\u{${code}}`;
  });
}
