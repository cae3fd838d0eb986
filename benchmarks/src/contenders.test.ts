import { describe, expect, it } from 'vitest';
import { contendersOf } from './contenders.ts';
import { ROWS } from './rows.ts';
import { SERVERS, type Server } from './servers.ts';

function idsFor(rowId: string): string[] {
  return ROWS.filter(({ id }) => id === rowId)
    .flatMap((row) => contendersOf(row, SERVERS))
    .map(({ id }: Server) => id);
}

function rowsOf(server: string): string[] {
  return ROWS.map(({ id }) => id).filter((id) => idsFor(id).includes(server));
}

describe('contendersOf()', () => {
  it.each([
    ['tls-1k', 'sirv-cli', 'it has no TLS'],
    ['connections-10', 'caddy', 'the lines are of PWS and nginx'],
    ['gzip', 'ceiling-c', 'what a server could reach there is not asked'],
    ['http2-1k', 'ceiling-c', 'it has no HTTP/2'],
    ['1k-rules', 'sirv-cli', 'it has no rules'],
    ['idle-memory', 'ceiling-node', 'it is no server'],
  ])('of %s leaves out %s: %s', (row, server) => {
    expect(idsFor(row)).not.toContain(server);
    expect(idsFor(row)).toContain('pws');
  });

  it('has the ceiling in C where there is one answer that it can give', () => {
    expect(rowsOf('ceiling-c')).toEqual([
      '1k',
      '10k',
      '304',
      '404',
      'range',
      '100k',
      '1m',
      '100m',
      'new-connection',
      'tls-1k',
      'tls-100m',
    ]);
  });

  it('has the one in JavaScript there too, and over HTTP/2', () => {
    expect(rowsOf('ceiling-node')).toEqual([...rowsOf('ceiling-c'), 'http2-1k']);
  });
});
