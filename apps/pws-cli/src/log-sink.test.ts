/**
 * The sink against an output that does what the test says; and, in a process of its own, against a
 * standard output whose reader reads, has left or has stopped: a sink that waits for ever must not
 * take the tests with it.
 */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import type { LogOutput, OutputFailure, Written } from './log-output.ts';
import { createLogSink } from './log-sink.ts';

type Reader = 'reads' | 'has left' | 'has stopped';

interface ScriptEnd {
  readonly stdout: string;
  /** What the script told with `tell`. */
  readonly told: string;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Longer than any of these takes, and shorter than for ever. */
const DEADLINE_MS = 20_000;

/** Runs a script that has `sink`, `tell`, and `turn`, a turn of the event loop. */
function run(reader: Reader, script: string): Promise<ScriptEnd> {
  const module = (name: string): string =>
    JSON.stringify(pathToFileURL(join(dirname(inject('program')), name)).href);
  const whole = `
    import { once } from 'node:events';
    import { writeSync } from 'node:fs';
    import { createLogSink } from ${module('log-sink.js')};
    import { openOutput } from ${module('log-output.js')};
    const tell = (text) => writeSync(2, String(text));
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    // Begins when the reader is what it is to be.
    await once(process.stdin, 'data');
    process.stdin.destroy();
    const sink = createLogSink(openOutput(process.stdout.fd));
    ${script}`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', whole]);
  const deadline = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
  onTestFinished(() => clearTimeout(deadline));
  let stdout = '';
  let told = '';
  child.stderr.on('data', (octets: Buffer) => (told += octets.toString()));
  if (reader === 'reads') child.stdout.on('data', (octets: Buffer) => (stdout += octets));
  if (reader === 'has left') child.stdout.destroy();
  child.stdin.end('go');
  // What nobody reads keeps a stream from closing.
  const event = reader === 'reads' ? 'close' : 'exit';
  return new Promise((resolve) => {
    child.on(event, (exitCode: number | null, signal: NodeJS.Signals | null) =>
      resolve({ stdout, told, exitCode, signal }),
    );
  });
}

const ENDED = { exitCode: 0, signal: null };

describe('a reader that reads', () => {
  it('gets every line, once and in order, before flush() is over', async () => {
    const end = await run(
      'reads',
      `for (let line = 0; line < 2000; line++) sink.write(\`line \${line}\\n\`);
       tell((await sink.flush()));
       process.exit(0);`,
    );
    expect(end).toMatchObject({ ...ENDED, told: '0' });
    expect(end.stdout).toBe(Array.from({ length: 2000 }, (_, line) => `line ${line}\n`).join(''));
  });

  it('gets the one line that was written just before flush()', async () => {
    const end = await run(
      'reads',
      `sink.write('last\\n'); tell((await sink.flush())); process.exit(0);`,
    );
    expect(end).toMatchObject({ ...ENDED, stdout: 'last\n', told: '0' });
  });

  it('gets nothing where nothing was written', async () => {
    const end = await run('reads', `tell((await sink.flush())); process.exit(0);`);
    expect(end).toMatchObject({ ...ENDED, stdout: '', told: '0' });
  });
});

describe('a reader that has left', () => {
  it('makes lines count as dropped, and write() neither throws nor ends the process', async () => {
    const end = await run(
      'has left',
      `sink.write('lost on the way\\n');
       // Until the operating system has said that nobody reads.
       while ((await sink.flush()) === 0) { await turn(); sink.write('x\\n'); await turn(); await turn(); }
       const before = (await sink.flush());
       for (let line = 0; line < 1000; line++) sink.write('line\\n');
       tell((await sink.flush()) - before);
       process.exit(0);`,
    );
    expect(end).toMatchObject({ ...ENDED, told: '1000' });
  });

  it('does not keep flush() from ending while lines wait', async () => {
    const end = await run(
      'has left',
      `for (let line = 0; line < 100; line++) sink.write('line\\n');
       (await sink.flush());
       tell('closed');
       process.exit(0);`,
    );
    expect(end).toMatchObject({ ...ENDED, told: 'closed' });
  });
});

describe('a reader that has stopped', () => {
  it('makes lines wait up to 1 MiB, and the rest is dropped and counted', async () => {
    const end = await run(
      'has stopped',
      `const line = 'x'.repeat(1023) + '\\n';
       const before = process.memoryUsage().rss;
       for (let count = 0; count < 20_000; count++) {
         sink.write(line);
         if (count % 100 === 0) await turn();
       }
       const grown = (process.memoryUsage().rss - before) / 1024 / 1024;
       tell(grown < 16 ? 'bounded' : \`grew by \${grown} MiB\`);
       process.kill(process.pid, 'SIGTERM');`,
    );
    expect(end.told).toBe('bounded');
  });

  it('does not keep flush() from ending, which says how many lines were dropped', async () => {
    const end = await run(
      'has stopped',
      `const line = 'x'.repeat(1023) + '\\n';
       for (let count = 0; count < 5000; count++) {
         sink.write(line);
         if (count % 100 === 0) await turn();
       }
       tell((await sink.flush()) > 3000 ? 'closed' : 'counted wrongly');
       process.exit(0);`,
    );
    expect(end).toMatchObject({ ...ENDED, told: 'closed' });
  });
});

/** An output that does what it is told; each write is done when the test says so. */
class ScriptedOutput implements LogOutput {
  taken = '';
  readonly #waiting: { octets: Uint8Array; written: Written }[] = [];

  write(octets: Uint8Array, written: Written): void {
    this.#waiting.push({ octets, written });
  }

  /** How many pieces it has been given and not finished. */
  get underWay(): number {
    return this.#waiting.length;
  }

  /** Takes all octets of the piece, or only so many, and fails then. */
  finish(upTo?: number, kind: OutputFailure['kind'] = 'failed'): void {
    const { octets, written } = this.#waiting.shift() as { octets: Uint8Array; written: Written };
    const bytes = upTo === undefined ? octets.length : Math.min(upTo, octets.length - 1);
    this.taken += Buffer.from(octets.subarray(0, bytes)).toString();
    if (upTo === undefined) written(bytes);
    else written(bytes, { error: new Error('ENOSPC: no space left on device'), kind });
  }
}

/** A pipe: takes what there is room for, and says so before a write is over. */
class PromptOutput implements LogOutput {
  taken = '';
  /** How many octets it takes before it is full. */
  room = 64 * 1024;

  write(octets: Uint8Array, written: Written): void {
    const bytes = Math.min(octets.length, this.room);
    this.room -= bytes;
    this.taken += Buffer.from(octets.subarray(0, bytes)).toString();
    if (bytes === octets.length) return written(bytes);
    written(bytes, { error: new Error('EAGAIN'), kind: 'busy' });
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A line of 1024 octets. */
const lineOf = (number: number): string => `${String(number).padEnd(1023, '.')}\n`;
/** How many of them wait before the first is dropped. */
const MOST_LINES = 1025;
const SLOWER =
  'more than 1 MiB of the log waits, since whoever takes it is slower than its lines come';

/** Each line has its number: it counts on by one, or by what the gap says. */
function expectWhole(taken: string, given: number, dropped: number): void {
  let next = 0;
  for (const line of taken.split('\n').slice(0, -1)) {
    if (line.startsWith('gap ')) next += Number(line.slice(4));
    else expect(`${line}\n`).toBe(lineOf(next++));
  }
  expect(next).toBe(given);
  expect((taken.match(/^\d/gm)?.length ?? 0) + dropped).toBe(given);
}

describe('a sink', () => {
  it('writes the lines of a turn of the event loop together', async () => {
    const output = new ScriptedOutput();
    const sink = createLogSink(output, { gatherMs: 0 });
    sink.write('a\n');
    sink.write('b\n');
    await turn();
    output.finish();
    expect([output.taken, output.underWay]).toEqual(['a\nb\n', 0]);
    expect(await sink.flush()).toBe(0);
  });

  it('writes the lines of ten milliseconds together, and at once where there are many', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const output = new ScriptedOutput();
    const sink = createLogSink(output);
    sink.write('a\n');
    vi.advanceTimersByTime(9);
    sink.write('b\n');
    expect(output.underWay).toBe(0);
    vi.advanceTimersByTime(1);
    expect(output.underWay).toBe(1);
    sink.write('c\n');
    output.finish();
    expect([output.taken, output.underWay]).toEqual(['a\nb\n', 0]);
    vi.advanceTimersByTime(10);
    for (let number = 0; number < 64; number += 1) sink.write(lineOf(number));
    output.finish();
    expect(output.underWay).toBe(1);
    output.finish();
    expect(await sink.flush()).toBe(0);
  });

  it('begins to write in the middle of a turn that brings many', () => {
    const output = new ScriptedOutput();
    const sink = createLogSink(output, { gatherMs: 1_000_000 });
    for (let number = 0; number < 63; number += 1) sink.write(lineOf(number));
    expect(output.underWay).toBe(0);
    for (let number = 63; number < 200; number += 1) sink.write(lineOf(number));
    expect(output.underWay).toBe(1);
  });

  it('loses nothing to an output that takes one piece in a turn, each of which brings many', async () => {
    const output = new ScriptedOutput();
    const sink = createLogSink(output);
    let number = 0;
    for (let round = 0; round < 20; round += 1) {
      // As a turn does in which two thousand streams of HTTP/2 are answered.
      while (number < 600 * (round + 1)) sink.write(lineOf(number++));
      output.finish();
    }
    const flushed = sink.flush();
    while (output.underWay > 0) output.finish();
    expect([await flushed, sink.dropped]).toEqual([0, 0]);
    expect(output.taken).toBe(Array.from({ length: number }, (_, each) => lineOf(each)).join(''));
  });

  it('waits for nothing when it is flushed', async () => {
    const output = new ScriptedOutput();
    const sink = createLogSink(output, { gatherMs: 1_000_000 });
    sink.write('a\n');
    const flushed = sink.flush();
    expect(output.underWay).toBe(1);
    output.finish();
    expect(await flushed).toBe(0);
  });

  it('has one piece under way at a time, and lines that come meanwhile in the next', async () => {
    const output = new ScriptedOutput();
    const sink = createLogSink(output, { gatherMs: 0 });
    sink.write('a\n');
    await turn();
    sink.write('b\n');
    await turn();
    expect(output.underWay).toBe(1);
    output.finish();
    output.finish();
    expect(output.taken).toBe('a\nb\n');
  });

  it('tells of missing lines where they are missing, and once to whoever watches', async () => {
    const output = new ScriptedOutput();
    const troubles: string[] = [];
    const sink = createLogSink(output, {
      gatherMs: 0,
      gapLine: (lines) => `${lines} missing\n`,
      trouble: (why) => troubles.push(why),
    });
    for (let number = 0; number < MOST_LINES + 7; number += 1) sink.write(lineOf(number));
    expect(sink.dropped).toBe(7);
    await turn();
    output.finish();
    sink.write('after\n');
    while (output.underWay > 0) output.finish();
    const lines = output.taken.trimEnd().split('\n');
    expect(lines.slice(MOST_LINES - 1)).toEqual([
      lineOf(MOST_LINES - 1).trimEnd(),
      '7 missing',
      'after',
    ]);
    expect(troubles).toEqual([SLOWER]);
  });

  it('keeps what a full disk does not take, completes the line that was cut, and says why once', async () => {
    const output = new ScriptedOutput();
    const troubles: string[] = [];
    const sink = createLogSink(output, { gatherMs: 0, trouble: (why) => troubles.push(why) });
    sink.write('first\n');
    sink.write('second\n');
    await turn();
    output.finish(9);
    sink.write('third\n');
    await turn();
    expect([output.taken, output.underWay]).toEqual(['first\nsec', 0]);
    const flushed = sink.flush();
    output.finish(0);
    expect(await flushed).toBe(2);
    const again = sink.flush();
    output.finish();
    output.finish();
    expect(await again).toBe(0);
    expect(output.taken).toBe('first\nsecond\nthird\n');
    expect(troubles).toEqual(['ENOSPC: no space left on device']);
  });

  it.each<[OutputFailure['kind'], number[], string[]]>([
    ['failed', [1000, 1000, 1000], ['ENOSPC: no space left on device']],
    ['busy', [1, 2, 4, 8, 16, 20, 20], []],
  ])('tries again where the output %s, after %j ms', async (kind, waitsMs, told) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const output = new ScriptedOutput();
    const troubles: string[] = [];
    createLogSink(output, { gatherMs: 0, trouble: (why) => troubles.push(why) }).write('a\n');
    await turn();
    for (const waitMs of waitsMs) {
      output.finish(0, kind);
      vi.advanceTimersByTime(waitMs - 1);
      expect(output.underWay).toBe(0);
      vi.advanceTimersByTime(1);
    }
    output.finish();
    expect([output.taken, troubles]).toEqual(['a\n', told]);
  });

  it('tries a busy output each time that 64 KiB more wait, and before it drops the first line', () => {
    const output = new PromptOutput();
    const sink = createLogSink(output, { gatherMs: 1_000_000 });
    output.room = 0;
    let number = 0;
    const write = (count: number): void => {
      for (let each = 0; each < count; each += 1) sink.write(lineOf(number++));
    };
    write(64);
    output.room = 10;
    write(63);
    expect(output.taken).toHaveLength(0);
    write(1);
    expect(output.taken).toHaveLength(10);
    write(MOST_LINES);
    expect(sink.dropped).toBe(64);
  });

  it('goes on before it drops a line where a busy output has room at that moment', () => {
    const output = new PromptOutput();
    const sink = createLogSink(output, { gatherMs: 1_000_000 });
    let number = 0;
    // What the pipe took, the piece that is tried again, and all that may wait besides.
    for (; number < 64 + 64 + MOST_LINES; number += 1) sink.write(lineOf(number));
    expect(output.taken).toHaveLength(64 * 1024);
    output.room = Number.POSITIVE_INFINITY;
    sink.write(lineOf(number));
    expect([sink.dropped, output.taken.length]).toEqual([0, number * 1024]);
  });

  it('does not take a busy output for the end of flush()', async () => {
    const output = new ScriptedOutput();
    const sink = createLogSink(output, { gatherMs: 0 });
    sink.write('a\n');
    await turn();
    const flushed = sink.flush();
    output.finish(0, 'busy');
    await vi.waitFor(() => expect(output.underWay).toBe(1), { timeout: 15_000, interval: 1 });
    output.finish();
    expect([await flushed, output.taken]).toEqual([0, 'a\n']);
  });

  it('tells why at last where lines were dropped before that was known', async () => {
    const output = new ScriptedOutput();
    const troubles: string[] = [];
    const sink = createLogSink(output, { gatherMs: 0, trouble: (why) => troubles.push(why) });
    for (let number = 0; number < MOST_LINES + 7; number += 1) sink.write(lineOf(number));
    await turn();
    output.finish(0);
    sink.write('dropped too\n');
    const flushed = sink.flush();
    output.finish(0);
    await flushed;
    expect(troubles).toEqual([SLOWER, 'ENOSPC: no space left on device']);
  });

  it('gives up when the reader is gone, and counts all that nobody took', async () => {
    const output = new ScriptedOutput();
    const sink = createLogSink(output, { gatherMs: 0 });
    for (const line of ['a\n', 'b\n']) sink.write(line);
    await turn();
    sink.write('c\n');
    output.finish(0, 'gone');
    sink.write('d\n');
    await turn();
    expect([output.underWay, sink.dropped, await sink.flush()]).toEqual([0, 4, 4]);
  });

  it('writes whole lines in order, and counts each other one, however much a pipe takes when', async () => {
    const steps = fc.array(
      fc.record({ count: fc.integer({ min: 1, max: 700 }), room: fc.nat(1_000_000) }),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const output = new PromptOutput();
        const sink = createLogSink(output, { gapLine: (lines) => `gap ${lines}\n` });
        let given = 0;
        for (const { count, room } of all) {
          output.room += room;
          for (let each = 0; each < count; each += 1) sink.write(lineOf(given++));
        }
        output.room = Number.POSITIVE_INFINITY;
        expect(await sink.flush()).toBe(sink.dropped);
        expectWhole(output.taken, given, sink.dropped);
      }),
      { numRuns: 50 },
    );
  });

  it('writes whole lines in order, and counts each other one, whatever the output does', async () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('lines' as const), count: fc.integer({ min: 1, max: 700 }) }),
        fc.record({ kind: fc.constant('takes' as const) }),
        fc.record({ kind: fc.constant('fails' as const), upTo: fc.nat(70_000) }),
      ),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const output = new ScriptedOutput();
        const sink = createLogSink(output, { gatherMs: 0, gapLine: (lines) => `gap ${lines}\n` });
        let given = 0;
        for (const step of all) {
          if (step.kind === 'lines') {
            for (let count = 0; count < step.count; count += 1) sink.write(lineOf(given++));
            // oxlint-disable-next-line no-await-in-loop
            await turn();
          } else if (output.underWay > 0) {
            output.finish(step.kind === 'fails' ? step.upTo : undefined);
          }
        }
        const flushed = sink.flush();
        while (output.underWay > 0) output.finish();
        expect(await flushed).toBe(sink.dropped);
        expectWhole(output.taken, given, sink.dropped);
      }),
      { numRuns: 50 },
    );
  });
});
