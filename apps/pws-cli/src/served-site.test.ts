import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { StaticResponse } from '@pws/static-fs';
import { afterAll, describe, expect, it } from 'vitest';
import { type SiteSettings, createServedSite } from './served-site.ts';
import { type FileProblem, formatProblem } from './rule-problem.ts';

const folder = mkdtempSync(join(realpathSync(tmpdir()), 'pws-served-'));
afterAll(() => rmSync(folder, { recursive: true }));
const root = join(folder, 'root');
const docs = join(folder, 'docs');
const FILES: Readonly<Record<string, string>> = {
  'root/a.txt': 'a'.repeat(3000),
  'root/b.txt': 'b'.repeat(3000),
  'root/file.txt': 'a file',
  'root/_redirects': '/both /by-the-file\n/file.txt /x 301!\n',
  'root/_headers': '/b.txt\n  X-Own: file\n',
  'docs/a.txt': 'd'.repeat(3000),
  'docs/b.txt': 'e'.repeat(3000),
  'docs/_redirects': '/old /new\n/oops nowhere\n',
};
for (const [path, text] of Object.entries(FILES)) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const clock = { now: Date.now, monotonicMs: () => 0 };
const MOUNTS = [{ base: '/docs/', root: docs }];

interface Served {
  readonly ask: (path: string) => Promise<StaticResponse>;
  readonly bytes: () => number;
  readonly told: readonly string[];
}

async function serve(settings: Partial<SiteSettings>): Promise<Served> {
  const told: string[] = [];
  const fileProblems = (problems: readonly FileProblem[]): void =>
    void told.push(...problems.map(formatProblem));
  const common = { root, rules: 'netlify', fileProblems } as const;
  const { site } = await createServedSite({ ...common, ...settings }, clock);
  return {
    told,
    bytes: () => site.counts?.bytes ?? 0,
    async ask(path) {
      const fields = { get: () => undefined };
      const response = await site.respond({ method: 'GET', path, query: undefined, fields });
      await response.content?.close();
      return response;
    },
  };
}

const locationOf = ({ fields }: StaticResponse): string | undefined =>
  fields.find(([name]) => name === 'Location')?.[1];

describe('a site with mounts', () => {
  it('keeps no more in memory than one alone may', async () => {
    const memoryBytes = 16_384;
    const { ask, bytes } = await serve({ mounts: MOUNTS, memoryBytes });
    for (const path of ['/a.txt', '/b.txt', '/docs/a.txt', '/docs/b.txt', '/docs/none', '/none']) {
      // oxlint-disable-next-line no-await-in-loop
      await ask(path);
    }
    expect(bytes()).toBeGreaterThan(0);
    expect(bytes()).toBeLessThanOrEqual(memoryBytes);
  });

  it('has the rules of each beside its files, and for those alone', async () => {
    const { ask, told } = await serve({ mounts: MOUNTS });
    const answer = await ask('/docs/old');
    expect([answer.status, locationOf(answer)]).toEqual([301, '/docs/new']);
    expect((await ask('/old')).status).toBe(404);
    expect((await ask('/docs/_redirects')).status).toBe(404);
    expect(told.find((line) => line.startsWith('/docs/_redirects:2:'))).toContain('expected');
  });
});

describe('rules of a configuration', () => {
  const ownRules = {
    file: 'pws.config.json',
    headers: [
      { line: 2, column: 5, for: '/*', values: { 'X-Own': 'configuration', 'X-More': '1' } },
    ],
    redirects: [
      { line: 5, column: 5, from: '/both', to: '/by-the-configuration' },
      { line: 6, column: 5, from: '/file.txt', to: '/unforced' },
      { line: 7, column: 5, from: '/here', to: '/there' },
    ],
  };

  it('hold before those of the file, of the same stage', async () => {
    const { ask } = await serve({ ownRules });
    expect(locationOf(await ask('/both'))).toBe('/by-the-configuration');
    expect(locationOf(await ask('/file.txt'))).toBe('/x');
    expect(locationOf(await ask('/here'))).toBe('/there');
  });

  it('are as if they stood above those in _headers', async () => {
    const { ask } = await serve({ ownRules });
    expect((await ask('/b.txt')).effect?.set).toEqual([
      ['X-More', '1'],
      ['X-Own', 'file'],
    ]);
    expect((await ask('/a.txt')).effect?.set).toEqual([
      ['X-Own', 'configuration'],
      ['X-More', '1'],
    ]);
  });

  it('hold where the files are not read', async () => {
    const { ask } = await serve({ ownRules, rules: 'off' });
    expect(locationOf(await ask('/file.txt'))).toBeUndefined();
    expect(locationOf(await ask('/here'))).toBe('/there');
  });

  it('are of the root alone', async () => {
    const { ask } = await serve({ ownRules, mounts: MOUNTS });
    expect((await ask('/docs/here')).status).toBe(404);
    expect((await ask('/docs/a.txt')).effect).toBeUndefined();
  });

  it('are told of where they have no effect', async () => {
    const headers = [{ line: 3, column: 5, for: '/*', values: { Date: 'now' } }];
    const { told } = await serve({ ownRules: { ...ownRules, headers } });
    expect(told).toContain(
      'pws.config.json:3:5: note: Date is written by the server alone: this line has no effect',
    );
  });
});
