import { mkdirSync, symlinkSync } from 'node:fs';
import { win32 } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createStaticSite, type FileSource, nodeFileSource, type Segments } from '../src/index.ts';
import { formatSitePath, parseSitePath, type SitePathRules } from '../src/site-path.ts';
import { ask } from './exchange.ts';
import { TemporaryTree } from './temporary-tree.ts';

const CANARY = 'CANARY: outside the root';
const RULES: SitePathRules = { dotfiles: 'allow', naming: 'posix' };

// What paths are attacked with, and the names that are really there, in any order.
const PIECES = [
  String.raw`/ // \ . .. ... %2e %2E %252e %2f %5c %252f %00 % %c0%ae %c0%af %ff %0d%0a %20`,
  '~1 : ::$DATA ; ? # * pub pub-x -x secret.txt a.txt docs index.html in out up top .env',
  '.well-known etc passwd proc self evil.example é \u010a \ud800',
];
const piece = fc.constantFrom(' ', ...PIECES.join(' ').split(' '));
const hostilePath = fc
  .array(fc.oneof({ weight: 4, arbitrary: piece }, fc.string({ unit: 'binary', maxLength: 3 })), {
    maxLength: 14,
  })
  .map((pieces) => `/${pieces.join('')}`);
const anyPath = fc.oneof(hostilePath, fc.string({ unit: 'binary', maxLength: 40 }));

// Any name that a file system could hold.
const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  // oxlint-disable-next-line no-control-regex
  .filter((text) => !/[\x00-\x1f\x7f/\\]/.test(text) && text !== '.' && text !== '..');

async function readStart(source: FileSource, segments: Segments): Promise<string | undefined> {
  const opened = await source.open(segments);
  if (opened.kind !== 'file') return undefined;
  const buffer = new Uint8Array(64);
  const count = await opened.read(buffer, 0);
  await opened.close();
  return Buffer.from(buffer.subarray(0, count)).toString();
}

describe('for any path', () => {
  it('parseSitePath() gives an outcome, and no segment that is more than one name', () => {
    fc.assert(
      fc.property(anyPath, (text) => {
        const parsed = parseSitePath(text, RULES);
        const path = parsed.kind === 'redirect' ? parsed.to : parsed;
        if (path.kind !== 'site-path') return;
        for (const segment of path.segments) {
          // oxlint-disable-next-line no-control-regex
          expect(segment).not.toMatch(/^$|^\.\.?$|[\x00-\x1f\x7f/\\]/);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('a path that is written is read as the same path', () => {
    fc.assert(
      fc.property(anyPath, (text) => {
        const parsed = parseSitePath(text, RULES);
        const path = parsed.kind === 'redirect' ? parsed.to : parsed;
        if (path.kind !== 'site-path') return;
        expect(parseSitePath(formatSitePath(path), RULES)).toEqual(path);
      }),
      { numRuns: 2000 },
    );
  });

  it('what is let through on Windows stays below the root there', () => {
    fc.assert(
      fc.property(anyPath, (text) => {
        const path = parseSitePath(text, { dotfiles: 'allow', naming: 'win32' });
        if (path.kind !== 'site-path') return;
        const joined = win32.resolve('C:\\root', ...path.segments);
        expect(joined).toBe(['C:\\root', ...path.segments].join('\\'));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('for any names', () => {
  it('encoding and decoding gives them back', () => {
    fc.assert(
      fc.property(fc.array(name, { maxLength: 5 }), fc.boolean(), (segments, slash) => {
        const endsWithSlash = segments.length === 0 || slash;
        const path = { kind: 'site-path', segments, endsWithSlash } as const;
        expect(parseSitePath(formatSitePath(path), RULES)).toEqual(path);
      }),
    );
  });
});

describe.runIf(process.platform !== 'win32')('a site on disk, for any path', () => {
  const tree = new TemporaryTree();
  beforeAll(() => {
    tree.write('pub/index.html', 'inside');
    tree.write('pub/a.txt', 'inside');
    tree.write('pub/docs/index.html', 'inside');
    tree.write('pub/docs/a.txt', 'inside');
    tree.write('pub/.env', CANARY);
    tree.write('pub/.well-known/.env', CANARY);
    tree.write('secret.txt', CANARY);
    tree.write('pub-x/secret.txt', CANARY);
    tree.write('pub-x/a.txt', CANARY);
    symlinkSync('..', tree.at('pub/docs/up'));
    symlinkSync('../../pub-x', tree.at('pub/docs/out'));
    mkdirSync(tree.at('pub/-x'));
    symlinkSync('docs', tree.at('pub/in'));
    symlinkSync('../pub-x', tree.at('pub/out'));
    symlinkSync('../secret.txt', tree.at('pub/secret.txt'));
    symlinkSync('..', tree.at('pub/up'));
    symlinkSync('/', tree.at('pub/top'));
  });
  afterAll(() => {
    expect(tree.openDescriptors()).toEqual([]);
    tree.remove();
  });

  it.each(['within', 'deny'] as const)(
    'answers, never from outside, and never redirects to another host, under %s',
    async (symlinks) => {
      const source = nodeFileSource({ root: tree.at('pub'), symlinks });
      const site = createStaticSite({ source });
      const seen = new Set<number>();
      await fc.assert(
        fc.asyncProperty(
          anyPath,
          fc.constantFrom('GET', 'HEAD'),
          fc.option(fc.string({ unit: 'binary' })),
          async (path, method, query) => {
            const target = query === null ? path : `${path}?${query}`;
            const answer = await ask(site, target, method);
            seen.add(answer.status);
            expect([200, 301, 400, 404]).toContain(answer.status);
            expect(answer.text ?? 'inside').toBe('inside');
            const location = answer.fields['Location'];
            if (location === undefined) return;
            expect(location).toMatch(/^\/(?![/\\])[!"$-~]*$/);
            const url = new URL(location, 'http://host.example/');
            expect(url.host).toBe('host.example');
            expect(url.hash).toBe('');
          },
        ),
        { numRuns: 1500 },
      );
      expect(seen, 'each kind of answer was met').toEqual(new Set([200, 301, 400, 404]));
    },
  );

  it('opens nothing outside, whatever the segments are', async () => {
    // Dotfiles are the site's matter, not the disk's: there are none in this root.
    const source = nodeFileSource({ root: tree.at('pub/docs') });
    const segment = fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 5 }), hostilePath);
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { maxLength: 4 }), async (segments) => {
        expect(['inside', undefined]).toContain(await readStart(source, segments));
      }),
      { numRuns: 1500 },
    );
  });
});
