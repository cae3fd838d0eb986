import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import fc from 'fast-check';
import { afterAll, afterEach, describe, expect, it } from 'vitest';

import { ChangingFileSource } from '../test/cached-model.ts';
import { CODINGS, decode, HAS_ZSTD } from '../test/decoding.ts';
import { TemporaryTree } from '../test/temporary-tree.ts';
import { cachedFileSource, type CachedFileSource } from './cached-file-source.ts';
import {
  compressedForms,
  compressedFormsIn,
  type CompressedFormsOptions,
  largestFormBytes,
} from './compressed-forms.ts';
import { compress } from './compression.ts';
import type { ContentCoding } from './content-coding.ts';
import type { FileSource, Opened, OpenFile } from './file-source.ts';
import type { CachedFile, FileVersion } from './file-versions.ts';
import { nodeFileSource } from './node-file-source.ts';

const TEXT = Buffer.from('once upon a time there was a server. '.repeat(100));

let lastNumber = 0;

function newVersion(): FileVersion {
  lastNumber += 1;
  return { number: lastNumber, path: `file-${lastNumber}` };
}

/** A small file of a new version, as from a cache. */
function inMemory(octets: Uint8Array = TEXT, version = newVersion()): OpenFile {
  return {
    kind: 'file',
    lengthBytes: octets.length,
    mtimeMs: 0,
    octets,
    version,
    read: () => Promise.reject(new Error('its octets are at hand')),
    close: () => Promise.reject(new Error('it is the caller that closes')),
  };
}

/** A file that has to be read, and may be shorter than it says. */
function onDisk(octets: Uint8Array = TEXT, missingBytes = 0): OpenFile {
  return {
    ...inMemory(octets),
    lengthBytes: octets.length + missingBytes,
    octets: undefined,
    read(into, position) {
      const part = octets.subarray(position, position + Math.min(into.length, 1000));
      into.set(part);
      return Promise.resolve(part.length);
    },
  };
}

/** Forms whose compression waits for the test, and what was asked of whom. */
function setUp(options?: Partial<CompressedFormsOptions>) {
  const runs: {
    readonly octets: Uint8Array;
    finish(form?: Uint8Array): Promise<void>;
    fail(): Promise<void>;
  }[] = [];
  const kept: number[] = [];
  const forms = compressedForms({
    keep(_, octets) {
      kept.push(octets);
      return true;
    },
    isCurrent: () => Promise.resolve(true),
    compress: (octets) =>
      new Promise((resolve, reject) => {
        const finish = (form = new Uint8Array(1)) => {
          resolve(form);
          return settle();
        };
        const fail = () => {
          reject(new Error('no'));
          return settle();
        };
        runs.push({ octets, finish, fail });
      }),
    ...options,
  });
  return { forms, runs, kept };
}

/** Lets everything happen that waits for nothing but promises. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

/** Waits for answers, some of which may be there already. */
function allOf<Answer>(answers: readonly (Answer | Promise<Answer>)[]): Promise<Answer[]> {
  return Promise.all(answers.map((answer) => Promise.resolve(answer)));
}

describe('a form', () => {
  it.each(CODINGS)('in %s is the file', async (coding) => {
    const { forms } = setUp({ compress });
    for (const file of [inMemory(), onDisk()]) {
      const form = await forms.formOf(file, coding);
      expect(decode(form!, coding)).toEqual(TEXT);
      expect(forms.formOf(file, coding)).toBe(form);
    }
  });

  it('is made once for all who ask at once, and then is there without a promise', async () => {
    const { forms, runs } = setUp();
    const file = inMemory();
    const asked = Array.from({ length: 50 }, () => forms.formOf({ ...file }, 'br'));
    for (const form of asked) expect(form, 'not yet').toBeInstanceOf(Promise);
    await settle();
    expect(runs.length).toBe(1);
    const form = new Uint8Array(7);
    await runs[0]!.finish(form);
    expect(new Set(await allOf(asked))).toEqual(new Set([form]));
    expect(forms.formOf(file, 'br')).toBe(form);
    expect(runs.length).toBe(1);
  });

  it('is of one version and one coding', async () => {
    const { forms, runs } = setUp({ maxAtOnce: 9 });
    const file = inMemory();
    void forms.formOf(file, 'br');
    void forms.formOf(file, 'gzip');
    void forms.formOf({ ...file, version: newVersion() }, 'br');
    await settle();
    expect(runs.length).toBe(3);
    for (const [index, run] of runs.entries()) await run.finish(new Uint8Array(index + 1));
    expect(forms.formOf(file, 'br')).toEqual(new Uint8Array(1));
    expect(forms.formOf(file, 'gzip')).toEqual(new Uint8Array(2));
    expect(forms.formOf(inMemory(), 'br'), 'not there').toBeInstanceOf(Promise);
  });

  it.each<[string, OpenFile, ContentCoding]>([
    ['no version', { ...inMemory(), version: undefined }, 'br'],
    ['more octets than are kept', { ...inMemory(), lengthBytes: largestFormBytes + 1 }, 'br'],
    ['a coding that nobody makes', inMemory(), 'identity' as ContentCoding],
  ])('is not made of a file with %s', (_, file, coding) => {
    const { forms, runs } = setUp();
    expect(forms.formOf(file, coding)).toBeUndefined();
    expect(runs.length).toBe(0);
  });

  it('is made of the largest file that is allowed', async () => {
    const { forms, runs } = setUp();
    const form = forms.formOf(inMemory(new Uint8Array(largestFormBytes)), 'gzip');
    await settle();
    await runs[0]!.finish(new Uint8Array(3));
    expect(await form).toEqual(new Uint8Array(3));
  });

  it('is made in zstd only where Node has it', () => {
    const { forms } = setUp();
    expect(forms.formOf(inMemory(), 'zstd') !== undefined).toBe(HAS_ZSTD);
  });

  it.each([
    [1000, 936, true, '64 octets less'],
    [1000, 937, false, '63 octets less'],
    [100, 36, true, '64 octets less of few'],
    [100_000, 95_000, true, 'a twentieth less'],
    [100_000, 95_001, false, 'less than a twentieth less'],
    [60, 1, false, 'there are no 64 octets to lose'],
    [1000, 1100, false, 'larger'],
    [0, 20, false, 'nothing, made larger'],
  ])('of %i octets that has %i is worth it: %s, %s', async (fileBytes, formBytes, isWorthIt) => {
    const { forms, runs } = setUp();
    const file = inMemory(new Uint8Array(fileBytes));
    const form = forms.formOf(file, 'br');
    await settle();
    await runs[0]!.finish(new Uint8Array(formBytes));
    const expectedBytes = isWorthIt ? formBytes : undefined;
    expect((await form)?.length).toBe(expectedBytes);
    // Either way it is known now.
    const known = forms.formOf(file, 'br');
    expect(known instanceof Promise ? 'unknown' : known?.length).toBe(expectedBytes);
    expect(runs.length).toBe(1);
  });
});

describe('how much is made at once', () => {
  it('is bounded: some run, some wait their turn, and the others have none', async () => {
    const { forms, runs } = setUp({ maxAtOnce: 2, maxWaiting: 3 });
    const asked = Array.from({ length: 6 }, () => forms.formOf(inMemory(), 'br'));
    expect(asked.map((form) => form instanceof Promise)).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
    ]);
    await settle();
    const started = [];
    for (let done = 0; done < 5; done += 1) {
      started.push(runs.length);
      await runs[done]!.finish();
    }
    expect(started, 'each that is done hands its turn to one').toEqual([2, 3, 4, 5, 5]);
    expect(await allOf(asked.slice(0, 5))).toEqual(Array(5).fill(new Uint8Array(1)));
    const later = forms.formOf(inMemory(), 'br');
    await settle();
    expect([later instanceof Promise, runs.length]).toEqual([true, 6]);
  });

  it('is 2 with 32 that wait unless told otherwise', async () => {
    const { forms, runs } = setUp();
    const asked = Array.from({ length: 40 }, () => forms.formOf(inMemory(), 'br'));
    await settle();
    expect(runs.length).toBe(2);
    expect(asked.filter((form) => form !== undefined).length).toBe(34);
  });

  it('goes down by one for each that fails', async () => {
    const { forms, runs } = setUp({ maxAtOnce: 1, maxWaiting: 1 });
    for (let round = 0; round < 3; round += 1) {
      const asked = [forms.formOf(inMemory(), 'br'), forms.formOf(onDisk(TEXT, 1), 'br')];
      expect(forms.formOf(inMemory(), 'br')).toBeUndefined();
      await settle();
      await runs.at(-1)!.fail();
      expect(await allOf(asked)).toEqual([undefined, undefined]);
    }
    expect(runs.length).toBe(3);
  });

  it('lets those in who ask for what is being made, however full it is', async () => {
    const { forms, runs } = setUp({ maxAtOnce: 1, maxWaiting: 0 });
    const file = inMemory();
    const first = forms.formOf(file, 'br');
    expect(forms.formOf(file, 'br')).toBe(first);
    await settle();
    await runs[0]!.finish();
    expect(await first).toEqual(new Uint8Array(1));
  });
});

describe('what is kept', () => {
  it('is counted before, and for no less than it is', async () => {
    const { forms, runs, kept } = setUp();
    const file = inMemory();
    void forms.formOf(file, 'br');
    await settle();
    expect(kept, 'whether the version is kept').toEqual([0]);
    await runs[0]!.finish(new Uint8Array(1000));
    expect(kept.length).toBe(2);
    expect(kept[1]).toBeGreaterThanOrEqual(1000);
    expect(forms.formOf(file, 'br')).toEqual(new Uint8Array(1000));
  });

  it('is nothing for a version that is not, and nothing is made then', () => {
    const { forms, runs } = setUp({ keep: () => false });
    expect(forms.formOf(inMemory(), 'br')).toBeUndefined();
    expect(runs.length).toBe(0);
  });

  it('is nothing where there is no room: who waits has the form, and it is made no more', async () => {
    const { forms, runs } = setUp({ keep: (_, octets) => octets === 0 });
    const file = inMemory();
    const form = forms.formOf(file, 'br');
    await settle();
    await runs[0]!.finish();
    expect(await form).toEqual(new Uint8Array(1));
    expect(forms.formOf(file, 'br')).toBeUndefined();
    expect(runs.length).toBe(1);
  });

  it('goes with its version', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const { forms, runs } = setUp();
    async function make(): Promise<WeakRef<Uint8Array>> {
      const form = new Uint8Array(1);
      const asked = forms.formOf(inMemory(), 'br');
      await settle();
      await runs.pop()!.finish(form);
      expect(await asked).toBe(form);
      return new WeakRef(form);
    }
    const made = await make();
    for (let time = 0; time < 10 && made.deref() !== undefined; time += 1) {
      await new Promise(setImmediate);
      collect();
    }
    expect(made.deref()).toBeUndefined();
    expect(forms.formOf(inMemory(), 'br'), 'while the forms live').toBeInstanceOf(Promise);
  });
});

describe('where something is wrong', () => {
  const broken = (): Promise<never> => Promise.reject(new Error('no'));

  it.each<[string, OpenFile, Partial<CompressedFormsOptions>]>([
    ['the file cannot be read', { ...onDisk(), read: broken }, {}],
    ['the file is shorter than it was', onDisk(TEXT, 1), {}],
    ['the file is of another version now', onDisk(), { isCurrent: () => Promise.resolve(false) }],
    ['nobody knows of which version it is now', onDisk(), { isCurrent: broken }],
    ['it cannot be compressed', inMemory(), { compress: broken }],
  ])('the file is sent as it is, and asked again later: %s', async (_, file, options) => {
    const { forms, runs } = setUp(options);
    expect(await forms.formOf(file, 'br')).toBeUndefined();
    // Once more, when all is well again.
    expect(forms.formOf(file, 'br')).toBeInstanceOf(Promise);
    expect(runs.length).toBe(0);
  });

  it('the file is looked at again after it was read, and nothing is compressed if it changed', async () => {
    const events: string[] = [];
    const file = onDisk();
    const read = (into: Uint8Array, position: number): Promise<number> => {
      events.push('read');
      return file.read(into, position);
    };
    const { forms, runs } = setUp({
      isCurrent: () => {
        events.push('look');
        return Promise.resolve(false);
      },
    });
    expect(await forms.formOf({ ...file, read }, 'br')).toBeUndefined();
    expect([events.at(-1), events.filter((event) => event === 'look').length]).toEqual(['look', 1]);
    expect(runs.length).toBe(0);
  });

  it('octets in memory are of their version already', async () => {
    const { forms, runs } = setUp({ isCurrent: broken });
    const form = forms.formOf(inMemory(), 'br');
    await settle();
    await runs[0]!.finish();
    expect(await form).toBeDefined();
  });
});

it('forms are the files, once each, whoever asks for what in which order', async () => {
  const asking = fc.record({
    file: fc.nat({ max: 3 }),
    coding: fc.constantFrom(...CODINGS),
    waits: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ maxLength: 40 }), { minLength: 4, maxLength: 4 }),
      fc.array(asking, { maxLength: 30 }),
      async (words, askings) => {
        const files = words.map((word, index) => {
          const octets = Buffer.from(word.repeat(20));
          return index % 2 === 0 ? inMemory(octets) : onDisk(octets);
        });
        const made: string[] = [];
        const { forms } = setUp({
          compress(octets, coding) {
            made.push(`${files.findIndex((file) => octets.length === file.lengthBytes)} ${coding}`);
            return compress(octets, coding);
          },
        });
        const asked = [];
        for (const { file: index, coding, waits } of askings) {
          const file = files[index]!;
          const form = forms.formOf(file, coding);
          asked.push({ form, file, index, coding });
          if (waits) await form;
        }
        for (const { form, file, index, coding } of asked) {
          const octets = await form;
          expect(forms.formOf(file, coding)).toBe(octets);
          if (octets !== undefined) {
            expect(decode(octets, coding)).toEqual(Buffer.from(words[index]!.repeat(20)));
          }
        }
        const pairs = new Set(askings.map(({ file, coding }) => `${file} ${coding}`));
        expect(made.length).toBe(pairs.size);
      },
    ),
    { numRuns: 50 },
  );
});

describe('the forms of a cached source', () => {
  const tree = new TemporaryTree();
  const TEXTS = { small: 'a small text. '.repeat(100), large: 'a large text. '.repeat(80_000) };

  afterEach(() => {
    expect(tree.openDescriptors(), 'nothing stays open').toEqual([]);
  });

  afterAll(() => {
    tree.remove();
  });

  async function openFile(source: CachedFileSource, name: string): Promise<CachedFile> {
    const file = await source.open([name]);
    if (file.kind !== 'file') throw new Error('the file is there');
    return file;
  }

  it.each(['small', 'large'] as const)(
    'are counted with a %s file, and go with its version',
    async (name) => {
      const path = tree.write(`${name}.txt`, TEXTS[name]);
      const clock = { nowMs: 0 };
      const source = cachedFileSource(nodeFileSource({ root: tree.path }), {
        now: () => clock.nowMs,
      });
      const forms = compressedFormsIn(source);
      const file = await openFile(source, `${name}.txt`);
      const before = source.counts.bytes;
      for (const coding of CODINGS) {
        const form = await forms.formOf(file, coding);
        expect(decode(form!, coding).toString()).toBe(TEXTS[name]);
      }
      await file.close();
      const made = await allOf(CODINGS.map((coding) => forms.formOf(file, coding)));
      const formBytes = made.reduce((sum, form) => sum + form!.length, 0);
      expect(source.counts.bytes).toBeGreaterThan(before + formBytes);

      const other = await openFile(source, `${name}.txt`);
      expect(forms.formOf(other, CODINGS[0]!), 'of another request').toBe(made[0]);
      await other.close();

      tree.write(`${name}.txt`, `${TEXTS[name]} And more.`);
      clock.nowMs += 10_000;
      const newer = await openFile(source, `${name}.txt`);
      expect(source.counts.bytes).toBeLessThan(before + formBytes);
      const form = await forms.formOf(newer, 'br');
      expect(decode(form!, 'br').toString(), path).toBe(`${TEXTS[name]} And more.`);
      await newer.close();
    },
  );

  it('are not made of a file that is written in place while it is read', async () => {
    tree.write('torn.txt', TEXTS.large);
    let isWritten = false;
    const disk = nodeFileSource({ root: tree.path });
    const source = cachedFileSource(
      beforeReading(disk, () => {
        if (!isWritten) writeInPlace(tree.at('torn.txt'), TEXTS.large.toUpperCase());
        isWritten = true;
      }),
      { now: () => 0 },
    );
    const forms = compressedFormsIn(source);
    const file = await openFile(source, 'torn.txt');
    expect(await forms.formOf(file, 'br')).toBeUndefined();
    expect(isWritten).toBe(true);
    expect(await forms.formOf(file, 'br'), 'nor kept').toBeUndefined();
    await file.close();

    const steady = await openFile(source, 'torn.txt');
    const form = await forms.formOf(steady, 'br');
    expect(decode(form!, 'br').toString()).toBe(TEXTS.large.toUpperCase());
    await steady.close();
  });

  it('are made anew of a file that was written twice in one tick, once its date has settled', async () => {
    const disk = new ChangingFileSource();
    const clock = { nowMs: 0 };
    const options = { now: () => clock.nowMs, largestFileBytes: 3 };
    const source = cachedFileSource(disk, options);
    const forms = compressedFormsIn(source);
    disk.write('a', TEXTS.small);
    disk.beforeRead = () => disk.writeUnseen('a', TEXTS.small.toUpperCase());
    async function read(): Promise<string> {
      const file = await openFile(source, 'a');
      const form = await forms.formOf(file, 'br');
      await file.close();
      return decode(form!, 'br').toString();
    }
    await read();
    disk.beforeRead = () => disk.writeUnseen('a', 'x'.repeat(TEXTS.small.length));
    clock.nowMs += 2000;
    expect(await read()).toBe('x'.repeat(TEXTS.small.length));
    expect(disk.openCount).toBe(0);
  });

  it('are not made of a descriptor on the word of what is believed', async () => {
    const disk = new ChangingFileSource();
    const source = cachedFileSource(disk, { now: () => 0 });
    disk.write('a', TEXTS.small);
    const { version } = await openFile(source, 'a');
    const forms = compressedFormsIn(source);
    // As it is given out where there was no room to read it: of the version, but not its octets.
    expect(await forms.formOf({ ...onDisk(), version }, 'br')).toBeUndefined();
  });

  it('are none where nothing is kept', async () => {
    tree.write('small.txt', TEXTS.small);
    const disk = nodeFileSource({ root: tree.path });
    const source = cachedFileSource(disk, { now: () => 0, memoryBytes: 0 });
    const file = await openFile(source, 'small.txt');
    expect(file.version).toBeDefined();
    expect(compressedFormsIn(source).formOf(file, 'br')).toBeUndefined();
    await file.close();
  });

  it('are none where the file is gone by the time it is read', async () => {
    const disk = new ChangingFileSource();
    const source = cachedFileSource(disk, { now: () => 0, largestFileBytes: 3 });
    disk.write('a', TEXTS.small);
    const file = await openFile(source, 'a');
    disk.files.delete('a');
    expect(await compressedFormsIn(source).formOf(file, 'br')).toBeUndefined();
    await file.close();
    expect(disk.openCount).toBe(0);
  });
});

/** A source whose files do something before each of their reads. */
function beforeReading(source: FileSource, act: () => void): FileSource {
  return {
    async open(segments): Promise<Opened> {
      const opened = await source.open(segments);
      return opened.kind === 'file' ? withReads(opened, act) : opened;
    },
  };
}

function withReads(file: OpenFile, act: () => void): OpenFile {
  return {
    ...file,
    read(into, position) {
      act();
      return file.read(into, position);
    },
    close: () => file.close(),
  };
}

/** Writes as many octets as there are, until the clock of the disk has ticked. */
function writeInPlace(path: string, text: string): void {
  const descriptor = openSync(path, 'r+');
  const { ctimeNs } = fstatSync(descriptor, { bigint: true });
  do {
    writeSync(descriptor, text, 0);
  } while (fstatSync(descriptor, { bigint: true }).ctimeNs === ctimeNs);
  closeSync(descriptor);
}
