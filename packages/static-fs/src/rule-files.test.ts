import { describe, expect, it } from 'vitest';

import { MemoryFileSource } from '../test/memory-file-source.ts';
import { FileSourceError } from './errors.ts';
import type { FileSource, Opened } from './file-source.ts';
import type { RouteRules, RuleFileContent } from './routes.ts';
import { RulesInForce } from './rule-files.ts';
import { takeSteps } from './steps.ts';

const NAMES = ['_headers', '_redirects'];

function countingRules(): { rules: RulesInForce; compiled: (string | undefined)[][] } {
  const compiled: (string | undefined)[][] = [];
  const rules = new RulesInForce({
    names: NAMES,
    compile(contents: readonly RuleFileContent[]): RouteRules {
      compiled.push(
        contents.map((content) =>
          content instanceof Uint8Array ? Buffer.from(content).toString() : content,
        ),
      );
      return { forced: () => undefined, unforced: () => undefined, fieldsFor: () => undefined };
    },
  });
  return { rules, compiled };
}

/** A source in memory whose files can be changed, and which may fail. */
class ChangingSource implements FileSource {
  entries: Record<string, string> = {};
  error: FileSourceError | undefined;
  #source = new MemoryFileSource({}, { inMemory: true });
  readonly #kept = new Map<string, Opened>();

  change(entries: Record<string, string>): void {
    this.entries = entries;
    this.#source = new MemoryFileSource(entries, { inMemory: true });
    this.#kept.clear();
  }

  peek(segments: readonly string[]): Opened | undefined {
    return this.error === undefined ? this.#kept.get(segments.join('/')) : undefined;
  }

  async open(segments: readonly string[]): Promise<Opened> {
    if (this.error !== undefined) throw this.error;
    const opened = await this.#source.open(segments);
    this.#kept.set(segments.join('/'), opened);
    return opened;
  }
}

describe('RulesInForce', () => {
  it('makes rules once, and again when a file is another one', async () => {
    const { rules, compiled } = countingRules();
    const source = new ChangingSource();
    source.change({ _headers: 'one' });
    const first = await takeSteps(rules.read(source));
    const { version } = rules;
    expect(rules.inMemory(source)).toBe(first);
    expect(await takeSteps(rules.read(source))).toBe(first);
    expect(rules.version).toBe(version);

    source.change({ _headers: 'one', _redirects: 'two' });
    expect(rules.inMemory(source)).toBeUndefined();
    const second = await takeSteps(rules.read(source));
    expect(second).not.toBe(first);
    expect(rules.inMemory(source)).toBe(second);
    expect(rules.version).not.toBe(version);

    source.change({});
    await takeSteps(rules.read(source));
    expect(compiled).toEqual([
      ['one', undefined],
      ['one', 'two'],
      [undefined, undefined],
    ]);
  });

  it('makes them of files that are served, too', async () => {
    const compiled: unknown[] = [];
    const rules = new RulesInForce({
      names: ['_headers'],
      alsoRead: ['.vite/manifest.json'],
      compile(contents) {
        compiled.push(contents.map((content) => content instanceof Uint8Array));
        return { forced: () => undefined, unforced: () => undefined, fieldsFor: () => undefined };
      },
    });
    await takeSteps(rules.read(new MemoryFileSource({ '.vite/manifest.json': '{}' })));
    expect(compiled).toEqual([[false, true]]);
    expect(rules.includes(['.vite', 'manifest.json'])).toBe(false);
  });

  it('makes them once where the source keeps nothing in memory', async () => {
    const { rules, compiled } = countingRules();
    const source = new MemoryFileSource({ _headers: 'octets' }, { maxReadBytes: 4 });
    const first = await takeSteps(rules.read(source));
    expect(await takeSteps(rules.read(source))).toBe(first);
    expect(rules.inMemory(source)).toBeUndefined();
    expect(compiled).toEqual([['octets', undefined]]);
    expect(source.openCount).toBe(0);
  });

  it('goes on with those from before where a file cannot be read', async () => {
    const { rules } = countingRules();
    const source = new ChangingSource();
    source.change({ _headers: 'one' });
    const first = await takeSteps(rules.read(source));
    source.error = new FileSourceError('busy', 'no descriptors');
    expect(await takeSteps(rules.read(source))).toBe(first);
  });

  it('takes no half of a file that becomes shorter while it is read', async () => {
    const { rules, compiled } = countingRules();
    const source = new MemoryFileSource({ _headers: 'one' }, { missingBytes: 2 });
    await expect(takeSteps(rules.read(source))).rejects.toMatchObject({ kind: 'changed' });
    expect(compiled).toEqual([]);
    expect(source.openCount).toBe(0);
  });

  it('refuses to go on without any, where a file cannot be read', async () => {
    const { rules } = countingRules();
    const source = new ChangingSource();
    source.error = new FileSourceError('busy', 'no descriptors');
    await expect(takeSteps(rules.read(source))).rejects.toBe(source.error);
  });

  it('says of a file of more than 1 MiB that it is too large, and closes it', async () => {
    const { rules, compiled } = countingRules();
    const source = new MemoryFileSource({ _headers: 'x'.repeat(1024 * 1024 + 1) });
    await takeSteps(rules.read(source));
    expect(compiled).toEqual([['too-large', undefined]]);
    expect(source.openCount).toBe(0);
  });

  it.each([
    [['_headers'], true],
    [['_HEADERS'], true],
    [['_headers.gz'], true],
    [['_redirects.br'], true],
    [['_Redirects.ZST'], true],
    [['_headers.txt'], false],
    [['.gz'], false],
    [['docs', '_headers'], false],
    [['_header'], false],
    [[], false],
  ])('says whether %j is one of its files: %s', (segments, expected) => {
    expect(countingRules().rules.includes(segments)).toBe(expected);
  });
});
