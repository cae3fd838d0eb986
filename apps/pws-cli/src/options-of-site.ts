/**
 * The flags about which files are served, and how.
 * What a row says: option.ts.
 */
import {
  CACHE_CHOICE_EXPECTED,
  CACHE_CHOICE_SCHEMA,
  type CacheChoice,
  parseCacheChoice,
} from './cache-policy.ts';
import {
  DEFAULT_ENVIRONMENT_PATH,
  ENVIRONMENT_PATH_FORM,
  ENVIRONMENT_PREFIX_FORM,
} from './env-script.ts';
import type { Option } from './option.ts';
import { choiceForm, DURATION, FILE_NAMES, integerForm, SIZE, SWITCH } from './option-forms.ts';

const DOTFILES = ['deny', 'allow'] as const;
const SYMLINKS = ['within', 'follow', 'deny'] as const;
const ENTITY_TAGS = ['auto', 'stat', 'content', 'off'] as const;

export interface SiteFlags {
  readonly index: Option<readonly string[]>;
  readonly listing: Option<boolean>;
  readonly dotfiles: Option<(typeof DOTFILES)[number]>;
  readonly symlinks: Option<(typeof SYMLINKS)[number]>;
  readonly cache: Option<CacheChoice>;
  readonly etag: Option<(typeof ENTITY_TAGS)[number]>;
  readonly 'max-ranges': Option<number>;
  readonly 'max-list-entries': Option<number>;
  readonly precompressed: Option<boolean>;
  readonly compress: Option<boolean>;
  readonly memory: Option<number>;
  readonly fresh: Option<number>;
  readonly 'env-prefix': Option<string | undefined>;
  readonly 'env-path': Option<string>;
}

export const SITE_FLAGS: SiteFlags = {
  index: {
    description: 'File that answers for a folder; several with commas, best first',
    default: ['index.html'],
    defaultDescription: 'index.html',
    isRepeatable: true,
    isReloadable: true,
    ...FILE_NAMES,
  },
  listing: {
    description: 'List folders without such a file: a page, or JSON by Accept',
    default: false,
    isSwitch: true,
    isReloadable: true,
    ...SWITCH,
  },
  dotfiles: {
    description: 'Names that begin with a dot: deny (404, but .well-known is served), allow',
    default: 'deny',
    isReloadable: true,
    ...choiceForm(DOTFILES),
  },
  symlinks: {
    description: 'Links to follow: within (target inside the root), follow, deny',
    default: 'within',
    isReloadable: true,
    ...choiceForm(SYMLINKS),
  },
  cache: {
    description: 'How long answers are kept: auto (a year where the name is hashed), off, seconds',
    default: 'auto',
    isReloadable: true,
    expected: CACHE_CHOICE_EXPECTED,
    parse: parseCacheChoice,
    schema: CACHE_CHOICE_SCHEMA,
  },
  etag: {
    description: 'Entity tags: auto, stat (date and length), content, off',
    default: 'auto',
    isReloadable: true,
    ...choiceForm(ENTITY_TAGS),
  },
  'max-ranges': {
    description: 'Most ranges in one answer; more, and it is the whole file; 0 gives none',
    default: 16,
    isReloadable: true,
    ...integerForm('a number', 0, 1000),
  },
  'max-list-entries': {
    description: 'Most names in a listing; the rest are left out, and it says so',
    default: 10_000,
    isReloadable: true,
    ...integerForm('a number', 1, 1_000_000),
  },
  precompressed: {
    description: 'Send .br, .zst and .gz siblings to clients that accept them',
    default: true,
    isSwitch: true,
    isReloadable: true,
    ...SWITCH,
  },
  compress: {
    description: 'Compress text on the fly; what was compressed is kept in memory',
    default: true,
    isSwitch: true,
    isReloadable: true,
    ...SWITCH,
  },
  memory: {
    description: 'Most that is kept in memory: small files and compressed forms',
    default: 64 * 1024 ** 2,
    defaultDescription: '64mb',
    isReloadable: true,
    ...SIZE,
  },
  fresh: {
    description: 'How long a file is believed unchanged without asking the disk; 0 asks each time',
    default: 1000,
    defaultDescription: '1s',
    isReloadable: true,
    ...DURATION,
  },
  'env-prefix': {
    description: 'Environment variables that pages get as a script: those that begin so',
    default: undefined,
    defaultDescription: 'none',
    isReloadable: true,
    ...ENVIRONMENT_PREFIX_FORM,
  },
  'env-path': {
    description: 'Where that script is',
    default: DEFAULT_ENVIRONMENT_PATH,
    isReloadable: true,
    ...ENVIRONMENT_PATH_FORM,
  },
};
