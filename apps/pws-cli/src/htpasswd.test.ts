import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { CommandError } from './command-error.ts';
import { parseHtpasswd, readHtpasswd } from './htpasswd.ts';

const TAIL = 'abcdefghijklmnopqrstuv0123456789ABCDEFGHIJKLMNOPQRSTU';
const hashOf = (cost: string, variant = '2y'): string => `$${variant}$${cost}$${TAIL}`;
const HASH = hashOf('10');

const folder = mkdtempSync(join(realpathSync(tmpdir()), 'pws-htpasswd-'));

afterAll(() => rmSync(folder, { recursive: true }));

const parse = (text: string): [string, string][] => [...parseHtpasswd(Buffer.from(text), 'users')];

describe('parseHtpasswd() reads', () => {
  test.each<[string, string, [string, string][]]>([
    ['a user', `ann:${HASH}`, [['ann', HASH]]],
    ['a line end behind it', `ann:${HASH}\n`, [['ann', HASH]]],
    [
      'line ends of Windows',
      `ann:${HASH}\r\nbob:${HASH}\r\n`,
      [
        ['ann', HASH],
        ['bob', HASH],
      ],
    ],
    ['blanks at the end', `ann:${HASH} \t\n`, [['ann', HASH]]],
    ['empty lines and comments', `# who\n\n \nann:${HASH}\n#bob:${HASH}\n`, [['ann', HASH]]],
    ['a name that is not ASCII', `jörg:${HASH}`, [['jörg', HASH]]],
    ['a name with a blank', `ann b:${HASH}`, [['ann b', HASH]]],
    ['variant 2a', `ann:${hashOf('10', '2a')}`, [['ann', hashOf('10', '2a')]]],
    ['variant 2b', `ann:${hashOf('10', '2b')}`, [['ann', hashOf('10', '2b')]]],
    ['cost 4', `ann:${hashOf('04')}`, [['ann', hashOf('04')]]],
    ['cost 14', `ann:${hashOf('14')}`, [['ann', hashOf('14')]]],
    ['a name of the prototype', `__proto__:${HASH}`, [['__proto__', HASH]]],
  ])('%s', (_what, text, users) => {
    expect(parse(text)).toEqual(users);
  });
});

const BCRYPT = 'expected a bcrypt hash, as `htpasswd -B` makes it, got';

describe('parseHtpasswd() refuses', () => {
  test.each<[string, string]>([
    ['', 'users: expected at least one user, got none'],
    ['# nobody\n', 'users: expected at least one user, got none'],
    ['ann', 'users:1: expected user:hash, got no colon'],
    [`\n\nann`, 'users:3: expected user:hash, got no colon'],
    [`:${HASH}`, 'users:1: expected the name of a user, got none'],
    [`a\u0000:${HASH}`, 'users:1: expected the name of a user, got none'],
    [`ann:${HASH}\nann:${HASH}`, 'users:2: expected each user once, got "ann" again'],
    ['ann:', `users:1: ${BCRYPT} none`],
    ['ann:secret', `users:1: ${BCRYPT} something else`],
    ['ann:$apr1$salt$xxxx', `users:1: ${BCRYPT} one of MD5`],
    ['ann:{SHA}xxxx=', `users:1: ${BCRYPT} one of SHA-1`],
    ['ann:$5$salt$x', `users:1: ${BCRYPT} one of SHA-256`],
    ['ann:$6$salt$x', `users:1: ${BCRYPT} one of SHA-512`],
    [
      `ann:${hashOf('10', '2x')}`,
      `users:1: ${BCRYPT} one of bcrypt that is damaged, or of another variant than 2a, 2b, 2y`,
    ],
    [
      `ann:${HASH.slice(0, -1)}`,
      `users:1: ${BCRYPT} one of bcrypt that is damaged, or of another variant than 2a, 2b, 2y`,
    ],
    [`ann:${hashOf('03')}`, `users:1: ${BCRYPT} one with cost 3 (4 to 14 may be)`],
    [`ann:${hashOf('15')}`, `users:1: ${BCRYPT} one with cost 15 (4 to 14 may be)`],
    [`ann:${hashOf('31')}`, `users:1: ${BCRYPT} one with cost 31 (4 to 14 may be)`],
  ])('%j: %s', (text, message) => {
    expect(failureOf(() => parse(text))).toMatchObject({ exitCode: 2, message });
  });

  it('octets that are not UTF-8', () => {
    const failure = failureOf(() => parseHtpasswd(Buffer.from([0xff, 0x3a]), 'users'));
    expect(failure).toMatchObject({
      exitCode: 2,
      message: 'users: expected UTF-8, got other octets',
    });
  });

  it('a password that somebody wrote down, without telling it', () => {
    expect(failureOf(() => parse('ann:hunter2'))).not.toMatchObject({
      message: expect.stringContaining('hunter2') as string,
    });
  });
});

describe('readHtpasswd()', () => {
  it('reads a file', async () => {
    const path = join(folder, 'users');
    writeFileSync(path, `ann:${HASH}\n`);
    expect([...(await readHtpasswd(path))]).toEqual([['ann', HASH]]);
  });

  test.each<[string, string]>([
    ['gone', 'there is none'],
    ['.', 'it gave EISDIR'],
  ])('of %s says: %s', async (name, why) => {
    const path = join(folder, name);
    const failure = await readHtpasswd(path).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CommandError);
    expect(failure).toMatchObject({
      exitCode: 1,
      message: `--basic-auth: expected a file at ${path}, but ${why}`,
    });
  });
});

function failureOf(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}
