import { describe, expect, it } from 'vitest';
import { contendersOf } from './contenders.ts';
import { ROWS } from './rows.ts';
import { SERVERS, type Server } from './servers.ts';

function idsFor(rowId: string): string[] {
  return ROWS.filter(({ id }) => id === rowId)
    .flatMap((row) => contendersOf(row, SERVERS))
    .map(({ id }: Server) => id);
}

describe('contendersOf()', () => {
  it.each([
    ['tls-1k', 'sirv-cli', 'it has no TLS'],
    ['connections-10', 'caddy', 'the lines are of PWS and nginx'],
    ['1m', 'ceiling-c', 'it has no prepared answer of that size'],
    ['1k-rules', 'sirv-cli', 'it has no rules'],
    ['idle-memory', 'ceiling-node', 'it is no server'],
  ])('of %s leaves out %s: %s', (row, server) => {
    expect(idsFor(row)).not.toContain(server);
    expect(idsFor(row)).toContain('pws');
  });

  it('has both ceilings in the plain rows with small answers', () => {
    const rows = ROWS.filter(({ id }) => idsFor(id).includes('ceiling-c'));
    expect(rows.map(({ id }) => id)).toEqual([
      '1k',
      '10k',
      '304',
      '404',
      'range',
      'new-connection',
    ]);
    expect(rows.every(({ id }) => idsFor(id).includes('ceiling-node'))).toBe(true);
  });
});
