/**
 * Answers plain HTTP with the same address over TLS.
 * Owns where that is. Security: the host is the one that the client itself named, checked to be a
 * host and nothing else; path and query are kept as they came, behind it.
 *
 * RFC 9110 §15.4.9 (308: the method stays), §7.2 (Host).
 */
import { parseRequestTarget } from '@pws/http-wire';
import type { StaticResponse, StaticSite } from '@pws/static-fs';

const PERMANENT_REDIRECT = 308;
const BAD_REQUEST = 400;
const DEFAULT_PORT = 443;

/**
 * A site that has nothing but redirects.
 *
 * @param port - where TLS is spoken
 */
export function httpsRedirect(port: number): Pick<StaticSite, 'respond'> {
  const suffix = port === DEFAULT_PORT ? '' : `:${port}`;
  return {
    respond({ path, query, fields }): StaticResponse {
      const host = hostOf(fields.get('host'));
      // A target without a path (OPTIONS *, CONNECT) is at no address.
      if (host === undefined || !path.startsWith('/')) {
        return { status: BAD_REQUEST, fields: [], content: undefined };
      }
      const target = query === undefined ? path : `${path}?${query}`;
      return {
        status: PERMANENT_REDIRECT,
        fields: [
          ['Location', `https://${host}${suffix}${target}`],
          ['Content-Length', '0'],
          // Kept by a browser, it would outlive this server: tomorrow another one may have the
          // port. Who wants it remembered has HSTS.
          ['Cache-Control', 'no-cache'],
        ],
        content: undefined,
      };
    },
  };
}

/** The host without its port; `undefined` where the text is not a host with an optional port. */
function hostOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (parseRequestTarget(`http://${text}/`, 'GET')?.authority !== text) return undefined;
  return text.replace(/:[0-9]*$/, '');
}
