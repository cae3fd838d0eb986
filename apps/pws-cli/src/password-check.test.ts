import bcrypt from 'bcryptjs';
import { afterEach, describe, expect, it, test } from 'vitest';
import { type PasswordCheck, createPasswordCheck } from './password-check.ts';

// "sesame", hashed by Apache's htpasswd at cost 5.
const OF_HTPASSWD = '$2y$05$a9F.ZAxd7ENFWFi2qrynhO5GTVuo82UX420FOh/RMho8xxYwuV5gO';
const CHEAP = bcrypt.hashSync('sesame', 4);

const checks: PasswordCheck[] = [];

function created(): PasswordCheck {
  const check = createPasswordCheck();
  checks.push(check);
  return check;
}

afterEach(async () => {
  await Promise.all(checks.splice(0).map((check) => check.close()));
});

describe('a password', () => {
  test.each<[string, string, boolean]>([
    ['sesame', CHEAP, true],
    ['sesame', OF_HTPASSWD, true],
    ['sesame', OF_HTPASSWD.replace('$2y$', '$2b$'), true],
    ['sesame', OF_HTPASSWD.replace('$2y$', '$2a$'), true],
    ['Sesame', CHEAP, false],
    ['sesam', CHEAP, false],
    ['', CHEAP, false],
    ['pässwörd €', bcrypt.hashSync('pässwörd €', 4), true],
    ['passwort', bcrypt.hashSync('pässwort', 4), false],
  ])('%j for %s: %j', async (password, hash, expected) => {
    expect(await created().fits(password, hash)).toBe(expected);
  });
});

describe('comparisons', () => {
  it('are each answered with its own result', async () => {
    const check = created();
    const passwords = ['sesame', 'a', 'sesame', 'b'];
    const all = passwords.map((password) => check.fits(password, CHEAP));
    expect(await Promise.all(all.map(async (fits) => fits))).toEqual([true, false, true, false]);
  });

  it('wait 32 at a time, and the next is not taken', async () => {
    const check = created();
    const all = Array.from({ length: 40 }, () => check.fits('sesame', CHEAP));
    expect(all.filter((fits) => fits === undefined)).toHaveLength(8);
    expect(all.slice(0, 32)).not.toContain(undefined);
    await Promise.all(all.map(async (fits) => fits));
    expect(await check.fits('sesame', CHEAP)).toBe(true);
  });

  it('leave the event loop alone', async () => {
    const check = created();
    let turns = 0;
    const turning = setInterval(() => turns++, 1);
    // In this thread, no timer would come up until it is done.
    await check.fits('sesame', bcrypt.hashSync('sesame', 8));
    const before = turns;
    await check.fits('sesame', CHEAP.replace('$04$', '$12$'));
    clearInterval(turning);
    expect(turns).toBeGreaterThan(before);
  });

  it('that fail are rejected, and the next begins anew', async () => {
    const check = created();
    await expect(check.fits('sesame', 'x'.repeat(59) + '$')).rejects.toThrow();
    expect(await check.fits('sesame', CHEAP)).toBe(true);
  });

  it('that wait at the end let nobody in', async () => {
    const check = created();
    const fits = check.fits('sesame', CHEAP.replace('$04$', '$12$'));
    const next = check.fits('sesame', CHEAP);
    await check.close();
    expect([await fits, await next]).toEqual([false, false]);
  });
});
