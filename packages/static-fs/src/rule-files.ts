// The rules that hold now, where they stand in files of the site. Owns when they are made anew: the
// files are asked for with each request, as cheaply as any file that is in memory, and rules are made
// where one of them holds other octets. Refuses files that are larger than anybody writes by hand.

import { fileSourceError } from './errors.ts';
import { withSiblings } from './content-coding.ts';
import { readWhole } from './file-in-memory.ts';
import type { Basis, FileSource, OpenFile, Opened, Segments } from './file-source.ts';
import type { RouteRules, RuleFileContent, RuleFiles } from './routes.ts';
import { close, openIn, type Steps, wait } from './steps.ts';

/** The most octets of one file. */
const MOST_BYTES = 1024 * 1024;

/** Rules, and the octets they were made of. */
interface Made {
  readonly rules: RouteRules;
  readonly contents: readonly RuleFileContent[];
  /** What the source said of their files, where it stands by it for a while. */
  basis?: Basis | undefined;
}

/** The rules of a site. */
export class RulesInForce {
  readonly #files: RuleFiles;
  readonly #places: readonly Segments[];
  /** In lower case. */
  readonly #hidden: ReadonlySet<string>;
  #made: Made | undefined;
  #version = 0;

  constructor(files: RuleFiles) {
    this.#files = files;
    const paths = [...files.names, ...(files.alsoRead ?? [])];
    this.#hidden = new Set(files.names.flatMap((name) => withSiblings(name.toLowerCase())));
    this.#places = paths.map((path) => Object.freeze(path.split('/')));
  }

  /**
   * Whether a path is that of a file of rules, or of what a build has compressed one to; in any case:
   * some disks do not tell cases apart.
   */
  includes([name, ...more]: Segments): boolean {
    if (name === undefined || more.length > 0) return false;
    return this.#hidden.has(name.toLowerCase());
  }

  /** Which rules they are that were given last: another number for others. */
  get version(): number {
    return this.#version;
  }

  /**
   * The rules, where all that they are made of is in memory and the same; else `undefined`. To be
   * asked before all else of an answer: what that rests on begins with it. Five files were 0.5 µs.
   */
  inMemory(source: FileSource): RouteRules | undefined {
    const made = this.#made;
    if (made === undefined || source.peek === undefined) return undefined;
    if (made.basis !== undefined && source.standsBy?.(made.basis) === true) return made.rules;
    source.beginBasis?.();
    for (let at = 0; at < this.#places.length; at += 1) {
      const opened = source.peek(this.#places[at] as Segments);
      if (opened === undefined) return undefined;
      const octets = opened.kind === 'file' ? opened.octets : undefined;
      if (octets !== made.contents[at]) return undefined;
    }
    made.basis = source.basis?.();
    return made.rules;
  }

  /**
   * Reads the files, and makes the rules anew where they are other ones.
   *
   * @throws {FileSourceError} Where a file cannot be read and there are no rules from before: a site
   * without its rules is another site.
   */
  *read(source: FileSource): Steps<RouteRules> {
    let contents: readonly RuleFileContent[];
    try {
      contents = yield* this.#readAll(source);
    } catch (error) {
      if (this.#made !== undefined) return this.#made.rules;
      throw error;
    }
    const made = this.#made;
    const isSame = made?.contents.every((content, at) => equal(content, contents[at])) === true;
    if (!isSame) this.#version += 1;
    const rules = isSame ? made.rules : this.#files.compile(contents);
    this.#made = { rules, contents };
    return rules;
  }

  *#readAll(source: FileSource): Steps<readonly RuleFileContent[]> {
    const contents: RuleFileContent[] = [];
    for (const place of this.#places) {
      const asked = openIn(source, place);
      const opened: Opened = asked instanceof Promise ? yield* wait(asked) : asked;
      contents.push(opened.kind === 'file' ? yield* contentOf(opened) : undefined);
    }
    return contents;
  }
}

function* contentOf(file: OpenFile): Steps<RuleFileContent> {
  try {
    if (file.lengthBytes > MOST_BYTES) return 'too-large';
    const octets = file.octets ?? (yield* wait(readWhole(file)));
    // Half of the rules are other rules.
    if (octets === undefined) throw fileSourceError('changed');
    return octets;
  } finally {
    yield* close(file);
  }
}

function equal(one: RuleFileContent, other: RuleFileContent): boolean {
  if (one === other) return true;
  if (!(one instanceof Uint8Array) || !(other instanceof Uint8Array)) return false;
  return Buffer.compare(one, other) === 0;
}
