import { EventEmitter } from 'node:events';
import { describe, expect, it, test } from 'vitest';
import { onReloadSignal, onStopSignals } from './signals.ts';

type StopSignal = 'SIGINT' | 'SIGTERM';

function told(signals: readonly StopSignal[]): (string | number)[] {
  const source = new EventEmitter();
  const calls: (string | number)[] = [];
  onStopSignals(
    source,
    (signal) => calls.push(signal),
    (exitCode) => calls.push(exitCode),
  );
  for (const signal of signals) source.emit(signal);
  return calls;
}

describe('onStopSignals()', () => {
  test.each<[StopSignal[], (string | number)[], string]>([
    [[], [], 'nothing by itself'],
    [['SIGINT'], ['SIGINT'], 'the first asks'],
    [['SIGTERM'], ['SIGTERM'], 'the first asks'],
    [['SIGINT', 'SIGINT'], ['SIGINT', 130], 'the second insists'],
    [['SIGTERM', 'SIGTERM'], ['SIGTERM', 143], 'the second insists'],
    [['SIGINT', 'SIGTERM'], ['SIGINT', 143], 'the exit code is that of the second'],
    [['SIGTERM', 'SIGINT'], ['SIGTERM', 130], 'the exit code is that of the second'],
    [['SIGINT', 'SIGINT', 'SIGTERM'], ['SIGINT', 130, 143], 'each further one insists'],
  ])('%j gives %j: %s', (signals, calls) => {
    expect(told(signals)).toEqual(calls);
  });

  it('listens to no other signal', () => {
    const source = new EventEmitter();
    onStopSignals(
      source,
      () => undefined,
      () => undefined,
    );
    expect(source.eventNames()).toEqual(['SIGINT', 'SIGTERM']);
  });
});

describe.runIf(process.platform !== 'win32')('onReloadSignal()', () => {
  /** What SIGHUP leads to, with the descriptors that are terminals before each of the signals. */
  function hangups(atStart: readonly number[], ...later: (readonly number[])[]): string[] {
    const source = new EventEmitter();
    const calls: string[] = [];
    let terminals = atStart;
    onReloadSignal(
      source,
      (descriptor) => terminals.includes(descriptor),
      () => calls.push('reload'),
      () => calls.push('leave'),
    );
    for (const now of later) {
      terminals = now;
      source.emit('SIGHUP');
    }
    return calls;
  }

  test.each<[readonly number[], (readonly number[])[], string[], string]>([
    [[], [], [], 'nothing by itself'],
    [[], [[]], ['reload'], 'a service has no terminal'],
    [[], [[], []], ['reload', 'reload'], 'each one reads again'],
    [[0, 1, 2], [[0, 1, 2]], ['reload'], 'the terminal is there'],
    [[2], [[2]], ['reload'], 'also where the others are files'],
    [[0, 1, 2], [[]], ['leave'], 'the terminal was closed'],
    [[0], [[]], ['leave'], 'also where the others are files'],
    [[0, 1, 2], [[], []], ['leave'], 'once, though it is said twice'],
    [[2], [[2], []], ['reload', 'leave'], 'one after the other'],
  ])('started with terminals %j, then %j: %j: %s', (atStart, later, calls) => {
    expect(hangups(atStart, ...later)).toEqual(calls);
  });
});
