import { describe, expect, it, test } from 'vitest';
import { CommandError } from './command-error.ts';
import { type TlsFlags, resolveTls } from './tls-config.ts';

const none: TlsFlags = {
  certFile: undefined,
  keyFile: undefined,
  isMade: false,
  http2: true,
  redirectHttpPort: undefined,
  port: 8001,
  isUnix: false,
};
const files = { certFile: '/c.pem', keyFile: '/k.pem' };

describe('resolveTls()', () => {
  it('is nothing without a certificate, whatever is said of HTTP/2', () => {
    expect(resolveTls(none)).toBeUndefined();
    expect(resolveTls({ ...none, http2: false })).toBeUndefined();
  });

  it('has the two files that were named', () => {
    expect(resolveTls({ ...none, ...files, http2: false })).toEqual({
      certificate: { certFile: '/c.pem', keyFile: '/k.pem' },
      http2: false,
      redirectHttpPort: undefined,
    });
  });

  it('has a certificate made, and a port that redirects', () => {
    expect(resolveTls({ ...none, isMade: true, redirectHttpPort: 8080 })).toEqual({
      certificate: 'made',
      http2: true,
      redirectHttpPort: 8080,
    });
  });

  test.each<[Partial<TlsFlags>, string]>([
    [{ certFile: 'c' }, '--tls-cert: expected --tls-key beside it'],
    [{ keyFile: 'k' }, '--tls-key: expected --tls-cert beside it'],
    [
      { ...files, isMade: true },
      '--https: expected no --tls-cert beside it: one certificate is enough',
    ],
    [
      { redirectHttpPort: 80 },
      '--redirect-http: expected --https, or --tls-cert and --tls-key, beside it: there is nothing to redirect to',
    ],
    [
      { isMade: true, redirectHttpPort: 80, isUnix: true },
      '--redirect-http: expected a port to redirect to, got --unix',
    ],
    [
      { isMade: true, redirectHttpPort: 8001 },
      '--redirect-http: expected another port than --port, got 8001',
    ],
  ])('refuses %j: %s', (flags, message) => {
    const refused = (): unknown => resolveTls({ ...none, ...flags });
    expect(refused).toThrow(CommandError);
    expect(refused).toThrow(expect.objectContaining({ message, exitCode: 2 }));
  });
});
