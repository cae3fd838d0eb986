// Work in steps, some of which may have to wait: written once, top to bottom, and done at once
// where everything is at hand. An async function always waits, if only for a turn of the event
// loop, and each `await` in it costs a promise: an answer out of memory took 26 µs that way and
// takes 21 µs so. A step that yields a promise gets its value back, or its rejection thrown.

import type { FileSource, OpenFile, Opened, Segments } from './file-source.ts';

/** Steps that yield what they have to wait for, and return what they came to. */
export type Steps<Result> = Generator<Promise<unknown>, Result, unknown>;

/** Takes all steps: at once where none of them waits, else as a promise. */
export function takeSteps<Result>(steps: Steps<Result>): Result | Promise<Result> {
  const first = steps.next();
  return first.done === true ? first.value : takeWaitingSteps(steps, first.value);
}

async function takeWaitingSteps<Result>(
  steps: Steps<Result>,
  first: Promise<unknown>,
): Promise<Result> {
  let pending = first;
  for (;;) {
    const next = await pending.then(
      (value) => steps.next(value),
      (error: unknown) => steps.throw(error),
    );
    if (next.done === true) return next.value;
    pending = next.value;
  }
}

/** Waits for a promise. */
export function* wait<Value>(promise: Promise<Value>): Steps<Value> {
  return (yield promise) as Value;
}

/**
 * Opens what the segments name: at once where the source or the system has it in memory. No steps,
 * since every answer asks it: a generator costs a tenth of a microsecond.
 */
export function openIn(source: FileSource, segments: Segments): Opened | Promise<Opened> {
  return source.peek?.(segments) ?? source.openNow?.(segments) ?? source.open(segments);
}

/** Closes a file. There is nothing to wait for where it is in memory, or closed at once. */
export function* close(file: OpenFile): Steps<void> {
  if (file.closeNow?.() === true) return;
  const closed = file.close();
  if (file.octets === undefined) yield closed;
}

/** Lets everybody else have a turn of the event loop, after which it goes on. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
