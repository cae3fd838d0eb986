import { describe, expect, it } from 'vitest';

import { decideByMethod } from './method.ts';

describe('decideByMethod()', () => {
  it.each<[string, string | undefined, string]>([
    ['GET', undefined, 'the path decides'],
    ['HEAD', undefined, 'the path decides'],
    ['OPTIONS', 'capabilities', 'RFC 9110 §9.3.7'],
    ['POST', 'method-not-allowed', 'known, but not for files'],
    ['PUT', 'method-not-allowed', 'known, but not for files'],
    ['PATCH', 'method-not-allowed', 'known, but not for files (RFC 5789)'],
    ['DELETE', 'method-not-allowed', 'known, but not for files'],
    ['TRACE', 'method-not-allowed', 'known, but not for files'],
    ['CONNECT', 'method-not-implemented', 'no tunnels'],
    ['FOO', 'method-not-implemented', 'unknown'],
    ['get', 'method-not-implemented', 'methods are case-sensitive'],
    ['', 'method-not-implemented', 'no method'],
    ['constructor', 'method-not-implemented', 'a property of every object'],
  ])('decides %j as %j: %s', (method, expected) => {
    expect(decideByMethod(method)?.kind).toBe(expected);
  });
});
