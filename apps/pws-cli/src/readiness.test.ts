import { describe, expect, it, test } from 'vitest';
import { Readiness, type ReadinessState } from './readiness.ts';

type Step = 'becomeReady' | 'beginDraining';

describe('Readiness', () => {
  test.each<[Step[], ReadinessState, ReadinessState[], string]>([
    [[], 'starting', [], 'at first'],
    [['becomeReady'], 'ready', ['ready'], 'when it listens'],
    [['becomeReady', 'becomeReady'], 'ready', ['ready'], 'told once'],
    [['becomeReady', 'beginDraining'], 'draining', ['ready', 'draining'], 'when it stops'],
    [['beginDraining'], 'draining', ['draining'], 'stopped before it was ready'],
    [['beginDraining', 'beginDraining'], 'draining', ['draining'], 'told once'],
    [['beginDraining', 'becomeReady'], 'draining', ['draining'], 'never back'],
    [['becomeReady', 'beginDraining', 'becomeReady'], 'draining', ['ready', 'draining'], 'never'],
  ])('after %j is %s and told %j: %s', (steps, state, told) => {
    const readiness = new Readiness();
    const changes: ReadinessState[] = [];
    readiness.onChange((changed) => changes.push(changed));
    for (const step of steps) readiness[step]();
    expect([readiness.state, changes]).toEqual([state, told]);
    expect(readiness.isReady).toBe(state === 'ready');
  });

  it('tells nobody who asked for no more', () => {
    const readiness = new Readiness();
    const changes: ReadinessState[] = [];
    const end = readiness.onChange((changed) => changes.push(changed));
    readiness.becomeReady();
    end();
    readiness.beginDraining();
    expect(changes).toEqual(['ready']);
  });

  it('has changed when it tells of the change', () => {
    const readiness = new Readiness();
    const seen: boolean[] = [];
    readiness.onChange(() => seen.push(readiness.isReady));
    readiness.becomeReady();
    expect(seen).toEqual([true]);
  });
});
