/**
 * The flags about where paths lead.
 * What a row says: option.ts.
 */
import type { Option } from './option.ts';
import { type GivenMount, MOUNTS_EXPECTED, parseMounts } from './mounts-given.ts';
import { choiceForm, SWITCH } from './option-forms.ts';
import { isPlainPath, parseBase } from './option-values.ts';

const SLASHES = ['auto', 'always', 'never', 'ignore'] as const;
const DIALECTS = ['netlify', 'cloudflare', 'off'] as const;

/** Whose rules `_headers` and `_redirects` are read by. */
type RulesDialect = (typeof DIALECTS)[number];

export interface RoutingFlags {
  readonly 'clean-urls': Option<boolean>;
  readonly 'trailing-slash': Option<(typeof SLASHES)[number]>;
  readonly spa: Option<string | false>;
  readonly base: Option<string>;
  readonly rules: Option<RulesDialect>;
  readonly mount: Option<readonly GivenMount[] | undefined>;
}

/** What a shell is called where nobody says. */
const USUAL_SHELL = 'index.html';

export const ROUTING_FLAGS: RoutingFlags = {
  'clean-urls': {
    description: 'Answer /about with about.html, and lead /about.html there',
    default: true,
    isSwitch: true,
    isReloadable: true,
    ...SWITCH,
  },
  'trailing-slash': {
    description: 'Paths of pages: auto (/about, /docs/), always, never, ignore (either)',
    default: 'auto',
    isReloadable: true,
    ...choiceForm(SLASHES),
  },
  spa: {
    description:
      'Answer who goes to a page that is not there with index.html, or the file of --spa=FILE',
    default: false,
    defaultDescription: 'off',
    isSwitch: true,
    isReloadable: true,
    expected: 'true, false or the path of a file below the root, such as app/index.html',
    parse: parseShell,
    schema: { type: ['boolean', 'string'], minLength: 1 },
  },
  base: {
    description: 'Path that the site is below, such as /app/',
    default: '/',
    isReloadable: true,
    expected: 'a path such as /app/, without a query, empty names and dot segments',
    parse: parseBase,
    schema: { type: 'string', pattern: '^/' },
  },
  rules: {
    description:
      'Read _headers and _redirects as netlify or cloudflare do, and serve.json; off: files like any other',
    default: 'netlify',
    isReloadable: true,
    ...choiceForm(DIALECTS),
  },
  mount: {
    description: 'Serve another folder below a path: /docs=../docs/dist; repeatable',
    default: undefined,
    defaultDescription: 'none',
    isRepeatable: true,
    isReloadable: true,
    // A file has `mounts`, with options for each.
    isOutsideFile: true,
    separator: '\n',
    expected: MOUNTS_EXPECTED,
    parse: parseMounts,
  },
};

function parseShell(text: string): string | false | undefined {
  if (text === 'true' || text === '1') return USUAL_SHELL;
  if (text === 'false' || text === '0') return false;
  const path = text.startsWith('/') ? text.slice(1) : text;
  return isPlainPath(path) ? path : undefined;
}
