/**
 * Says whether the server runs (`livez`) and whether it wants requests (`readyz`).
 * Owns the two paths and what is answered there. It comes before the checks of credentials and of
 * Host: a probe has no credentials and asks an IP address, and it learns nothing but that.
 */
import type { Answerer } from './handler.ts';
import type { ReadinessState } from './readiness.ts';
import { textResponse } from './text-response.ts';

/** Where the server's own answers are, where nothing else is said. */
export const DEFAULT_PREFIX = '/-/';

/** What `readyz` answers. */
const READINESS = {
  starting: { status: 503, text: 'starting\n' },
  ready: { status: 200, text: 'ok\n' },
  draining: { status: 503, text: 'stopping\n' },
} as const satisfies Record<ReadinessState, object>;

/** What {@link createHealth} needs. */
export interface HealthOptions {
  /** Begins and ends with `/`. */
  readonly prefix: string;
  /** How the server is: when it is `ready` it wants requests. */
  readonly state: () => ReadinessState;
}

/** The paths of the two answers. */
export function healthPaths(prefix: string): { readonly livez: string; readonly readyz: string } {
  return { livez: `${prefix}livez`, readyz: `${prefix}readyz` };
}

/**
 * Answers for the two paths. They are compared as they were sent: what is spelt with percent signs
 * is left to the site, where it is one of many paths that are not there.
 */
export function createHealth({ prefix, state }: HealthOptions): Answerer {
  const { livez, readyz } = healthPaths(prefix);
  const answerer: Answerer = ({ method, target }) => {
    if (target.path === livez) return textResponse(method, { status: 200, text: 'ok\n' });
    if (target.path !== readyz) return undefined;
    return textResponse(method, READINESS[state()]);
  };
  return Object.assign(answerer, { isSteady: true, label: '--health' });
}
