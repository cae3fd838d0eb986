import { Fields } from '@pws/http-wire';
import type { StaticResponse } from '@pws/static-fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { Successes, askForPassword } from './basic-auth.ts';
import type { Answerer, HandledRequest } from './handler.ts';
import type { PasswordCheck } from './password-check.ts';

/** Hashes of `hash of <password>`; answers when it is told to. */
class CheckOnDemand implements PasswordCheck {
  readonly asked: string[] = [];
  isFull = false;
  readonly #waiting: (() => void)[] = [];

  fits(password: string, hash: string): Promise<boolean> | undefined {
    if (this.isFull) return undefined;
    this.asked.push(`${password} ${hash}`);
    return new Promise((resolve) => {
      this.#waiting.push(() => resolve(hash.endsWith(`of ${password}`)));
    });
  }

  async answerAll(): Promise<void> {
    for (const answer of this.#waiting.splice(0)) answer();
  }

  async close(): Promise<void> {
    await this.answerAll();
  }
}

const USERS = new Map([
  ['ann', 'hash of sesame'],
  ['jörg', 'hash of pä:ss'],
  ['bob', 'hash of '],
]);

interface Site {
  readonly check: CheckOnDemand;
  readonly clock: { nowMs: number };
  readonly status: (authorization: string | undefined) => Promise<number | undefined>;
}

function siteWith(users: ReadonlyMap<string, string> = USERS): Site {
  const check = new CheckOnDemand();
  const clock = { nowMs: 0 };
  const answer: Answerer = askForPassword({ users, check, monotonicMs: () => clock.nowMs });
  return {
    check,
    clock,
    async status(authorization) {
      const response = answer(requestWith(authorization));
      await check.answerAll();
      return (await response)?.status;
    },
  };
}

function requestWith(...authorization: (string | undefined)[]): HandledRequest {
  return {
    method: 'GET',
    target: { form: 'origin', path: '/', query: undefined, authority: undefined },
    fields: Fields.from(
      authorization.flatMap((value) => (value === undefined ? [] : [['Authorization', value]])),
    ),
    peer: { address: '192.0.2.1', port: 1 },
    isSecure: true,
    requestId: 'r1',
  };
}

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
const RIGHT = basic('ann:sesame');

describe('a site with a password', () => {
  test.each<[string, string | undefined, number | undefined]>([
    ['the right password', RIGHT, undefined],
    ['the scheme in other letters', RIGHT.replace('Basic', 'bAsIC'), undefined],
    ['several blanks behind the scheme', RIGHT.replace(' ', '   '), undefined],
    ['a password with a colon, and UTF-8', basic('jörg:pä:ss'), undefined],
    ['an empty password that is right', basic('bob:'), undefined],
    ['no credentials', undefined, 401],
    ['empty ones', '', 401],
    ['the scheme alone', 'Basic', 401],
    ['the scheme and blanks', 'Basic ', 401],
    ['another scheme', RIGHT.replace('Basic', 'Bearer'), 401],
    ['a wrong password', basic('ann:Sesame'), 401],
    ['an empty password', basic('ann:'), 401],
    ['the password of another', basic('jörg:sesame'), 401],
    ['a name that nobody has', basic('eve:sesame'), 401],
    ['a name that begins alike', basic('an:sesame'), 401],
    ['a name in capitals', basic('Ann:sesame'), 401],
    ['no name', basic(':sesame'), 401],
    ['no colon', basic('ann'), 401],
    ['NUL behind the password', basic('ann:sesame\u0000'), 401],
    ['a control octet in the name', basic('a\u0007nn:sesame'), 401],
    ['Latin-1', `Basic ${Buffer.from('jörg:pä:ss', 'latin1').toString('base64')}`, 401],
    ['a byte order mark', basic('\ufeffann:sesame'), 401],
    ['base64 without its padding', RIGHT.replace(/=+$/, ''), 401],
    ['base64 with more padding', `${RIGHT}=`, 401],
    ['base64 with a bit left over', 'Basic YW5uOnNlc2FtZR==', 401],
    ['base64 of URLs', 'Basic YW5u_nNlc2FtZQ==', 401],
    ['what is no base64', 'Basic !!!', 401],
    ['a blank in it', 'Basic YW5u OnNlc2FtZQ==', 401],
    ['something behind it', `${RIGHT}, ${RIGHT}`, 401],
  ])('answers %s, %j: %j', async (_what, authorization, status) => {
    expect(await siteWith().status(authorization)).toBe(status);
  });

  it('has such credentials in its tests as it says', () => {
    expect(RIGHT).toBe('Basic YW5uOnNlc2FtZQ==');
  });

  it('refuses two fields, though both are right', async () => {
    const { check } = siteWith();
    const answer = askForPassword({ users: USERS, check, monotonicMs: () => 0 });
    expect(await answer(requestWith(RIGHT, RIGHT))).toMatchObject({ status: 401 });
    expect(check.asked).toEqual([]);
  });

  it('says how to ask, and in which charset', () => {
    const answer = askForPassword({
      users: USERS,
      check: new CheckOnDemand(),
      monotonicMs: () => 0,
    });
    expect((answer(requestWith(undefined)) as StaticResponse).fields).toEqual([
      ['WWW-Authenticate', 'Basic realm="PWS", charset="UTF-8"'],
    ]);
  });

  it('gives an answer whatever it is sent', async () => {
    const { status } = siteWith();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.boolean(), async (text, isBasic) => {
        expect(await status(isBasic ? basic(text) : text)).toBe(401);
      }),
    );
  });
});

describe('a name that nobody has', () => {
  it('costs a comparison as well', async () => {
    const { check, status } = siteWith();
    await status(basic('eve:x'));
    expect(check.asked).toHaveLength(1);
  });

  it('costs that of the same hash each time, and another may have another', async () => {
    const { check, status } = siteWith();
    for (const name of ['eve', 'eve', 'eve']) {
      // oxlint-disable-next-line no-await-in-loop
      await status(basic(`${name}:x`));
    }
    expect(new Set(check.asked).size).toBe(1);
    for (let index = 0; index < 64; index++) {
      // oxlint-disable-next-line no-await-in-loop
      await status(basic(`nobody${index}:x`));
    }
    // One in 3^63 that they all have the same.
    expect(new Set(check.asked).size).toBeGreaterThan(1);
  });

  it('is not let in with the password of the one whose hash it is compared with', async () => {
    const { check, status } = siteWith(new Map([['ann', 'hash of sesame']]));
    expect(await status(basic('eve:sesame'))).toBe(401);
    expect(check.asked).toEqual(['sesame hash of sesame']);
    expect(await status(basic('eve:sesame'))).toBe(401);
  });
});

describe('who was let in', () => {
  it('is let in at once for ten minutes', async () => {
    const { check, clock, status } = siteWith();
    await status(RIGHT);
    clock.nowMs = 599_999;
    expect(await status(RIGHT)).toBeUndefined();
    expect(check.asked).toHaveLength(1);
    clock.nowMs = 600_000;
    expect(await status(RIGHT)).toBeUndefined();
    expect(check.asked).toHaveLength(2);
  });

  it('is not with another password, nor another with the same', async () => {
    const { check, status } = siteWith();
    await status(RIGHT);
    expect(await status(basic('ann:other'))).toBe(401);
    expect(await status(basic('eve:sesame'))).toBe(401);
    expect(check.asked).toHaveLength(3);
  });

  it('is forgotten when a thousand others were', async () => {
    const names = Array.from({ length: 1025 }, (_none, index) => `u${index}`);
    const { check, status } = siteWith(new Map(names.map((name) => [name, 'hash of sesame'])));
    for (const name of names) {
      // oxlint-disable-next-line no-await-in-loop
      await status(basic(`${name}:sesame`));
    }
    expect(check.asked).toHaveLength(1025);
    await status(basic('u1:sesame'));
    expect(check.asked).toHaveLength(1025);
    await status(basic('u0:sesame'));
    expect(check.asked).toHaveLength(1026);
  });

  it.each<[string, ReadonlyMap<string, string>, number, number | undefined]>([
    [
      'is not tried again where others changed',
      new Map([...USERS, ['eve', 'hash of x']]),
      1,
      undefined,
    ],
    [
      'is where the hash is another',
      new Map([...USERS, ['ann', 'other hash of sesame']]),
      2,
      undefined,
    ],
    [
      'is not right where the password is another',
      new Map([...USERS, ['ann', 'hash of x']]),
      2,
      401,
    ],
    ['is not right where the user is gone', new Map([['bob', 'hash of ']]), 2, 401],
  ])('that was right before the users changed %s', async (_what, after, tries, status) => {
    const check = new CheckOnDemand();
    const successes = new Successes();
    const ask = async (users: ReadonlyMap<string, string>): Promise<number | undefined> => {
      const answer = askForPassword({ users, check, successes, monotonicMs: () => 0 });
      const response = answer(requestWith(RIGHT));
      await check.answerAll();
      return (await response)?.status;
    };
    expect(await ask(USERS)).toBeUndefined();
    expect(await ask(after)).toBe(status);
    expect(check.asked).toHaveLength(tries);
  });

  it('that was compared while the users changed is not remembered for the new ones', async () => {
    const check = new CheckOnDemand();
    const successes = new Successes();
    const answerOf = (users: ReadonlyMap<string, string>): Answerer =>
      askForPassword({ users, check, successes, monotonicMs: () => 0 });
    const underWay = answerOf(USERS)(requestWith(RIGHT));
    const answer = answerOf(new Map([['bob', 'hash of ']]));
    await check.answerAll();
    expect(await underWay, 'ends as it began').toBeUndefined();
    const later = answer(requestWith(RIGHT));
    await check.answerAll();
    expect(await later).toMatchObject({ status: 401 });
  });

  it('is tried once where the same comes several times at once', async () => {
    const { check } = siteWith();
    const answer = askForPassword({ users: USERS, check, monotonicMs: () => 0 });
    const answers = [RIGHT, RIGHT, RIGHT].map(async (value) => answer(requestWith(value)));
    await check.answerAll();
    expect(await Promise.all(answers)).toEqual([undefined, undefined, undefined]);
    expect(check.asked).toHaveLength(1);
  });

  it('does not make a wrong password right', async () => {
    const { check, status } = siteWith();
    expect(await status(basic('ann:wrong'))).toBe(401);
    expect(await status(basic('ann:wrong'))).toBe(401);
    expect(check.asked).toHaveLength(2);
  });
});

describe('where too many are tried', () => {
  it('the next is asked to come again', () => {
    const { check } = siteWith();
    check.isFull = true;
    const answer = askForPassword({ users: USERS, check, monotonicMs: () => 0 });
    expect(answer(requestWith(RIGHT))).toMatchObject({
      status: 503,
      fields: [['Retry-After', '1']],
    });
  });

  it('from one address, others have room', async () => {
    const { check } = siteWith();
    const answer = askForPassword({ users: USERS, check, monotonicMs: () => 0 });
    const statusOf = async (text: string, address: string): Promise<number | undefined> => {
      const peer = { address, port: 1 };
      return (await answer({ ...requestWith(basic(text)), peer }))?.status;
    };
    const guesses = Array.from({ length: 9 }, (_none, at) => statusOf(`ann:${at}`, '192.0.2.9'));
    expect(await guesses[8]).toBe(503);
    expect(check.asked).toHaveLength(8);
    const owner = statusOf('ann:sesame', '192.0.2.1');
    await check.answerAll();
    expect(await Promise.all([owner, guesses[0]])).toEqual([undefined, 401]);
    // All its places are free again.
    const more = Array.from({ length: 8 }, (_none, at) => statusOf(`ann:${at}`, '192.0.2.9'));
    await check.answerAll();
    expect(new Set(await Promise.all(more))).toEqual(new Set([401]));
  });

  it('who was let in still is', async () => {
    const { check, status } = siteWith();
    await status(RIGHT);
    check.isFull = true;
    expect(await status(RIGHT)).toBeUndefined();
  });
});

describe('where comparing fails', () => {
  it('so does the answer, and the next try is one of its own', async () => {
    let tries = 0;
    const check: PasswordCheck = {
      fits: () => {
        tries += 1;
        return tries === 1 ? Promise.reject(new Error('defect')) : Promise.resolve(true);
      },
      close: () => Promise.resolve(),
    };
    const answer = askForPassword({ users: USERS, check, monotonicMs: () => 0 });
    await expect(answer(requestWith(RIGHT))).rejects.toThrow('defect');
    expect(await answer(requestWith(RIGHT))).toBeUndefined();
  });
});
