/**
 * What a redirect asks of a request besides its path: parameters of the query, a language, a
 * cookie.
 * Owns when they hold. A condition on what a static server cannot know (Country, Role) never does:
 * what somebody wanted to keep from some is not shown to all.
 */
import type { FieldLookup } from '@pws/static-fs';

/** A parameter that the query must have. */
export type QueryMatch =
  | { readonly key: string; readonly value: string }
  /** Any value, known by a name in the target. */
  | { readonly key: string; readonly name: string };

/** What must hold; lists are alternatives. */
export interface RuleConditions {
  /** Language tags in small letters; the one that is wanted most must be one of them, or below. */
  readonly languages?: readonly string[];
  /** One of the cookies must be there, whatever it holds. */
  readonly cookies?: readonly string[];
  /** Conditions that never hold here, by their names. */
  readonly unmet: readonly string[];
}

/** Whether a request fulfils the conditions. */
export function fulfils(
  { languages, cookies, unmet }: RuleConditions,
  fields: FieldLookup,
): boolean {
  if (unmet.length > 0) return false;
  if (languages !== undefined && !wantsOneOf(languages, fields.get('accept-language') ?? '')) {
    return false;
  }
  return cookies === undefined || hasOneOf(cookies, fields.get('cookie') ?? '');
}

//   Accept-Language = #( language-range [ weight ] )                       RFC 9110 §12.5.4
// The range with the greatest weight alone: who reads French and some English is not sent to the
// English pages because a rule for those stands first. Of several with that weight, each.
function wantsOneOf(languages: readonly string[], field: string): boolean {
  let greatest = 0;
  let wanted: string[] = [];
  for (const element of field.toLowerCase().split(',')) {
    const [range = '', ...parameters] = element.split(';').map((part) => part.trim());
    const weight = weightOf(parameters[0]);
    if (range === '' || weight < greatest || weight === 0) continue;
    if (weight > greatest) wanted = [];
    greatest = weight;
    wanted.push(range);
  }
  // RFC 4647 §3.3.1: `de` is fulfilled by `de-AT`, and not the other way round.
  return wanted.some((range) =>
    languages.some((language) => range === language || range.startsWith(`${language}-`)),
  );
}

//   weight = OWS ";" OWS "q=" qvalue
function weightOf(parameter: string | undefined): number {
  if (parameter === undefined) return 1;
  const weight = parameter.startsWith('q=') ? Number(parameter.slice(2)) : Number.NaN;
  return weight >= 0 && weight <= 1 ? weight : 0;
}

//   cookie-string = cookie-pair *( ";" SP cookie-pair )                    RFC 6265 §4.2.1
function hasOneOf(cookies: readonly string[], field: string): boolean {
  return field.split(';').some((pair) => {
    const equals = pair.indexOf('=');
    return equals !== -1 && cookies.includes(pair.slice(0, equals).trim());
  });
}

/**
 * Reads the parameters that are asked for.
 *
 * @returns values by the names that the target knows; `undefined` where one is not there
 */
export function matchQuery(
  matches: readonly QueryMatch[],
  query: string | undefined,
): ReadonlyMap<string, string> | undefined {
  const captures = new Map<string, string>();
  if (matches.length === 0) return captures;
  const parameters = new URLSearchParams(query);
  for (const match of matches) {
    const value = parameters.get(match.key);
    if (value === null || ('value' in match && value !== match.value)) return undefined;
    if ('name' in match) captures.set(match.name, value);
  }
  return captures;
}

/** The query without the parameters that a rule has used: they are in its target already. */
export function unusedQuery(
  matches: readonly QueryMatch[],
  query: string | undefined,
): string | undefined {
  if (query === undefined || matches.length === 0) return query;
  const keys = new Set(matches.map(({ key }) => key));
  const unused = query.split('&').filter((pair) => {
    const [key = ''] = new URLSearchParams(pair).keys();
    return !keys.has(key);
  });
  return unused.length === 0 ? undefined : unused.join('&');
}
