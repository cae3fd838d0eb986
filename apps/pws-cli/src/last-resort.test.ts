import { EventEmitter } from 'node:events';
import { expect, it, test } from 'vitest';
import { onDefect } from './last-resort.ts';

/** What is done after so many defects, in order. */
function done(count: number, isPatient = true): unknown[] {
  const source = new EventEmitter();
  const steps: unknown[] = [];
  let runOut = (): void => undefined;
  onDefect(source, {
    tell: (error) => steps.push(error),
    stop: (exitCode) => steps.push(['stop', exitCode]),
    exit: (exitCode) => steps.push(['exit', exitCode]),
    patienceMs: () => 15_000,
    schedule: (action, delayMs) => {
      steps.push(['wait', delayMs]);
      runOut = action;
    },
  });
  for (let index = 1; index <= count; index += 1) source.emit('uncaughtException', index);
  if (!isPatient) runOut();
  return steps;
}

const FIRST = [1, ['wait', 15_000], ['stop', 70]];

test.each<[number, unknown[], string]>([
  [0, [], 'nothing by itself'],
  [1, FIRST, 'the first is told, and the program stops'],
  [2, [...FIRST, 2, ['exit', 70]], 'the second ends it at once'],
])('%i defects: %j: %s', (count, steps) => {
  expect(done(count)).toEqual(steps);
});

it('ends where stopping takes too long', () => {
  expect(done(1, false)).toEqual([...FIRST, ['exit', 70]]);
});
