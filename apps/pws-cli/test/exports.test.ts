import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

import * as pws from '../src/index.ts';

// The public names. A change here is a change of the API: it needs a changeset.
const VALUES = ['CommandError', 'FileSourceError', 'Readiness', 'startServer'];
const TYPES = [
  'Exchange',
  'ExchangeEnd',
  'ExitCode',
  'FileSourceErrorKind',
  'Observer',
  'Peer',
  'ReadinessState',
  'RunningServer',
  'ServerOptions',
];

it('index.ts exports exactly these values', () => {
  expect(Object.keys(pws).toSorted()).toEqual(VALUES);
});

it('index.ts exports exactly these names, types included', () => {
  const text = readFileSync(new URL('../src/index.ts', import.meta.url), 'utf8');
  const names = [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, list]) =>
    (list ?? '')
      .split(',')
      .map((entry) => entry.replace('type ', '').trim())
      .filter((entry) => entry !== ''),
  );
  expect(names.toSorted()).toEqual([...VALUES, ...TYPES].toSorted());
  expect(text.replace(/export [^;]*;|\/\/.*|\s/g, ''), 'nothing but re-exports').toBe('');
});
