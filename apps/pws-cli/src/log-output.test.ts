/**
 * Outputs on real pipes whose reader is the test itself: what is in a pipe, and when it is taken
 * out, is the test's to say, also in the middle of a turn of the event loop.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { TemporarySite } from '../test/temporary-site.ts';
import { type LogOutput, type OutputFailure, openOutput } from './log-output.ts';
import { createLogSink } from './log-sink.ts';

const room = new TemporarySite({});
afterAll(() => room.remove());

/** More than any pipe holds that nobody has enlarged. */
const MUCH = Buffer.alloc(1024 * 1024, 'much of it ');

interface Pipe {
  readonly output: LogOutput;
  /** Takes out what is there. */
  readonly read: () => string;
  readonly closeReader: () => void;
}

function openPipe(): Pipe {
  const path = `${room.root}/${process.hrtime.bigint()}`;
  expect(spawnSync('mkfifo', [path]).status).toBe(0);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const taken = Buffer.alloc(MUCH.length);
  return {
    // The descriptor is the output's from here on, to the end of the process.
    output: openOutput(openSync(path, 'w')),
    read(): string {
      try {
        return taken.toString('latin1', 0, readSync(reader, taken));
      } catch (error) {
        expect((error as NodeJS.ErrnoException).code).toBe('EAGAIN');
        return '';
      }
    },
    closeReader: () => closeSync(reader),
  };
}

/** What a write came to, where that is known before it returns. */
function writeNow(output: LogOutput, octets: Uint8Array): [number, OutputFailure['kind']?] {
  let came: [number, OutputFailure['kind']?] | undefined;
  output.write(octets, (bytes, failure) => {
    came = failure === undefined ? [bytes] : [bytes, failure.kind];
  });
  if (came === undefined) throw new Error('it is not known before write() returns');
  return came;
}

describe.skipIf(process.platform === 'win32')('an output on a pipe', () => {
  it('has written before write() returns', () => {
    const { output, read } = openPipe();
    expect(writeNow(output, Buffer.from('a line\n'))).toEqual([7]);
    expect(read()).toBe('a line\n');
  });

  it('writes what a full pipe takes, and waits for nobody', () => {
    const { output, read } = openPipe();
    const [bytes, kind] = writeNow(output, MUCH);
    expect(kind).toBe('busy');
    expect(writeNow(output, MUCH)).toEqual([0, 'busy']);
    expect(read()).toBe(MUCH.toString('latin1', 0, bytes));
    expect(writeNow(output, Buffer.from('more'))).toEqual([4]);
  });

  it('says that the reader has left', () => {
    const { output, closeReader } = openPipe();
    closeReader();
    expect(writeNow(output, Buffer.from('a line\n'))).toEqual([0, 'gone']);
  });

  it('gets four times what may wait in one turn of the event loop, and loses nothing to a reader that keeps up', async () => {
    const { output, read } = openPipe();
    const sink = createLogSink(output);
    let given = '';
    let taken = '';
    for (let number = 0; number < 4096; number += 1) {
      const line = `${String(number).padEnd(1023, '.')}\n`;
      given += line;
      sink.write(line);
      taken += read();
    }
    const flushed = sink.flush();
    taken += read();
    expect([await flushed, sink.dropped]).toEqual([0, 0]);
    expect(taken + read()).toBe(given);
  });
});
