/**
 * Braces in globs: `{a,b}`, `{1..3}`, `{a..c}`, in one another, as shells and minimatch 3 expand them.
 * Owns how many texts that may make. Pure.
 */

/** More than anybody writes by hand; what is in braces may be in braces again. */
const MOST_TEXTS = 1000;

// What is escaped is neither a brace nor a comma: for as long as texts are expanded it is one of
// these, which nobody can have written.
const HIDDEN: readonly (readonly [string, string])[] = [
  ['\\\\', '\u0001'],
  ['\\{', '\u0002'],
  ['\\}', '\u0003'],
  ['\\,', '\u0004'],
  ['\\.', '\u0005'],
];
const CLOSING = '\u0003';

/**
 * All texts that a glob stands for.
 *
 * @param text - without controls
 * @returns `undefined` where there are more than 1000
 */
export function expandBraces(text: string): readonly string[] | undefined {
  if (!/\{[^{]*\}/.test(text)) return [text];
  let hidden = text;
  for (const [written, mark] of HIDDEN) hidden = hidden.replaceAll(written, mark);
  const texts = expand(hidden);
  return texts?.map((expanded) => {
    let shown = expanded;
    for (const [written, mark] of HIDDEN) shown = shown.replaceAll(mark, written.slice(1));
    return shown;
  });
}

function expand(text: string): readonly string[] | undefined {
  let rest = text;
  for (;;) {
    const found = firstPair(rest);
    if (found === undefined) return [rest];
    const [open, close] = found;
    const [before, body, behind] = [
      rest.slice(0, open),
      rest.slice(open + 1, close),
      rest.slice(close + 1),
    ];
    if (before.endsWith('$')) return [rest];
    const members = membersOf(body);
    if (members === 'no set') {
      // As in shells, `{a},b}` is a set of `a}` and `b`.
      if (!/,(?!,).*\}/.test(behind)) return [rest];
      rest = `${before}{${body}${CLOSING}${behind}`;
      continue;
    }
    const ends = behind === '' ? [''] : expand(behind);
    if (members === undefined || ends === undefined) return undefined;
    if (members.length * ends.length > MOST_TEXTS) return undefined;
    return members.flatMap((member) => ends.map((end) => before + member + end));
  }
}

/** The outermost braces that begin first and are closed. */
function firstPair(text: string): readonly [open: number, close: number] | undefined {
  const opened: number[] = [];
  let first: readonly [number, number] | undefined;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '{') opened.push(at);
    else if (text[at] === '}') {
      const open = opened.pop();
      if (open === undefined) continue;
      if (opened.length === 0) return first === undefined || open < first[0] ? [open, at] : first;
      if (first === undefined || open < first[0]) first = [open, at];
    }
  }
  return first;
}

function membersOf(body: string): readonly string[] | undefined | 'no set' {
  const sequence = sequenceOf(body);
  if (sequence !== 'no set') return sequence;
  if (!body.includes(',')) return 'no set';
  const parts = splitAtCommas(body);
  const [only] = parts;
  // `{{a,b}}` is `{a}` and `{b}`.
  const texts = parts.length === 1 ? expand(only ?? '')?.map((part) => `{${part}}`) : parts;
  const members: string[] = [];
  for (const text of texts ?? []) {
    const expanded = expand(text);
    if (expanded === undefined || members.length + expanded.length > MOST_TEXTS) return undefined;
    members.push(...expanded);
  }
  return texts && members;
}

function splitAtCommas(body: string): readonly string[] {
  const parts = [''];
  let depth = 0;
  for (const character of body) {
    if (character === '{') depth += 1;
    if (character === '}' && depth > 0) depth -= 1;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

const SEQUENCE = /^(?:(-?\d+)\.\.(-?\d+)|([A-Za-z])\.\.([A-Za-z]))(?:\.\.(-?\d+))?$/;

function sequenceOf(body: string): readonly string[] | undefined | 'no set' {
  const found = SEQUENCE.exec(body);
  if (found === null) return 'no set';
  const [, low, high, letter = '', lastLetter = '', by] = found;
  const isOfNumbers = low !== undefined && high !== undefined;
  const first = isOfNumbers ? Number(low) : letter.charCodeAt(0);
  const last = isOfNumbers ? Number(high) : lastLetter.charCodeAt(0);
  const step = Math.max(Math.abs(Number(by ?? 1)), 1) * (last < first ? -1 : 1);
  const count = Math.floor((last - first) / step) + 1;
  if (!(count <= MOST_TEXTS)) return undefined;
  const values = Array.from({ length: count }, (_, index) => first + index * step);
  if (!isOfNumbers) {
    return values.map((unit) => (unit === 0x5c ? '' : String.fromCharCode(unit)));
  }
  const isPadded = [low, high, by ?? ''].some((text) => /^-?0\d/.test(text));
  const width = isPadded ? Math.max(low.length, high.length) : 0;
  return values.map((value) => {
    const digits = String(Math.abs(value));
    return value < 0 ? `-${digits.padStart(width - 1, '0')}` : digits.padStart(width, '0');
  });
}
