import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { type Start, startWarnings } from './start-warnings.ts';

const everywhere = (address: string, port = 8001): AddressInfo => ({
  address,
  port,
  family: address === '::' ? 'IPv6' : 'IPv4',
});

const START: Start = {
  config: { port: 8001, autoPort: false, host: undefined },
  addresses: [everywhere('::')],
  isInherited: false,
  userId: 1000,
};

const ROOT =
  'started as root, whose rights nothing here needs: start it as another user (low ports too: SECURITY.md says how)';
const MISSING = 'there is no IPv6 here; serving on IPv4 alone';

test.each<[string, Partial<Start>, string[]]>([
  ['on all interfaces', {}, []],
  ['as root', { userId: 0 }, [ROOT]],
  ['where there are no user ids', { userId: undefined }, []],
  ['on all interfaces, of which none has IPv6', { addresses: [everywhere('0.0.0.0')] }, [MISSING]],
  [
    'on IPv4, as asked',
    {
      config: { ...START.config, host: '0.0.0.0' },
      addresses: [everywhere('0.0.0.0')],
    },
    [],
  ],
  [
    'on IPv4, on a socket that another program opened',
    { addresses: [everywhere('0.0.0.0')], isInherited: true },
    [],
  ],
  ['on a Unix socket', { addresses: [{ address: '/run/pws', family: 'unix', port: 0 }] }, []],
  [
    'on the next port',
    { config: { ...START.config, autoPort: true }, addresses: [everywhere('::', 8002)] },
    ['port 8001 is taken; serving on port 8002'],
  ],
  ['on the port that was asked for', { config: { ...START.config, autoPort: true } }, []],
  [
    'on any port',
    {
      config: { ...START.config, port: 0, autoPort: true },
      addresses: [everywhere('::', 40_000)],
    },
    [],
  ],
  [
    'as root on the next port, on IPv4 alone',
    {
      config: { ...START.config, autoPort: true },
      addresses: [everywhere('0.0.0.0', 8002)],
      userId: 0,
    },
    ['port 8001 is taken; serving on port 8002', MISSING, ROOT],
  ],
])('a start %s, %j: %j', (_how, more, warnings) => {
  expect(startWarnings({ ...START, ...more })).toEqual(warnings);
});
