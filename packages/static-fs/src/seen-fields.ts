// A request as rules see it. What is asked for is remembered: on that an answer depends besides its
// path, and caches are told so (RFC 9110 §12.5.5); so is our own memory of whole answers
// (known-answers.ts). Nobody who writes a rule has to say it, and nobody can forget it.

import type { FieldLookup, StaticRequest } from './request.ts';
import type { RouteQuestion } from './routes.ts';
import type { SitePath } from './site-path.ts';

/** What tells who goes to a page. The one is asked for only where the other is missing. */
const NAVIGATION_FIELDS = ['Accept', 'Sec-Fetch-Mode'] as const;

// Of what is asked for itself: a cache looks an answer up by it (RFC 9111 §2).
const HOST = 'host';

/** What fields were asked for: their names in lower case, and what each said. */
export type SeenValues = ReadonlyMap<string, string | undefined>;

const NOTHING: SeenValues = new Map();

/** Fields that remember which of them were asked for. */
export class SeenFields implements FieldLookup {
  readonly #fields: FieldLookup;
  #values: Map<string, string | undefined> | undefined;

  constructor(fields: FieldLookup) {
    this.#fields = fields;
  }

  get(name: string): string | undefined {
    const value = this.#fields.get(name);
    (this.#values ??= new Map()).set(name.toLowerCase(), value);
    return value;
  }

  /** All that was asked for. */
  get values(): SeenValues {
    return this.#values ?? NOTHING;
  }

  /** What was asked for, as Vary says it; `undefined` where that was nothing. */
  get vary(): string | undefined {
    if (this.#values === undefined) return undefined;
    const names = new Set(this.#values.keys());
    names.delete(HOST);
    if (names.size === 0) return undefined;
    const isNavigation = NAVIGATION_FIELDS.some((name) => names.has(name.toLowerCase()));
    const all = isNavigation ? [...names, ...NAVIGATION_FIELDS.map(toLower)] : [...names];
    return [...new Set(all)].toSorted().map(capitalized).join(', ');
  }
}

function toLower(name: string): string {
  return name.toLowerCase();
}

function capitalized(name: string): string {
  return name.replaceAll(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
}

/** A question to rules that remembers what they have looked at. */
export class SeenQuestion implements RouteQuestion {
  readonly method: string;
  readonly path: SitePath;
  readonly base: readonly string[];
  readonly fields: SeenFields;
  readonly #query: string | undefined;
  #hasSeenQuery = false;

  constructor(
    { method, query }: StaticRequest,
    place: { readonly path: SitePath; readonly base: readonly string[] },
    fields: SeenFields,
  ) {
    this.method = method;
    this.path = place.path;
    this.base = place.base;
    this.fields = fields;
    this.#query = query;
  }

  get query(): string | undefined {
    this.#hasSeenQuery = true;
    return this.#query;
  }

  /** Whether the query was looked at. */
  get hasSeenQuery(): boolean {
    return this.#hasSeenQuery;
  }
}
