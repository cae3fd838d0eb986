// Entity tags: one, a list, and the two ways to compare them. RFC 9110 §8.8.3. A list is read
// whole or not at all: a tag that was read wrong could match by mistake.
//
//   entity-tag = [ weak ] opaque-tag
//   weak       = %s"W/"
//   opaque-tag = DQUOTE *etagc DQUOTE
//   etagc      = %x21 / %x23-7E / obs-text

/** An entity tag. */
export interface EntityTag {
  /** Whether it stands for all representations that are as good, instead of for these octets. */
  readonly weak: boolean;
  /** What stands between the quotes, one character for one octet. */
  readonly opaque: string;
}

const ASTERISK = /^[\t ]*\*[\t ]*$/;
const HTAB = 0x09;
const SP = 0x20;
const DQUOTE = 0x22;
const COMMA = 0x2c;

/**
 * Reads one entity tag, as in ETag.
 *
 * @param text - The field value, without blanks around it.
 * @returns `undefined` where the text is no entity tag.
 * @see RFC 9110 §8.8.3
 */
export function parseEntityTag(text: string): EntityTag | undefined {
  return endOfEntityTag(text, 0) === text.length ? readEntityTag(text) : undefined;
}

/**
 * Reads the list of If-Match and If-None-Match, `"*" / #entity-tag`, empty members skipped.
 *
 * @param text - The field value; blanks around it do not matter.
 * @returns `*`, or the tags in their order, which may be none; `undefined` where anything in the
 * text is not in the grammar.
 * @see RFC 9110 §13.1.1, §13.1.2, §5.6.1.2
 */
export function parseEntityTagList(text: string): '*' | readonly EntityTag[] | undefined {
  if (ASTERISK.test(text)) return '*';
  const tags: EntityTag[] = [];
  let expectsTag = true;
  let at = 0;
  while (at < text.length) {
    const octet = text.charCodeAt(at);
    if (octet === COMMA) {
      expectsTag = true;
      at++;
    } else if (octet === SP || octet === HTAB) {
      at++;
    } else {
      const end = expectsTag ? endOfEntityTag(text, at) : -1;
      if (end === -1) return undefined;
      tags.push(readEntityTag(text.slice(at, end)));
      expectsTag = false;
      at = end;
    }
  }
  return tags;
}

/**
 * Writes an entity tag.
 *
 * @throws {TypeError} Where `opaque` has a blank, a quote, a control, or what is no octet.
 * @see RFC 9110 §8.8.3
 */
export function formatEntityTag(tag: EntityTag): string {
  const text = `${tag.weak ? 'W/' : ''}"${tag.opaque}"`;
  if (endOfEntityTag(text, 0) !== text.length) {
    throw new TypeError('an entity tag has neither blanks, quotes nor controls in it');
  }
  return text;
}

/**
 * Compares two entity tags strongly: neither is weak, and they are the same.
 *
 * @see RFC 9110 §8.8.3.2
 */
export function matchesStrongly(a: EntityTag, b: EntityTag): boolean {
  return !a.weak && !b.weak && a.opaque === b.opaque;
}

/**
 * Compares two entity tags weakly: they are the same, whether weak or not.
 *
 * @see RFC 9110 §8.8.3.2
 */
export function matchesWeakly(a: EntityTag, b: EntityTag): boolean {
  return a.opaque === b.opaque;
}

/** Where the entity tag that begins at `start` ends; -1 where none begins there. */
function endOfEntityTag(text: string, start: number): number {
  let at = text.startsWith('W/', start) ? start + 2 : start;
  if (text.charCodeAt(at) !== DQUOTE) return -1;
  do at++;
  while (isEtagc(text.charCodeAt(at)));
  return text.charCodeAt(at) === DQUOTE ? at + 1 : -1;
}

function isEtagc(octet: number): boolean {
  return octet > SP && octet <= 0xff && octet !== DQUOTE && octet !== 0x7f;
}

function readEntityTag(text: string): EntityTag {
  const weak = text.startsWith('W/');
  return { weak, opaque: text.slice(weak ? 3 : 1, -1) };
}
