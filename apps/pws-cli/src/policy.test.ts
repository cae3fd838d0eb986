import { Fields } from '@pws/http-wire';
import { describe, expect, it, test } from 'vitest';
import { Successes } from './basic-auth.ts';
import { createPasswordCheck } from './password-check.ts';
import { type Policy, type PolicyOptions, createPolicy } from './policy.ts';

const policyOf = (options: PolicyOptions): Promise<Policy> =>
  createPolicy(options, {
    host: undefined,
    boundAddress: () => '::',
    monotonicMs: () => 0,
    // Its thread begins with the first password.
    check: createPasswordCheck(),
    successes: new Successes(),
    env: { PUBLIC_API: '/api' },
  });

describe('createPolicy()', () => {
  test.each<[PolicyOptions, number, number, string]>([
    [{}, 1, 1, 'names and what protects, by default'],
    [{ isolate: true, header: [['A', 'b']] }, 1, 1, 'more constants in the same place'],
    [{ cors: '*' }, 2, 2, 'preflights, and who may read'],
    [{ trustProxy: ['10.0.0.0/8'], proxyProtocol: true }, 1, 1, 'nothing for proxies'],
    [{ envPrefix: 'PUBLIC_' }, 2, 1, 'the script of the environment'],
    [{ envPath: '/env.js' }, 1, 1, 'no script without a prefix'],
  ])('%j: %i answer, %i add: %s', async (options, answerers, dressers) => {
    const policy = await policyOf(options);
    expect([policy.answerers.length, policy.dressers.length]).toEqual([answerers, dressers]);
  });

  test.each<[PolicyOptions, string]>([
    [{}, '10.0.0.1'],
    [{ trustProxy: ['192.0.2.0/24'] }, '10.0.0.1'],
    [{ trustProxy: ['10.0.0.0/8'] }, '203.0.113.9'],
  ])('with %j takes a request for one of %s', async (options, address) => {
    const policy = await policyOf(options);
    const fields = Fields.from([['X-Forwarded-For', '203.0.113.9']]);
    const { peer } = policy.effectivePeer({ address: '10.0.0.1', port: 1 }, false, fields);
    expect(peer.address).toBe(address);
  });

  it('names proxies where connections begin with the PROXY protocol, and nowhere else', async () => {
    expect((await policyOf({ trustProxy: ['::1'] })).proxies).toBeUndefined();
    const { proxies } = await policyOf({ trustProxy: ['::1'], proxyProtocol: true });
    expect(proxies?.includes('::1')).toBe(true);
  });

  it('refuses what cannot hold', async () => {
    await expect(policyOf({ proxyProtocol: true })).rejects.toMatchObject({ exitCode: 2 });
    await expect(policyOf({ trustProxy: ['lan'] })).rejects.toThrow(RangeError);
    await expect(policyOf({ envPrefix: '' })).rejects.toThrow(TypeError);
    await expect(policyOf({ basicAuth: '/nonexistent/users' })).rejects.toMatchObject({
      exitCode: 1,
    });
  });
});
