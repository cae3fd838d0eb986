/** Results as a run leaves them, small and fixed: for tests. */
import { spreadOf } from './compare.ts';
import type { Measured, Results } from './result.ts';
import { resultOf, skippedRow } from './row-result.ts';
import { ROWS, type Row } from './rows.ts';

const ROLES = {
  ours: 'pws',
  nginx: 'nginx',
  peers: ['sirv-cli', 'serve'],
  ceilings: ['ceiling-c', 'ceiling-node'],
};

function rowCalled(wanted: string): Row {
  const row = ROWS.find(({ id }) => id === wanted);
  if (row === undefined) throw new Error(`expected a row ${wanted}`);
  return row;
}

function measured(server: string, rounds: readonly number[]): Measured {
  return { server, rounds, spread: spreadOf(rounds) };
}

/** PWS ahead, behind, void, and not measured. */
export const RESULTS: Results = {
  schema: 1,
  finished: '2030-01-02T03:04:05.000Z',
  rounds: 3,
  seconds: 2,
  environment: [
    ['Node', 'v20.0.0'],
    ['kernel', 'Linux 6'],
  ],
  servers: [
    { id: 'pws', name: 'PWS', version: '1.0.0', settings: 'defaults' },
    { id: 'nginx', name: 'nginx', version: '1.22.1', settings: 'one worker' },
    { id: 'sirv-cli', name: 'sirv-cli', version: '3.0.1', settings: '`--quiet`' },
    { id: 'serve', name: 'serve', version: '14.0.0', settings: 'defaults' },
  ],
  rows: [
    resultOf(
      rowCalled('1k'),
      [
        measured('pws', [60_000, 61_000, 62_000]),
        measured('nginx', [40_000, 41_000, 50_000]),
        measured('sirv-cli', [5000, 5000, 5000]),
        measured('serve', [1000, 1000, 1000]),
      ],
      ROLES,
    ),
    resultOf(
      rowCalled('new-connection'),
      [
        measured('pws', [7000, 8000, 9000]),
        measured('nginx', [10_000, 10_000, 10_000]),
        { server: 'sirv-cli', rounds: [], void: '3 socket errors or answers | too late' },
      ],
      ROLES,
    ),
    resultOf(
      rowCalled('100m'),
      [
        { server: 'pws', rounds: [], void: 'nothing was answered' },
        measured('nginx', [1e9, 1e9, 1e9]),
      ],
      ROLES,
    ),
    resultOf(
      rowCalled('idle-memory'),
      [
        measured('pws', [2048, 2048, 2048]),
        measured('nginx', [512, 512, 512]),
        measured('sirv-cli', [9000, 9000, 9000]),
        measured('serve', [8192, 8192, 8192]),
      ],
      ROLES,
    ),
    resultOf(
      rowCalled('start'),
      [measured('pws', [80, 80, 80]), measured('node -e 0', [50, 50, 40])],
      ROLES,
    ),
    skippedRow(rowCalled('http2-1k'), 'h2load is not installed'),
    ...[1, 10, 100].map((connections) =>
      resultOf(
        rowCalled(`connections-${connections}`),
        [measured('pws', [2000, 2000, 2000]), measured('nginx', [1000, 2000, 4000])],
        ROLES,
      ),
    ),
  ],
};

/** A server that takes so many microseconds for an answer (or a MiB), and as much of its core. */
function withProcessor(
  { server, rounds, spread }: Measured,
  micros: readonly number[],
  [busy, generatorBusy]: readonly [busy: number, generatorBusy: number],
): Measured {
  const processor = {
    micros,
    spread: spreadOf(micros),
    busy: micros.map(() => busy),
    generatorBusy: micros.map(() => generatorBusy),
  };
  return { server, rounds, ...(spread === undefined ? {} : { spread }), processor };
}

/** A run on Linux with ceilings: held by the load generator, by itself, and one of both. */
export const WITH_PROCESSOR: Results = {
  ...RESULTS,
  servers: [
    ...RESULTS.servers,
    { id: 'ceiling-c', name: 'ceiling in C', version: '12.2.0', settings: 'no server' },
    { id: 'ceiling-node', name: 'ceiling in JavaScript', version: '20.0.0', settings: 'no server' },
  ],
  rows: [
    resultOf(
      rowCalled('304'),
      [
        withProcessor(measured('pws', [200, 210, 190]), [4, 5, 4], [0.9, 0.99]),
        withProcessor(measured('nginx', [200, 200, 200]), [6, 5, 6], [0.95, 0.98]),
        withProcessor(measured('sirv-cli', [50, 50, 50]), [20, 20, 20], [1, 0.4]),
        withProcessor(measured('ceiling-c', [230, 230, 240]), [4, 4, 4], [1, 0.99]),
        withProcessor(measured('ceiling-node', [220, 220, 220]), [3, 3, 3], [0.7, 0.99]),
      ],
      ROLES,
    ),
    resultOf(
      rowCalled('10k'),
      [
        withProcessor(measured('pws', [170, 170, 170]), [5, 5, 5], [0.9, 0.99]),
        withProcessor(measured('nginx', [100, 100, 100]), [10, 10, 10], [1, 0.8]),
        withProcessor(measured('sirv-cli', [10, 10, 10]), [100, 100, 100], [1, 0.2]),
      ],
      ROLES,
    ),
    resultOf(
      rowCalled('100m'),
      [
        withProcessor(measured('pws', [2e9, 2e9, 2e9]), [480, 480, 480], [0.98, 0.99]),
        withProcessor(measured('nginx', [1e9, 1e9, 1e9]), [960, 960, 960], [0.98, 0.5]),
        withProcessor(measured('ceiling-c', [2.5e9, 2.5e9, 2.5e9]), [300, 300, 300], [0.8, 0.99]),
        withProcessor(measured('ceiling-node', [2e9, 2e9, 2e9]), [400, 400, 400], [0.8, 0.99]),
      ],
      ROLES,
    ),
    resultOf(
      rowCalled('connections-1'),
      [
        withProcessor(measured('pws', [14, 14, 14]), [5, 5, 5], [0.5, 0.4]),
        withProcessor(measured('nginx', [14, 14, 14]), [6, 6, 6], [0.3, 0.4]),
      ],
      ROLES,
    ),
  ],
};
