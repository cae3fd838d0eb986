/**
 * From a text to the tree of what is in it, and back to places in the text.
 * Owns what is no JSON (RFC 8259, without comments, no key twice), and the form of what a person is
 * told of a value: file, line, column, what was expected and what came. Loaded only where there is
 * a file: the parser costs as much as half of the rest of a start.
 */
// It is CommonJS for Node, which finds no names in it; the rule looks at its other form.
// oxlint-disable-next-line import/default
import jsonc, { type Node, type ParseError } from 'jsonc-parser';
import { FaultyFile } from './faulty-file.ts';
import { printable } from './log-text.ts';
import { nearestName } from './nearest-name.ts';
import type { FileProblem } from './rule-problem.ts';

/** A value in a text, and where it stands. */
export type JsonNode = Node;

/** What is wrong, and where. */
export interface Fault {
  readonly offset: number;
  readonly message: string;
}

/** A place in a text. */
export interface TextPlace {
  /** From 1. */
  readonly line: number;
  /** In UTF-16 code units, from 1. */
  readonly column: number;
}

/** Tells where offsets of a text are; where its lines begin is looked up once, for all of them. */
export function placesIn(text: string): (offset: number) => TextPlace {
  let begins: number[] | undefined;
  return (offset) => {
    begins ??= [
      0,
      ...Array.from(text.matchAll(/\r\n|[\r\n]/g), (end) => end.index + end[0].length),
    ];
    let low = 0;
    let high = begins.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((begins[middle] as number) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (begins[low] as number) + 1 };
  };
}

/** A place as editors and terminals know it: `file:3:7`. */
export function formatPlace(file: string, { line, column }: TextPlace): string {
  return `${file}:${line}:${column}`;
}

/** A text, and where it was read. */
interface TextOfFile {
  readonly text: string;
  /** For people. */
  readonly file: string;
}

/** What is wrong, by its place in the file; in the order of the text. */
export function placedFaults(
  faults: readonly Fault[],
  { text, file }: TextOfFile,
): readonly FileProblem[] {
  const placeOf = placesIn(text);
  return faults
    .toSorted((one, other) => one.offset - other.offset)
    .map(({ offset, message }) => ({ file, ...placeOf(offset), message, severity: 'error' }));
}

/**
 * Refuses a text in which something is wrong.
 *
 * @throws {FaultyFile} exit code 2: a line for each fault, in the order of the text
 */
export function refuseFaults(faults: readonly Fault[], { text, file }: TextOfFile): void {
  if (faults.length > 0) throw new FaultyFile(2, placedFaults(faults, { text, file }));
}

/** The tree of a text that is JSON, no key in it twice; else `undefined`, and why among `faults`. */
export function parseJson(text: string, faults: Fault[]): Node | undefined {
  const errors: ParseError[] = [];
  let tree: Node | undefined;
  try {
    tree = jsonc.parseTree(text, errors, { disallowComments: true });
  } catch (error) {
    // The parser calls itself for each level, and no configuration has thousands.
    if (!(error instanceof RangeError)) throw error;
    faults.push({ offset: 0, message: 'expected a configuration, got lists without end' });
    return undefined;
  }
  // Behind the first error, the parser guesses.
  const [error] = errors;
  if (error !== undefined) {
    const expected = EXPECTED[jsonc.printParseErrorCode(error.error)] ?? 'JSON';
    const got = text.slice(error.offset, error.offset + error.length);
    const end = got === '' ? 'the end of the file' : shownValue(got);
    faults.push({ offset: error.offset, message: `expected ${expected}, got ${end}` });
    return undefined;
  }
  if (tree === undefined) return undefined;
  const halves = halfCharacters(tree);
  faults.push(...halves, ...repeatedKeys(tree));
  return halves.length === 0 ? tree : undefined;
}

/** What was expected, by the parser's name for what is wrong. */
const EXPECTED: Readonly<Record<string, string>> = {
  InvalidSymbol: 'JSON, where keys and texts stand in double quotes',
  PropertyNameExpected: 'a key in double quotes',
  ValueExpected: 'a value',
  ColonExpected: 'a colon',
  CommaExpected: 'a comma',
  CloseBraceExpected: 'a closing brace',
  CloseBracketExpected: 'a closing bracket',
  EndOfFileExpected: 'the end of the file',
  InvalidCommentToken: 'JSON, which has no comments',
  UnexpectedEndOfComment: 'JSON, which has no comments',
  UnexpectedEndOfString: 'a closing quote on the same line',
  UnexpectedEndOfNumber: 'a digit',
  InvalidUnicode: 'four hexadecimal digits behind \\u',
  InvalidEscapeCharacter: 'an escape that JSON has',
  InvalidCharacter: 'control characters to be escaped',
};

/** RFC 8259 §8.2: an escape can say half a character, which no octets can. */
function halfCharacters(tree: Node): Fault[] {
  if (typeof tree.value !== 'string') return (tree.children ?? []).flatMap(halfCharacters);
  if (!/\p{Surrogate}/u.test(tree.value)) return [];
  const got = shownValue(tree.value);
  return [{ offset: tree.offset, message: `expected whole characters, got ${got}` }];
}

/** RFC 8259 §4: what a key means that stands twice, is for everybody to guess. */
function repeatedKeys(tree: Node): Fault[] {
  if (tree.type !== 'object') return (tree.children ?? []).flatMap(repeatedKeys);
  const seen = new Set<string>();
  return membersOf(tree).flatMap(({ key, offset, node }) => {
    const message = `${nameOf(key)}: expected once, got it again`;
    const own = seen.has(key) ? [{ offset, message }] : [];
    seen.add(key);
    return [...own, ...repeatedKeys(node)];
  });
}

/** A member of an object. */
export interface Member {
  readonly key: string;
  /** Where the key is. */
  readonly offset: number;
  readonly node: JsonNode;
}

/** The members of an object, in order. */
export function membersOf(object: JsonNode): readonly Member[] {
  return (object.children ?? []).map(({ children }) => {
    const [key, node] = children as [Node, Node];
    return { key: key.value as string, offset: key.offset, node };
  });
}

/** What a node holds, as `JSON.parse()` would give it. */
export function valueOf(node: JsonNode): unknown {
  return jsonc.getNodeValue(node);
}

/** The node at a place, by keys and indexes. */
export function nodeAt(tree: JsonNode, path: (string | number)[]): JsonNode | undefined {
  return jsonc.findNodeAtLocation(tree, path);
}

/** What is said of a key that is none of those there are. */
export function unknownKey(key: string, keys: readonly string[]): string {
  const nearest = nearestName(key, keys);
  const hint = nearest === undefined ? '' : `, did you mean ${nearest}?`;
  return `${nameOf(key)}: expected a key that there is${hint}`;
}

/** A key as it can be printed: as it is where it is a plain word. */
export function nameOf(key: string): string {
  return /^[\w$-]{1,64}$/.test(key) ? key : `"${printable(key)}"`;
}

/** A value as JSON, on one line that is not too long. */
export function shownValue(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}
