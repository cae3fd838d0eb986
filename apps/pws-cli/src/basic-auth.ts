/**
 * Lets in who knows a name and its password.
 * Owns the challenge, how credentials are read, and what a try may cost: one comparison at a time,
 * a bounded number waiting, fewer from one address, and none for who was let in a short while ago.
 *
 * Security: a name that nobody has costs as much as one that somebody has, so that the time of an
 * answer does not tell which is which. Passwords are not kept: what is remembered of a success is
 * a keyed hash, whose key lives as long as the process, and the hash that it was right for. Where
 * that is nobody's any more, neither is the success.
 *
 * RFC 7617 (Basic), RFC 9110 §11.4, §11.6.
 */
import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import type { StaticResponse } from '@pws/static-fs';
import type { Answerer } from './handler.ts';
import type { Users } from './htpasswd.ts';
import type { PasswordCheck } from './password-check.ts';

/** What {@link askForPassword} needs. */
export interface BasicAuthOptions {
  readonly users: Users;
  readonly check: PasswordCheck;
  /** Of the users before these, where there were some. Default: none so far. */
  readonly successes?: Successes;
  /** Milliseconds, never going back. */
  readonly monotonicMs: () => number;
}

/** Ten minutes, in which a browser that shows a page asks for the next without a comparison. */
const REMEMBERED_MS = 600_000;
/** Names with their passwords, not visitors: mostly there are a few. */
const MOST_REMEMBERED = 1024;
/** Tries of one address at a time: who guesses leaves room for those who know. */
const MOST_OF_ONE = 8;

const CHALLENGE: StaticResponse = {
  status: 401,
  fields: [['WWW-Authenticate', 'Basic realm="PWS", charset="UTF-8"']],
  content: undefined,
};

const BUSY: StaticResponse = { status: 503, fields: [['Retry-After', '1']], content: undefined };

/** Answers all who are not let in, before anybody looks at what they ask for. */
export function askForPassword(options: BasicAuthOptions): Answerer {
  const tries = new Tries(options);
  const answerer: Answerer = ({ fields, peer }) => {
    const value = fields.get('authorization');
    if (value === undefined) return CHALLENGE;
    const key = tries.keyOf(value);
    if (tries.wasRight(key)) return undefined;
    const credentials = parseCredentials(value);
    if (credentials === undefined) return CHALLENGE;
    const fits = tries.fits(key, credentials, peer.address);
    if (fits === undefined) return BUSY;
    return fits.then((isRight) => (isRight ? undefined : CHALLENGE));
  };
  return Object.assign(answerer, { label: '--basic-auth' });
}

/** Somebody who was let in. */
interface Success {
  readonly user: string;
  /** What the password was compared with. */
  readonly hash: string;
  readonly untilMs: number;
}

/** Who was let in a short while ago. It outlives the users of whom it tells. */
export class Successes {
  readonly #secret = createSecretKey(randomBytes(32));
  /** By keyed hash of what was sent; the oldest first. */
  readonly #remembered = new Map<string, Success>();

  /** What stands here in the place of a text. */
  keyOf(text: string): Buffer {
    return createHmac('sha256', this.#secret).update(text).digest();
  }

  /** Whether what has this key was right a short while ago, and would be now. */
  has(key: string, users: Users, nowMs: number): boolean {
    const success = this.#remembered.get(key);
    if (success === undefined) return false;
    if (nowMs < success.untilMs && users.get(success.user) === success.hash) return true;
    this.#remembered.delete(key);
    return false;
  }

  /** Remembers one; the oldest gives way. */
  add(key: string, success: Success): void {
    this.#remembered.set(key, success);
    if (this.#remembered.size <= MOST_REMEMBERED) return;
    const [oldest] = this.#remembered.keys();
    if (oldest !== undefined) this.#remembered.delete(oldest);
  }
}

interface Credentials {
  readonly user: string;
  readonly password: string;
}

//   credentials = auth-scheme 1*SP token68                                    RFC 9110 §11.4
//   token68     = base64 of user-id ":" password                              RFC 7617 §2
// Two field lines come as one value with a comma, and are no token68.
const BASIC = /^basic +([+/0-9A-Za-z]+={0,2})$/i;
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function parseCredentials(value: string): Credentials | undefined {
  const [, token = ''] = BASIC.exec(value) ?? [];
  const octets = Buffer.from(token, 'base64');
  // Security: one spelling. What is left over, or left out, decodes to the same octets.
  if (token === '' || octets.toString('base64') !== token) return undefined;
  let text: string;
  try {
    text = UTF_8.decode(octets);
  } catch {
    return undefined; // not of the charset that the challenge names
  }
  // §2: no control characters; bcrypt would end at a NUL.
  // oxlint-disable-next-line no-control-regex
  if (/[\x00-\x1f\x7f]/.test(text)) return undefined;
  const colon = text.indexOf(':');
  if (colon === -1) return undefined;
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Who tried, who tries, and who was right. */
class Tries {
  readonly #options: BasicAuthOptions;
  readonly #successes: Successes;
  readonly #hashes: readonly string[];
  /** A browser that was just told the password asks for six things at once. */
  readonly #underWay = new Map<string, Promise<boolean>>();
  /** How many of those, by the address that they come from. */
  readonly #triesOf = new Map<string, number>();

  constructor(options: BasicAuthOptions) {
    this.#options = options;
    this.#successes = options.successes ?? new Successes();
    this.#hashes = [...options.users.values()];
  }

  /** What is remembered in the place of what was sent. */
  keyOf(value: string): string {
    return this.#successes.keyOf(value).toString('latin1');
  }

  /** Whether these credentials were right a short while ago. */
  wasRight(key: string): boolean {
    const { users, monotonicMs } = this.#options;
    return this.#successes.has(key, users, monotonicMs());
  }

  /** Whether a password is right; `undefined` where too many others are being tried. */
  fits(
    key: string,
    { user, password }: Credentials,
    address: string,
  ): Promise<boolean> | undefined {
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) return underWay;
    const before = this.#triesOf.get(address) ?? 0;
    if (before >= MOST_OF_ONE) return undefined;
    const known = this.#options.users.get(user);
    // Made for names that are known, too: the same steps for all.
    const standIn = this.#standIn(user);
    const fits = this.#options.check.fits(password, known ?? standIn);
    if (fits === undefined) return undefined;
    this.#triesOf.set(address, before + 1);
    const settled = fits
      .then((isRight) => {
        // Security: whoever hits the hash of somebody else is not let in.
        if (!isRight || known === undefined) return false;
        const untilMs = this.#options.monotonicMs() + REMEMBERED_MS;
        this.#successes.add(key, { user, hash: known, untilMs });
        return true;
      })
      .finally(() => this.#over(key, address));
    this.#underWay.set(key, settled);
    return settled;
  }

  #over(key: string, address: string): void {
    this.#underWay.delete(key);
    const left = (this.#triesOf.get(address) ?? 0) - 1;
    if (left > 0) this.#triesOf.set(address, left);
    else this.#triesOf.delete(address);
  }

  /**
   * The hash that the password of nobody is compared with: that of somebody, and of the same one
   * each time. So the costs that such names have are those that names in the file have.
   */
  #standIn(user: string): string {
    const at = this.#successes.keyOf(user).readUInt32BE();
    return this.#hashes[at % this.#hashes.length] as string;
  }
}
