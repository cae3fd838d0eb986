/**
 * The keys that session tickets are sealed with: a client that comes back with a ticket needs no
 * whole handshake.
 * Owns how they are made and for how long they hold. Security: who has them can read what was
 * recorded of sessions that TLS 1.2 resumed. They are never written anywhere, nor part of an
 * environment or of arguments; workers are told over the channel that they have for themselves.
 *
 * RFC 5077 §5.5 (keys), RFC 8446 §4.6.1 and §2.3 (0-RTT, which Node never offers).
 */
import { randomBytes } from 'node:crypto';

/** A name of 16 octets, and a key of 16 each for sealing and for signing. */
const KEY_BYTES = 48;

/**
 * How long one set holds. Node knows one at a time: when it changes, the tickets of the last two
 * hours (OpenSSL's life of a ticket) are worth nothing, and cost a whole handshake each.
 */
const CHANGE_MS = 12 * 3_600_000;

/** Gives the keys that hold now, the same object as long as they do; `undefined`: any will do. */
export type TicketKeySource = () => Buffer | undefined;

/**
 * Keys that are made here, and changed twice a day.
 *
 * @param monotonicMs - milliseconds, never going back
 */
export function ownTicketKeys(monotonicMs: () => number): () => Buffer {
  let madeMs = monotonicMs();
  let keys = randomBytes(KEY_BYTES);
  return () => {
    const nowMs = monotonicMs();
    if (nowMs - madeMs >= CHANGE_MS) {
      madeMs = nowMs;
      keys = randomBytes(KEY_BYTES);
    }
    return keys;
  };
}
