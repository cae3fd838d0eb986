/**
 * What the files say that people keep beside their sites: `_headers`, `_redirects`, and the manifests
 * of builds.
 * Owns which of them are read, that each is read again only where it is another one, and that a
 * person is told what is wrong with it. What each means is in files of its own.
 */
import type {
  FieldEffect,
  Route,
  RouteQuestion,
  RouteRules,
  RuleFileContent,
  RuleFiles,
} from '@pws/static-fs';
import { BUILD_MANIFESTS, readBuildManifest } from './build-manifest.ts';
import { type ConfiguredRules, compileHeaders, compileRedirects } from './config-rules.ts';
import { standsIn, withoutType } from './field-effect.ts';
import { type FieldRules, createFieldRules } from './field-rules.ts';
import { type HeaderRule, parseHeadersFile } from './headers-file.ts';
import type { PlacedRules, RedirectRule } from './redirect-rule.ts';
import { parseRedirectsFile } from './redirects-file.ts';
import type { ServeRules } from './serve-json-rules.ts';
import { createRouteRules } from './route-rules.ts';
import type { FileProblem, RuleProblem, RulesDialect } from './rule-problem.ts';

/** What is read, and who is told. */
export interface ConventionsOptions {
  /** Whose reading of `_headers` and `_redirects` holds; `off`: they are files like any other. */
  readonly dialect: RulesDialect | 'off';
  /** Rules of a configuration, as if they stood above those of the files. Default: none. */
  readonly ownRules?: ConfiguredRules | undefined;
  /**
   * What a `serve.json` says; it goes before those of files at each place, and behind those of a
   * configuration. Default: there is none.
   */
  readonly serve?: ServeRules | undefined;
  /** Told of all that is wrong with a file, whenever it is read: of nothing, where nothing is. */
  readonly report: (problems: readonly FileProblem[], file: string) => void;
}

/** Routes, and what they are made of. */
type RoutesOfFile = Pick<RouteRules, 'forced' | 'unforced'> & PlacedRules;

const NO_ROUTES: RoutesOfFile = {
  forced: () => undefined,
  unforced: () => undefined,
  file: '_redirects',
  syntax: 'lines',
  rules: [],
};
const NO_FIELDS: FieldRules = { effectOf: () => undefined };
const NO_FILES: ReadonlySet<string> = new Set();

/** What the files beside a site say now. */
export class SiteConventions {
  /** For the site. */
  readonly files: RuleFiles;
  readonly #dialect: RulesDialect | 'off';
  readonly #report: ConventionsOptions['report'];
  readonly #serve: ConventionsOptions['serve'];
  readonly #join = effectJoiner();
  readonly #fields: Kept<FieldRules>;
  readonly #routes: Kept<RoutesOfFile>;
  readonly #manifests: readonly Kept<ReadonlySet<string>>[];
  /** Where rules stand that are in no file of the site. */
  readonly #ownFile: string;
  readonly #ownHeaders: readonly HeaderRule[];
  readonly #ownRoutes: RoutesOfFile | undefined;
  #revision = 0;

  constructor({ dialect, report, ownRules, serve }: ConventionsOptions) {
    this.#dialect = dialect;
    this.#serve = serve;
    this.#report = report;
    const { file = '', headers = [], redirects = [] } = ownRules ?? {};
    const ownHeaders = compileHeaders(headers);
    const ownRedirects = compileRedirects(redirects);
    this.#ownFile = file;
    this.#ownHeaders = ownHeaders.rules;
    this.#ownRoutes = ownRules && { ...routesOf(ownRedirects.rules, file), isShared: true };
    this.#tell(file, [...ownHeaders.problems, ...ownRedirects.problems]);
    const ownFields = this.#ownHeaders.length === 0 ? NO_FIELDS : this.#fieldRules([]);
    this.#fields = new Kept('_headers', ownFields, (text) => this.#readHeaders(text));
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

  /** Redirects and rewrites, by where they stand; what is asked before others comes first. */
  get redirects(): readonly PlacedRules[] {
    const all = [this.#ownRoutes, this.#serve, this.#routes.value];
    return all.filter((each) => each !== undefined);
  }

  #compile(contents: readonly RuleFileContent[]): RouteRules {
    const ofRules = this.#dialect === 'off' ? [] : [this.#fields, this.#routes];
    this.#revision += 1;
    for (const [index, kept] of [...ofRules, ...this.#manifests].entries()) {
      const problems = kept.take(contents[index]);
      if (problems !== undefined) this.#report(problems, kept.file);
    }
    const { value: routes } = this.#routes;
    const { value: fields } = this.#fields;
    // Netlify's fields are those of files; Cloudflare's go with redirects, too.
    const isForRedirects = this.#dialect === 'cloudflare';
    const fieldsFor: RouteRules['fieldsFor'] = (asked, answer) => {
      const { status } = answer;
      const isRedirect = status >= 300 && status < 400 && status !== 304;
      if (isRedirect && !isForRedirects) return undefined;
      const effect = fields.effectOf(asked);
      return standsIn(answer) ? withoutType(effect) : effect;
    };
    const serve = this.#serve?.routes;
    const own = this.#ownRoutes;
    // A person's configuration first, then what lies beside the site.
    const stages = [own, serve, routes].filter((each) => each !== undefined);
    return {
      ...inTurn(stages),
      fieldsFor:
        serve === undefined
          ? fieldsFor
          : (asked, answer) => this.#join(serve.fieldsFor(asked, answer), fieldsFor(asked, answer)),
    };
  }

  #readHeaders(text: string): Read<FieldRules> {
    const dialect = dialectOf(this.#dialect);
    const { rules, problems } = parseHeadersFile(text, dialect);
    return { value: this.#fieldRules(rules), problems };
  }

  #fieldRules(rules: readonly HeaderRule[]): FieldRules {
    const merge = this.#dialect === 'cloudflare' ? 'join' : 'override';
    const own = new Set(this.#ownHeaders);
    return createFieldRules([...own, ...rules], {
      merge,
      fileOf: (rule) => (own.has(rule) ? this.#ownFile : '_headers'),
    });
  }

  #tell(file: string, problems: readonly RuleProblem[]): void {
    const told = problems.map((problem) => ({ ...problem, file }));
    if (told.length > 0) this.#report(told, file);
  }

  #readRedirects(text: string): Read<RoutesOfFile> {
    const { rules, problems } = parseRedirectsFile(text, dialectOf(this.#dialect));
    return { value: routesOf(rules, this.#routes.file), problems };
  }
}

function routesOf(rules: readonly RedirectRule[], file: string): RoutesOfFile {
  return { ...createRouteRules(rules, { file }), file, syntax: 'lines', rules };
}

/** Rules of several places: the first that has something to say does. */
function inTurn(
  places: readonly Pick<RouteRules, 'forced' | 'unforced'>[],
): Pick<RouteRules, 'forced' | 'unforced'> {
  const [only] = places;
  if (only !== undefined && places.length === 1) {
    return { forced: only.forced, unforced: only.unforced };
  }
  const first =
    (stage: 'forced' | 'unforced') =>
    (asked: RouteQuestion): Route | undefined => {
      for (const place of places) {
        const route = place[stage](asked);
        if (route !== undefined) return route;
      }
      return undefined;
    };
  return { forced: first('forced'), unforced: first('unforced') };
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
      // Of what the later one says, it alone is the reason.
      rules: new Map([...(first.rules ?? []), ...(second.rules ?? [])]),
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

  /** Reads what is in the file now. Gives what is wrong with it; `undefined` where it is the same. */
  take(content: RuleFileContent): readonly FileProblem[] | undefined {
    if (this.#isSame(content)) return undefined;
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
