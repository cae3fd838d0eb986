/**
 * What the files say that people keep beside their sites: `_headers`, `_redirects`, and the manifests
 * of builds.
 * Owns which of them are read, that each is read again only where it is another one, and that a
 * person is told what is wrong with it. What each means is in files of its own.
 */
import type { FieldEffect, RouteRules, RuleFileContent, RuleFiles } from '@pws/static-fs';
import { BUILD_MANIFESTS, readBuildManifest } from './build-manifest.ts';
import { type FieldRules, createFieldRules } from './field-rules.ts';
import { parseHeadersFile } from './headers-file.ts';
import { parseRedirectsFile } from './redirects-file.ts';
import { createRouteRules } from './route-rules.ts';
import type { RuleProblem, RulesDialect } from './rule-problem.ts';

/** Something about a file beside the site that a person should know. */
export interface FileProblem extends Omit<RuleProblem, 'line'> {
  /** Its path below the root. */
  readonly file: string;
  /** From 1; `undefined` where it is the whole file. */
  readonly line?: number;
}

/** What is read, and who is told. */
export interface ConventionsOptions {
  /** Whose reading of `_headers` and `_redirects` holds; `off`: they are files like any other. */
  readonly dialect: RulesDialect | 'off';
  /** What a `serve.json` says; it goes before the others at each place. Default: there is none. */
  readonly serve?: RouteRules | undefined;
  /** Told of all that is wrong with a file, whenever it is read. */
  readonly report: (problems: readonly FileProblem[]) => void;
}

type RoutesOfFile = Pick<RouteRules, 'forced' | 'unforced'>;

const NO_ROUTES: RoutesOfFile = { forced: () => undefined, unforced: () => undefined };
const NO_FIELDS: FieldRules = { effectOf: () => undefined };
const NO_FILES: ReadonlySet<string> = new Set();

/** What the files beside a site say now. */
export class SiteConventions {
  /** For the site. */
  readonly files: RuleFiles;
  readonly #dialect: RulesDialect | 'off';
  readonly #report: ConventionsOptions['report'];
  readonly #serve: RouteRules | undefined;
  readonly #join = effectJoiner();
  readonly #fields: Kept<FieldRules>;
  readonly #routes: Kept<RoutesOfFile>;
  readonly #manifests: readonly Kept<ReadonlySet<string>>[];
  #revision = 0;

  constructor({ dialect, report, serve }: ConventionsOptions) {
    this.#dialect = dialect;
    this.#serve = serve;
    this.#report = report;
    this.#fields = new Kept('_headers', NO_FIELDS, (text) => this.#readHeaders(text));
    this.#routes = new Kept('_redirects', NO_ROUTES, (text) => this.#readRedirects(text));
    this.#manifests = BUILD_MANIFESTS.map((file) => new Kept(file, NO_FILES, readManifest));
    this.files = {
      names: dialect === 'off' ? [] : [this.#fields.file, this.#routes.file],
      alsoRead: BUILD_MANIFESTS,
      compile: (contents) => this.#compile(contents),
    };
  }

  /** How often the files were other ones. */
  get revision(): number {
    return this.#revision;
  }

  /** Whether the manifest of a build shows that the name of a file is hashed. */
  has(path: string): boolean {
    return this.#manifests.some(({ value }) => value.has(path));
  }

  #compile(contents: readonly RuleFileContent[]): RouteRules {
    const ofRules = this.#dialect === 'off' ? [] : [this.#fields, this.#routes];
    this.#revision += 1;
    for (const [index, kept] of [...ofRules, ...this.#manifests].entries()) {
      const problems = kept.take(contents[index]);
      if (problems.length > 0) this.#report(problems);
    }
    const { value: routes } = this.#routes;
    const { value: fields } = this.#fields;
    // Netlify's fields are those of files; Cloudflare's go with redirects, too.
    const isForRedirects = this.#dialect === 'cloudflare';
    const fieldsFor: RouteRules['fieldsFor'] = (asked, { status }) => {
      const isRedirect = status >= 300 && status < 400 && status !== 304;
      return isRedirect && !isForRedirects ? undefined : fields.effectOf(asked);
    };
    const serve = this.#serve;
    if (serve === undefined) {
      const isSilent = routes === NO_ROUTES && fields === NO_FIELDS;
      return { isSilent, ...routes, fieldsFor };
    }
    return {
      isSilent: false,
      forced: (asked) => serve.forced(asked) ?? routes.forced(asked),
      unforced: (asked) => serve.unforced(asked) ?? routes.unforced(asked),
      fieldsFor: (asked, answer) =>
        this.#join(serve.fieldsFor(asked, answer), fieldsFor(asked, answer)),
    };
  }

  #readHeaders(text: string): Read<FieldRules> {
    const dialect = dialectOf(this.#dialect);
    const { rules, problems } = parseHeadersFile(text, dialect);
    const merge = dialect === 'cloudflare' ? 'join' : 'override';
    return { value: createFieldRules(rules, { merge }), problems };
  }

  #readRedirects(text: string): Read<RoutesOfFile> {
    const { rules, problems } = parseRedirectsFile(text, dialectOf(this.#dialect));
    return { value: createRouteRules(rules, { file: '_redirects' }), problems };
  }
}

/** One effect after the other: the later one wins. The same two are the same one. */
function effectJoiner(): (
  first: FieldEffect | undefined,
  second: FieldEffect | undefined,
) => FieldEffect | undefined {
  const joined = new WeakMap<FieldEffect, WeakMap<FieldEffect, FieldEffect>>();
  return (first, second) => {
    if (first === undefined || second === undefined) return first ?? second;
    const ofFirst = joined.get(first) ?? new WeakMap<FieldEffect, FieldEffect>();
    joined.set(first, ofFirst);
    const known = ofFirst.get(second);
    if (known !== undefined) return known;
    const names = new Set(second.set.map(([name]) => name.toLowerCase()));
    const kept = first.set.filter(([name]) => {
      const lower = name.toLowerCase();
      return !names.has(lower) && !second.remove.has(lower);
    });
    const removed = [...first.remove].filter((name) => !names.has(name));
    const effect: FieldEffect = {
      set: [...kept, ...second.set],
      remove: new Set([...removed, ...second.remove]),
    };
    ofFirst.set(second, effect);
    return effect;
  };
}

function dialectOf(dialect: RulesDialect | 'off'): RulesDialect {
  return dialect === 'off' ? 'netlify' : dialect;
}

// A manifest.json is mostly that of a web app: what is not of a build is no problem.
function readManifest(text: string): Read<ReadonlySet<string>> {
  return { value: readBuildManifest(text).hashed, problems: [] };
}

/** What a file was read as. */
interface Read<Value> {
  readonly value: Value;
  readonly problems: readonly RuleProblem[];
}

/** What one file says, and what it was read from. */
class Kept<Value> {
  readonly file: string;
  value: Value;
  readonly #nothing: Value;
  readonly #read: (text: string) => Read<Value>;
  #content: Buffer | 'too-large' | undefined;

  constructor(file: string, nothing: Value, read: (text: string) => Read<Value>) {
    this.file = file;
    this.value = nothing;
    this.#nothing = nothing;
    this.#read = read;
  }

  /** Reads what is in the file now. Gives what is wrong with it, where it is another one. */
  take(content: RuleFileContent): readonly FileProblem[] {
    if (this.#isSame(content)) return [];
    this.#content = content instanceof Uint8Array ? Buffer.from(content) : content;
    if (content === undefined) {
      this.value = this.#nothing;
      return [];
    }
    const { file } = this;
    if (content === 'too-large') {
      this.value = this.#nothing;
      const message = 'expected at most 1 MiB, got more: nothing of it holds';
      return [{ file, message, severity: 'error' }];
    }
    const { value, problems } = this.#read(Buffer.from(content).toString('utf8'));
    this.value = value;
    return problems.map((problem) => ({ ...problem, file }));
  }

  #isSame(content: RuleFileContent): boolean {
    const kept = this.#content;
    if (kept instanceof Uint8Array && content instanceof Uint8Array) return kept.equals(content);
    return kept === content;
  }
}

/** A problem in one line: `_redirects:3:7: expected …`. */
export function formatProblem({ file, line, column, message, severity }: FileProblem): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  return `${place}: ${severity === 'warning' ? 'note: ' : ''}${message}`;
}
