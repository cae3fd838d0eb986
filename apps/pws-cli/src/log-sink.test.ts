/**
 * The sink writes to a standard output whose reader reads, has left or has stopped. Each runs in a
 * process of its own: a sink that waits for ever must not take the tests with it.
 */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, inject, it, onTestFinished } from 'vitest';

type Reader = 'reads' | 'has left' | 'has stopped';

interface ScriptEnd {
  readonly stdout: string;
  /** What the script told with `tell`. */
  readonly told: string;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Longer than any of these takes, and shorter than for ever. */
const DEADLINE_MS = 8000;

/** Runs a script that has `sink`, `tell`, and `turn`, a turn of the event loop. */
function run(reader: Reader, script: string): Promise<ScriptEnd> {
  const module = pathToFileURL(join(dirname(inject('program')), 'log-sink.js')).href;
  const whole = `
    import { once } from 'node:events';
    import { writeSync } from 'node:fs';
    import { createLogSink } from ${JSON.stringify(module)};
    const tell = (text) => writeSync(2, String(text));
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    // Begins when the reader is what it is to be.
    await once(process.stdin, 'data');
    process.stdin.destroy();
    const sink = createLogSink(process.stdout.fd);
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
