// Whether a request is a person's, who goes to a page, and not a page's, which loads a part of
// itself: an application's shell answers the one and must never answer the other. A script that is
// no longer there and comes back as HTML breaks the page, and is kept by caches under its name.
// Fetch Metadata §2.3 (Sec-Fetch-Mode), RFC 9110 §12.5.1 (Accept).

import { extensionOf, hasMediaType, mediaTypeOf } from './media-type.ts';
import type { FieldLookup } from './request.ts';
import type { SitePath } from './site-path.ts';
import { parseAccept } from './weights.ts';

// Top-level domains that are extensions of formats too, which no page loads: `/sites/example.com`.
const DOMAINS: ReadonlySet<string> = new Set(['com', 'in', 'me', 'ms', 'org']);

/** What is asked. */
export interface NavigationQuestion {
  readonly method: string;
  readonly fields: FieldLookup;
}

/**
 * Tells whether a request goes to a page: Sec-Fetch-Mode says `navigate`, or, from a client that
 * does not send it, Accept names `text/html` itself. Never where the path names an asset.
 */
export function isNavigation({ method, fields }: NavigationQuestion, path: SitePath): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  if (namesAsset(path)) return false;
  const mode = fields.get('Sec-Fetch-Mode');
  return mode === undefined ? asksForPage(fields.get('Accept')) : mode === 'navigate';
}

/**
 * Tells whether the last name of a path has an extension of a format that is no page: `/app.js`. Not
 * `/v1.2` or `/users/jane.doe`, whose ends are of no format, nor `/users/jane@example.com`.
 */
export function namesAsset({ segments, endsWithSlash }: SitePath): boolean {
  const name = segments.at(-1);
  if (name === undefined || endsWithSlash || name.includes('@')) return false;
  const extension = extensionOf(name);
  if (extension === undefined || DOMAINS.has(extension)) return false;
  return hasMediaType(extension) && !isPageType(mediaTypeOf(name));
}

function isPageType(mediaType: string): boolean {
  return mediaType.startsWith('text/html') || mediaType.startsWith('application/xhtml+xml');
}

// Whoever accepts anything (`*/*`: curl, fetch()) has not asked for a page.
function asksForPage(accept: string | undefined): boolean {
  if (accept === undefined) return false;
  const names = accept.split(',').map((range) => range.split(';', 1)[0]?.trim().toLowerCase());
  return names.includes('text/html') && (parseAccept(accept)?.of('text/html') ?? 0) > 0;
}
