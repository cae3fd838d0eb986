/**
 * What a page loads as soon as it is opened: scripts, style sheets, images, by its HTML alone.
 * Owns what of a page is looked at: start tags, as browsers take them apart, but not what scripts and
 * comments hold. What a script loads later is not known. Pure.
 *
 * HTML Living Standard §13.1.2 (tags), §4.2.3 (base), §4.6.7 (link types).
 */

/** Something that a page loads. */
export interface PageLoad {
  /** Where from. */
  readonly address: URL;
  /** `content`: without it the page is not what it is to be. `decoration`: it only looks otherwise. */
  readonly part: 'content' | 'decoration';
}

// None of these goes on over the beginning of the next tag, or looks twice for an end that there is
// not: the time they take grows with the length of the page.
//   start tag = "<" name *( attribute ) [ "/" ] ">"
const START_TAG = /<(script|link|img|base)((?:\s|\/)(?:"[^"]*"|'[^']*'|[^'"<>])*)?>/gi;
//   attribute = name [ "=" ( value / quoted value ) ]
const ATTRIBUTE = /([^\s"'=<>/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g;
const COMMENT = /<!--.*?(?:-->|$)/gs;
const SCRIPT_TEXT = /(<script(?:\s(?:"[^"]*"|'[^']*'|[^'"<>])*)?>).*?(?:<\/script|$)/gis;

/** The types of links that a page is not what it is to be without, and those that only decorate it. */
const LINKS: Readonly<Record<string, PageLoad['part']>> = {
  stylesheet: 'content',
  modulepreload: 'content',
  icon: 'decoration',
  'apple-touch-icon': 'decoration',
  manifest: 'decoration',
};

/**
 * What a page loads, each once.
 *
 * @param page - where the page is
 */
export function loadsOf(html: string, page: URL): readonly PageLoad[] {
  const text = html.replace(COMMENT, '').replace(SCRIPT_TEXT, '$1</script');
  const tags = Array.from(text.matchAll(START_TAG), ([, name = '', attributes = '']) => ({
    name: name.toLowerCase(),
    attributes: attributesOf(attributes),
  }));
  const base = tags.find(({ name, attributes }) => name === 'base' && attributes.has('href'));
  const from = addressOf(base?.attributes.get('href') ?? '', page) ?? page;
  const loads = new Map<string, PageLoad>();
  for (const { name, attributes } of tags) {
    const part = partOf(name, attributes);
    const reference = attributes.get(name === 'link' ? 'href' : 'src');
    if (part === undefined || reference === undefined || reference.trim() === '') continue;
    const address = addressOf(reference, from);
    if (address !== undefined && !loads.has(address.href))
      loads.set(address.href, { address, part });
  }
  return [...loads.values()];
}

function partOf(
  name: string,
  attributes: ReadonlyMap<string, string>,
): PageLoad['part'] | undefined {
  if (name === 'script') return 'content';
  if (name === 'img') return 'decoration';
  if (name !== 'link') return undefined;
  const types = (attributes.get('rel') ?? '').toLowerCase().split(/\s+/);
  // An alternative is loaded where somebody chooses it.
  if (types.includes('alternate')) return undefined;
  return types.map((type) => LINKS[type]).find((part) => part !== undefined);
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = '', ...values] of text.matchAll(ATTRIBUTE)) {
    const value = values.find((each) => each !== undefined) ?? '';
    const key = name.toLowerCase();
    // Of two of one name, browsers take the first.
    if (!attributes.has(key)) attributes.set(key, value.replaceAll('&amp;', '&'));
  }
  return attributes;
}

function addressOf(reference: string, from: URL): URL | undefined {
  try {
    const address = new URL(reference, from);
    address.hash = '';
    return address;
  } catch {
    return undefined; // browsers load nothing then
  }
}
