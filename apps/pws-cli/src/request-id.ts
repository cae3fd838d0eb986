/**
 * Names exchanges, so that a person, a proxy and the log can speak of the same one.
 * Owns what an id looks like and whose ids are taken over. An id is no secret: whoever has one can
 * count on to the next. No RFC has this field; `X-Request-Id` is what proxies send.
 */
import { randomBytes } from 'node:crypto';
import type { Peer } from './exchange.ts';

/** Where the fields of a request are looked up. */
interface FieldLookup {
  get(name: string): string | undefined;
}

/** Gives the id of an exchange; without fields where the request could not be read. */
export type RequestIds = (peer: Peer, fields: FieldLookup | undefined) => string;

/** What {@link createRequestIds} can be told. */
export interface RequestIdOptions {
  /** What all ids of this process begin with. Default: 48 random bits. */
  readonly prefix?: string;
  /** Whether a peer's X-Request-Id is taken over. Default: nobody's. */
  readonly isTrusted?: (peer: Peer) => boolean;
}

/** What other programs make ids of; what does not fit is not taken over, not mended. */
const FOREIGN_ID = /^[\w.+/=:@-]{1,128}$/;

const RADIX = 36;
/** The last two digits of a count. To put one behind a text costs a hundredth of a microsecond. */
const LAST_DIGITS: readonly string[] = Array.from({ length: RADIX * RADIX }, (_, number) =>
  number.toString(RADIX).padStart(2, '0'),
);

/** Ids of one process: its own beginning, and a count. Other processes begin otherwise. */
export function createRequestIds({
  prefix = randomBytes(6).toString('hex'),
  isTrusted,
}: RequestIdOptions = {}): RequestIds {
  let count = 0;
  let start = `${prefix}-`;
  const nextId = (): string => {
    const last = count % LAST_DIGITS.length;
    if (last === 0 && count > 0) {
      start = `${prefix}-${(count / LAST_DIGITS.length).toString(RADIX)}`;
    }
    count += 1;
    return start + LAST_DIGITS[last];
  };
  return (peer, fields) => {
    if (isTrusted !== undefined && fields !== undefined && isTrusted(peer)) {
      const foreign = fields.get('x-request-id');
      if (foreign !== undefined && FOREIGN_ID.test(foreign)) return foreign;
    }
    return nextId();
  };
}
