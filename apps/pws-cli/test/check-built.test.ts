/**
 * `pws check` of real sites, as their tools have built them: nothing is wrong with them as they are
 * meant to be served, and there is where they are served otherwise.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BuiltSite } from './built-site.ts';
import { Program } from './program.ts';

const built = new Map<string, BuiltSite>();

beforeAll(async () => {
  const sites = await Promise.all([
    BuiltSite.of('application'),
    BuiltSite.of('application', { args: ['--base', '/app/'] }),
    BuiltSite.of('docs'),
    BuiltSite.of('export'),
  ]);
  for (const [at, name] of ['application', 'application below', 'docs', 'export'].entries()) {
    built.set(name, sites[at] as BuiltSite);
  }
}, 60_000);
afterAll(() => {
  for (const site of built.values()) site.remove();
});

async function check(name: string, flags: readonly string[]): Promise<string[]> {
  const program = new Program(['check', built.get(name)?.root ?? '', ...flags]);
  await program.untilEnd();
  return program.stdout.trimEnd().split('\n');
}

const NO_404 =
  '404.html: note: expected a page for what is not there, got none: a built-in one is sent';

describe('what is built', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['application', ['--spa'], [NO_404, '1 note']],
    ['application below', ['--spa', '--base', '/app/'], [NO_404, '1 note']],
    ['docs', [], ['nothing to complain about']],
    ['export', ['--spa=200.html'], [NO_404, '1 note']],
  ])('%s with %j is as it is to be', async (name, flags, expected) => {
    expect(await check(name, flags)).toEqual(expected);
  });

  test.each<[string, readonly string[]]>([
    ['application', ['--spa', '--base', '/app/']],
    ['application below', ['--spa']],
  ])('%s with %j is told to load what is not there', async (name, flags) => {
    const lines = await check(name, flags);
    expect(lines.join('\n')).toMatch(
      /index\.html: expected what the page loads at [^ ]+, got "[^"]*\/assets\/[^"]+": 404/,
    );
  });
});
