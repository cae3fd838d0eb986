/**
 * Settings of the running server for a page that was built before: environment variables as a
 * script, `/env.js`.
 * Owns which variables those are (all that begin with a prefix, and no other), how they are written,
 * and the answers. It comes behind the checks of who may have answers: a password protects it too.
 *
 * The script sets `globalThis.env`, which pages and workers alike have: `env.PUBLIC_API`. Others
 * write `window.env`, `window._env_` or `window.__ENV__`, each image its own; the plain name goes
 * with the plain path, and a page that wants another one says so in a line. `import.meta.env` it
 * cannot be: a build replaces that by its value. Where the script is missing, on a developer's
 * machine, `globalThis.env?.PUBLIC_API ?? import.meta.env.VITE_API` has both.
 *
 * RFC 9239 (text/javascript), RFC 9110 §13.1 (preconditions).
 */
import { createHash } from 'node:crypto';
import { type FieldLines, evaluatePreconditions, formatEntityTag } from '@pws/static-fs';
import type { Answerer } from './handler.ts';
import { type Form, textForm } from './option-forms.ts';
import { contentInMemory, notAllowed } from './text-response.ts';

/** The environment, as Node has it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What {@link serveEnvironment} needs. */
export interface EnvironmentScript {
  /** What the names of the variables begin with; not empty. */
  readonly prefix: string;
  /** Where the script is. */
  readonly path: string;
  readonly env: Environment;
  /** Whether a password is asked for: shared caches are told. Default false. */
  readonly isPrivate?: boolean;
}

/** Where the script is if nobody says another place. */
export const DEFAULT_ENVIRONMENT_PATH = '/env.js';

/**
 * How a prefix is written: it ends with `_`.
 *
 * Security: without that `P` would publish PATH, and `A` the keys of a cloud. Nothing at all, which
 * would publish everything, and `_`, which the shell uses itself, are refused with it.
 */
export const ENVIRONMENT_PREFIX_FORM: Form<string> = textForm(
  'a prefix of names that ends with an underscore, such as PUBLIC_',
  /^[A-Za-z]\w*_$/,
);

/** How the path is written: as it is asked for, without percent signs. */
export const ENVIRONMENT_PATH_FORM: Form<string> = textForm(
  'a path such as /env.js',
  /^\/(?:(?!\.+\/)[\w.~-]+\/)*(?!\.+$)[\w.~-]+$/,
);

/**
 * The script, always the same for the same variables: sorted, one on a line.
 *
 * Security: a value cannot end the script, also where somebody copies it into a page: `<` is
 * escaped, and the line ends that JSON has and old scripts have not.
 *
 * @throws {TypeError} for an empty prefix, which would publish everything
 */
export function renderEnvironment(prefix: string, env: Environment): string {
  if (prefix === '') throw new TypeError('expected a prefix of names, got an empty one');
  const names = Object.keys(env).filter((name) => name.startsWith(prefix));
  const lines = names
    .toSorted()
    .map((name) => `  ${literal(name)}: ${literal(env[name] ?? '')},\n`);
  return `globalThis.env = Object.freeze({\n${lines.join('')}});\n`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '<': String.raw`\u003c`,
  '\u2028': String.raw`\u2028`,
  '\u2029': String.raw`\u2029`,
};

/** A string as a script has it; halves of surrogate pairs are escaped by JSON already. */
function literal(text: string): string {
  return JSON.stringify(text).replace(/[<\u2028\u2029]/g, (character) => ESCAPES[character] ?? '');
}

/**
 * Answers for the script, at the path as it is written. The environment is read now: it does not
 * change while a process runs.
 */
export function serveEnvironment(script: EnvironmentScript): Answerer {
  const { prefix, path, env, isPrivate = false } = script;
  const octets = Buffer.from(renderEnvironment(prefix, env));
  const entityTag = { weak: false, opaque: digestOf(octets) };
  const cached: FieldLines = [
    ['Cache-Control', isPrivate ? 'private, no-cache' : 'no-cache'],
    ['ETag', formatEntityTag(entityTag)],
  ];
  // Frozen, they come again, and so does what is written of them.
  const whole: FieldLines = Object.freeze([
    ['Content-Type', 'text/javascript; charset=utf-8'] as const,
    ['Content-Length', String(octets.length)] as const,
    ...cached,
    ['X-Content-Type-Options', 'nosniff'] as const,
  ]);
  const unchanged: FieldLines = Object.freeze([...cached]);
  const answerer: Answerer = ({ method, target, fields }) => {
    if (target.path !== path) return undefined;
    if (method !== 'GET' && method !== 'HEAD') return notAllowed();
    // No date is compared: a script of variables has none.
    const result = evaluatePreconditions({ method, fields }, { entityTag }, 0);
    if (result === 'not-modified') return { status: 304, fields: unchanged, content: undefined };
    if (result === 'failed') return { status: 412, fields: [], content: undefined };
    const content = method === 'HEAD' ? undefined : contentInMemory(octets);
    return { status: 200, fields: whole, content };
  };
  return Object.assign(answerer, { isSteady: true, label: '--env-prefix' });
}

function digestOf(octets: Uint8Array): string {
  return createHash('sha256').update(octets).digest('base64url').slice(0, 22);
}
