// The fields of a request as rules see them. What is asked for is remembered: on that an answer
// depends besides its path, and caches are told so (RFC 9110 §12.5.5). Nobody who writes a rule has
// to say it, and nobody can forget it.

import type { FieldLookup } from './request.ts';

/** What tells who goes to a page. The one is asked for only where the other is missing. */
export const NAVIGATION_FIELDS = ['Accept', 'Sec-Fetch-Mode'] as const;

// Of what is asked for itself: a cache looks an answer up by it (RFC 9111 §2).
const HOST = 'host';

export class SeenFields implements FieldLookup {
  readonly #fields: FieldLookup;
  #names: Set<string> | undefined;

  constructor(fields: FieldLookup) {
    this.#fields = fields;
  }

  get(name: string): string | undefined {
    const lower = name.toLowerCase();
    if (lower !== HOST) (this.#names ??= new Set()).add(lower);
    return this.#fields.get(name);
  }

  /** What was asked for, as Vary says it; `undefined` where that was nothing. */
  get vary(): string | undefined {
    const names = this.#names;
    if (names === undefined) return undefined;
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
