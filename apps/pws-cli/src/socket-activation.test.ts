import { describe, expect, it, test } from 'vitest';
import { CommandError } from './command-error.ts';
import { inheritedDescriptors } from './socket-activation.ts';

const PID = 4321;

describe('inheritedDescriptors() gives', () => {
  test.each<[Record<string, string>, number[], string]>([
    [{}, [], 'none where nobody hands any over'],
    [{ LISTEN_PID: '4321', LISTEN_FDS: '1' }, [3], 'the one behind the standard streams'],
    [{ LISTEN_PID: '4321', LISTEN_FDS: '3' }, [3, 4, 5], 'several in a row'],
    [{ LISTEN_PID: '4322', LISTEN_FDS: '1' }, [], 'none that are for another process'],
    [{ LISTEN_PID: '04321', LISTEN_FDS: '1' }, [], 'none for a number that is written otherwise'],
    [{ LISTEN_PID: '', LISTEN_FDS: '1' }, [], 'none for nobody'],
    [{ LISTEN_FDS: '1' }, [], 'none for nobody in particular'],
    [{ LISTEN_PID: '4321' }, [], 'none where there is no number'],
    [{ LISTEN_PID: '4322', LISTEN_FDS: 'x' }, [], 'none, whatever is said to others'],
  ])('%j: %j, %s', (env, descriptors) => {
    expect(inheritedDescriptors(env, PID)).toEqual(descriptors);
  });

  it.each(['0', '-1', '1x', '', '1025'])('a message for %j sockets', (text) => {
    const read = (): unknown => inheritedDescriptors({ LISTEN_PID: '4321', LISTEN_FDS: text }, PID);
    expect(read).toThrow(CommandError);
    expect(read).toThrow(`LISTEN_FDS: expected a number from 1 to 1024, got "${text}"`);
  });
});
