/**
 * How the server calls itself.
 *
 * ```
 * Server = product *( RWS ( product / comment ) )
 * product = token [ "/" product-version ]
 * ```
 *
 * RFC 9110 §10.2.4.
 */

/** Value of the Server field where nobody has said another. */
export const SERVER = 'PWS/1.0';

/** What {@link parseServerName} takes, for a message. */
export const SERVER_NAME_EXPECTED = 'off, or a product such as Example or Example/2.1';

const PRODUCT = String.raw`[\w!#$%&'*+.^\x60|~-]+(?:/[\w!#$%&'*+.^\x60|~-]+)?`;
const SERVER_NAME = new RegExp(String.raw`^${PRODUCT}(?: (?:${PRODUCT}|\([ !-'*-[\]-~]*\)))*$`);

/** The value of a Server field; a comment holds no other one and no quoted character. */
export function parseServerName(text: string): string | undefined {
  return SERVER_NAME.test(text) ? text : undefined;
}
