/**
 * From the flags that speak of TLS to one value.
 * Owns which of them fit each other.
 */
import { CommandError } from './command-error.ts';
import type { CertificateSource, TlsOptions } from './tls-service.ts';

/** What the flags say; paths are absolute. */
export interface TlsFlags {
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  /** `--https` */
  readonly isMade: boolean;
  readonly http2: boolean;
  readonly redirectHttpPort: number | undefined;
  /** `--port` */
  readonly port: number;
  /** Whether `--unix` is there. */
  readonly isUnix: boolean;
}

/**
 * How TLS is to be spoken; `undefined`: not at all.
 *
 * @throws {CommandError} exit code 2 where flags do not fit each other
 */
export function resolveTls(flags: TlsFlags): TlsOptions | undefined {
  const certificate = certificateOf(flags);
  const { http2, redirectHttpPort, port, isUnix } = flags;
  if (redirectHttpPort !== undefined) {
    if (certificate === undefined) {
      throw new CommandError(
        2,
        '--redirect-http: expected --https, or --tls-cert and --tls-key, beside it: there is nothing to redirect to',
      );
    }
    if (isUnix) {
      throw new CommandError(2, '--redirect-http: expected a port to redirect to, got --unix');
    }
    if (redirectHttpPort === port) {
      throw new CommandError(2, `--redirect-http: expected another port than --port, got ${port}`);
    }
  }
  return certificate === undefined ? undefined : { certificate, http2, redirectHttpPort };
}

function certificateOf({ certFile, keyFile, isMade }: TlsFlags): CertificateSource | undefined {
  if (certFile === undefined && keyFile === undefined) return isMade ? 'made' : undefined;
  if (keyFile === undefined) throw new CommandError(2, '--tls-cert: expected --tls-key beside it');
  if (certFile === undefined) throw new CommandError(2, '--tls-key: expected --tls-cert beside it');
  if (isMade) {
    throw new CommandError(
      2,
      '--https: expected no --tls-cert beside it: one certificate is enough',
    );
  }
  return { certFile, keyFile };
}
