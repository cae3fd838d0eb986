import { ProtocolError, ServerConnection } from '@pws/http-wire';
import { describe, expect, it, test } from 'vitest';
import { refusalReason } from './refusal-reason.ts';

const TLS_HELLO = '\x16\x03\x01\x02\x00\x01\x00\x01';
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** A machine that has got octets, and what it said to them. */
function refusing(octets: string): { machine: ServerConnection; error: ProtocolError } {
  const machine = new ServerConnection();
  machine.receive(Buffer.from(octets, 'latin1'));
  try {
    machine.nextEvent();
  } catch (error) {
    if (error instanceof ProtocolError) return { machine, error };
  }
  throw new Error('it was not refused');
}

describe('refusalReason()', () => {
  test.each<[string, string, string]>([
    [TLS_HELLO, 'plain', 'invalid-method at octet 0: looks like TLS on a plain port'],
    ['\x16', 'plain', 'invalid-method at octet 0: looks like TLS on a plain port'],
    [TLS_HELLO, 'TLS', 'invalid-method at octet 0: looks like TLS within TLS'],
    ['\x16\x00', 'plain', 'invalid-method at octet 0'],
    ['\x15\x03', 'plain', 'invalid-method at octet 0'],
    ['GET\x16\x03', 'plain', 'invalid-method at octet 3'],
    [PREFACE, 'plain', 'unsupported-version at octet 11: looks like HTTP/2 on a plain port'],
    [PREFACE, 'TLS', 'unsupported-version at octet 11: looks like HTTP/2 that ALPN did not choose'],
    [
      PREFACE.slice(0, 12),
      'plain',
      'unsupported-version at octet 11: looks like HTTP/2 on a plain port',
    ],
    ['GET / HTTP/2.0\r\n', 'plain', 'unsupported-version at octet 11'],
    ['PRI * HTTP/3.0\r\n', 'plain', 'unsupported-version at octet 11'],
    ['GET / HTTP/1.1\n', 'plain', 'bare-lf at octet 14'],
  ])('of %j over %s is "%s"', (octets, over, reason) => {
    const { machine, error } = refusing(octets);
    expect(refusalReason(error, machine, { encrypted: over === 'TLS' })).toBe(reason);
  });

  it('leaves the machine what it needs to answer HEAD without content', () => {
    const { machine, error } = refusing('HEAD / HTTP/1.1\r\nno colon\r\n');
    refusalReason(error, machine, {});
    expect(machine.requestMethod).toBe('HEAD');
  });
});
