import { EventEmitter } from 'node:events';
import { describe, expect, it, test } from 'vitest';
import { onStopSignals } from './signals.ts';

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
