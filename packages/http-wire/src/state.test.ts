import { describe, expect, test } from 'vitest';
import { ExchangeState, SETTLEMENTS, type Side, type SideState, TRANSITIONS } from './state.ts';

const STATES = Object.keys(TRANSITIONS.request) as SideState[];
const OCCURRENCES = [
  'request',
  'informational',
  'response',
  'switch',
  'content',
  'end',
  'closed',
] as const;

type Step = (state: ExchangeState) => void;

const STEPS: readonly Step[] = [
  ...(['request', 'response'] as const).flatMap((side: Side) => [
    ...OCCURRENCES.map(
      (occurrence): Step =>
        (state) =>
          state.note(side, occurrence),
    ),
    (state: ExchangeState) => state.fail(side),
  ]),
  (state) => state.doNotPersist(),
  (state) => state.offerSwitch(),
  (state) => state.startNextCycle(),
];

const describeState = (state: ExchangeState): string =>
  `${state.request} ${state.response} ${state.persists} ${state.switchOffered}`;

/** Plays the steps on a new connection; `undefined` where one of them is refused. */
function play(path: readonly Step[]): ExchangeState | undefined {
  const state = new ExchangeState();
  for (const step of path) {
    try {
      step(state);
    } catch {
      return undefined;
    }
  }
  return state;
}

/** All states that any steps lead to, each with one shortest way there. */
function explore(): Map<string, readonly Step[]> {
  const found = new Map<string, readonly Step[]>([[describeState(new ExchangeState()), []]]);
  for (const path of found.values()) {
    for (const step of STEPS) {
      const state = play([...path, step]);
      if (state === undefined || found.has(describeState(state))) continue;
      found.set(describeState(state), [...path, step]);
    }
  }
  return found;
}

const REACHED = explore();

/** States of one side that only the other side can be in. */
const NEVER: Readonly<Record<Side, readonly SideState[]>> = {
  request: ['head'],
  response: ['might-switch'],
};

describe('the tables', () => {
  test('name the same states for both sides', () => {
    expect(Object.keys(TRANSITIONS.response)).toEqual(STATES);
  });

  test.each(['request', 'response'] as const)(
    'reach every state of the %s side that it can have',
    (side) => {
      const at = side === 'request' ? 0 : 1;
      const reached = new Set([...REACHED.keys()].map((key) => key.split(' ')[at] as SideState));
      expect([...reached].toSorted()).toEqual(
        STATES.filter((state) => !NEVER[side].includes(state)).toSorted(),
      );
    },
  );

  test('use every transition of a state that is reached', () => {
    for (const side of ['request', 'response'] as const) {
      for (const from of STATES.filter((state) => !NEVER[side].includes(state))) {
        const paths = [...REACHED].filter(
          ([key]) => key.split(' ')[side === 'request' ? 0 : 1] === from,
        );
        for (const occurrence of OCCURRENCES) {
          const allowed = paths.some(([, path]) =>
            play([...path, (state) => state.note(side, occurrence)]),
          );
          const inTable = TRANSITIONS[side][from][occurrence] !== undefined;
          expect(allowed, `${side} ${from} ${occurrence}`).toBe(inTable);
        }
      }
    }
  });

  test('settle in every state, so that no settlement is left to apply', () => {
    for (const key of REACHED.keys()) {
      const [request, response, persists, switchOffered] = key.split(' ') as [
        SideState,
        SideState,
        string,
        string,
      ];
      // An error is noted without settling: what matters then is that no rule loops.
      if (request === 'error' || response === 'error') continue;
      for (const rule of SETTLEMENTS) {
        const [own, other] = rule.side === 'request' ? [request, response] : [response, request];
        const fits =
          own === rule.from &&
          (rule.other ?? other) === other &&
          String(rule.persists ?? persists) === persists &&
          String(rule.switchOffered ?? switchOffered) === switchOffered;
        if (request === 'done' && switchOffered === 'true') continue;
        expect(fits, `${key}: ${rule.side} ${rule.from} → ${rule.to}`).toBe(false);
      }
    }
  });

  test('cannot settle for ever: under fixed facts no settlement leads back', () => {
    for (const persists of [true, false]) {
      for (const switchOffered of [true, false]) {
        const edges = SETTLEMENTS.filter(
          (rule) =>
            (rule.persists ?? persists) === persists &&
            (rule.switchOffered ?? switchOffered) === switchOffered,
        );
        for (const start of edges) {
          let reached: SideState[] = [start.to];
          for (let round = 0; round <= STATES.length; round++) {
            reached = edges
              .filter((rule) => rule.side === start.side && reached.includes(rule.from))
              .map((rule) => rule.to);
          }
          expect(reached, `${start.side} ${start.from}`).toEqual([]);
        }
      }
    }
  });
});

describe('ExchangeState', () => {
  const note =
    (side: Side, ...occurrences: readonly (typeof OCCURRENCES)[number][]): Step =>
    (state) => {
      for (const occurrence of occurrences) state.note(side, occurrence);
    };

  test.each<[name: string, steps: Step[], request: SideState, response: SideState]>([
    ['a new connection', [], 'idle', 'idle'],
    ['a request', [note('request', 'request')], 'content', 'head'],
    ['its end', [note('request', 'request', 'end')], 'done', 'head'],
    [
      'a whole exchange',
      [
        note('request', 'request', 'end'),
        note('response', 'informational', 'response', 'content', 'end'),
      ],
      'done',
      'done',
    ],
    [
      'a response before the request ends',
      [note('request', 'request'), note('response', 'response', 'end')],
      'content',
      'done',
    ],
    [
      'an exchange that does not persist',
      [
        (s) => s.doNotPersist(),
        note('request', 'request', 'end'),
        note('response', 'response', 'end'),
      ],
      'must-close',
      'must-close',
    ],
    [
      'an offer',
      [note('request', 'request'), (s) => s.offerSwitch(), note('request', 'end')],
      'might-switch',
      'head',
    ],
    [
      'an offer that is taken',
      [
        note('request', 'request'),
        (s) => s.offerSwitch(),
        note('request', 'end'),
        note('response', 'switch'),
      ],
      'switched',
      'switched',
    ],
    [
      'an offer that is taken before the request ends',
      [
        note('request', 'request'),
        (s) => s.offerSwitch(),
        note('response', 'switch'),
        note('request', 'end'),
      ],
      'switched',
      'switched',
    ],
    [
      'an offer that is not taken',
      [
        note('request', 'request'),
        (s) => s.offerSwitch(),
        note('request', 'end'),
        note('response', 'response', 'end'),
      ],
      'done',
      'done',
    ],
    ['the end of the connection', [note('request', 'closed')], 'closed', 'idle'],
    ['an error', [(s) => s.fail('request')], 'error', 'idle'],
    [
      'an error that was answered',
      [(s) => s.fail('request'), note('response', 'response', 'end')],
      'error',
      'must-close',
    ],
    [
      'an error behind a whole response',
      [note('request', 'request'), note('response', 'response', 'end'), (s) => s.fail('request')],
      'error',
      'must-close',
    ],
  ])('after %s the request is %3$s and the response %4$s', (_, steps, request, response) => {
    const state = new ExchangeState();
    for (const step of steps) step(state);
    expect([state.request, state.response]).toEqual([request, response]);
  });

  test('begins the next exchange only when both sides are done', () => {
    for (const [key, path] of REACHED) {
      const allowed = play([...path, (state) => state.startNextCycle()]) !== undefined;
      expect(allowed, key).toBe(key.startsWith('done done '));
    }
  });

  test('changes nothing when it refuses', () => {
    for (const [key, path] of REACHED) {
      for (const step of STEPS) {
        const state = play(path) as ExchangeState;
        let refused = false;
        try {
          step(state);
        } catch {
          refused = true;
        }
        if (refused) expect(describeState(state), key).toBe(key);
      }
    }
  });
});
