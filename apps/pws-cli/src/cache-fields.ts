/**
 * Adds Cache-Control to answers that say nothing of it themselves.
 * Owns who comes before the policy: the answer, and a person who asked for the field; but nobody
 * makes the shell of an application stay.
 */
import type { FieldLines } from '@pws/static-fs';
import type { CachePolicy } from './cache-policy.ts';
import type { Dresser } from './handler.ts';
import { hasField } from './security-fields.ts';

/** What {@link cacheFields} is given. */
export interface CacheFieldsOptions {
  /** Default: only who may keep an answer is said, where a password is asked for. */
  readonly policy: CachePolicy | undefined;
  /** Of sites below paths, by their bases. Default: there are none. */
  readonly mounted?: ReadonlyMap<string, CachePolicy>;
  /** Whether a password is asked for. */
  readonly isPrivate: boolean;
  /** Lines that a person asked for. */
  readonly header: FieldLines;
}

// RFC 9111 §3.5: a shared cache must not answer others with what it got for a request with
// Authorization, unless the answer says `public`, `s-maxage` or `must-revalidate`. `private` says
// it to caches that overlook that, and to those behind a proxy that adds Authorization itself.
// No `Vary: Authorization`: whoever is let in gets the same, and a browser that keeps answers by
// credentials would keep each of them several times.
const PRIVATE: FieldLines = [['Cache-Control', 'private']];
const NOTHING: FieldLines = [];

/** Says how long an answer may be kept. */
export function cacheFields(options: CacheFieldsOptions): Dresser {
  const { policy, mounted, isPrivate, header } = options;
  const isAsked = hasField(header, 'Cache-Control');
  const dresser: Dresser = (_request, { status, fields, served, mount }) => {
    if (hasField(fields, 'Cache-Control') || (isAsked && served?.role !== 'shell')) return NOTHING;
    const own = mount === undefined ? policy : mounted?.get(mount);
    const value = own?.(served, { status, mediaType: mediaTypeIn(fields) });
    if (value !== undefined) return [['Cache-Control', value]];
    return isPrivate ? PRIVATE : NOTHING;
  };
  return Object.assign(dresser, { isSteady: true, label: 'the cache policy' });
}

function mediaTypeIn(fields: FieldLines): string | undefined {
  return fields.find(([name]) => name === 'Content-Type')?.[1];
}
