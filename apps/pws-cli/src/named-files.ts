/**
 * The files that a configuration names, read: the certificate with its key, and the passwords.
 * Owns that they are read where a configuration is taken on, and once: what is told of them is
 * true of what is served, and a worker that starts later has what the others have, whatever lies
 * there by then.
 *
 * Security: what is read holds a private key and hashes. It is never logged or printed, and workers
 * are told it over the channel that they have for themselves.
 */
import type { ServerConfig } from './config.ts';
import { type UserEntry, readHtpasswd } from './htpasswd.ts';
import type { TlsCertificate } from './tls-certificate.ts';
import type { TlsOptions } from './tls-service.ts';

/** What the server is to do, with what the files said. Plain values: it can be sent as JSON. */
export interface LoadedConfig extends ServerConfig {
  readonly tls: (TlsOptions & { readonly certificate: TlsCertificate }) | undefined;
  readonly basicAuth?: readonly UserEntry[] | undefined;
}

/**
 * Reads the files that a configuration names.
 *
 * @throws {CommandError} exit code 1 for a file that cannot be read and for a certificate that
 *   cannot be used, 2 for a line of the passwords that is none
 */
export async function readNamedFiles(config: ServerConfig): Promise<LoadedConfig> {
  const { tls, basicAuth } = config;
  return {
    ...config,
    tls: tls && { ...tls, certificate: await certificateOf(tls) },
    basicAuth: typeof basicAuth === 'string' ? [...(await readHtpasswd(basicAuth))] : basicAuth,
  };
}

async function certificateOf({ certificate }: TlsOptions): Promise<TlsCertificate> {
  // Nothing of TLS is loaded for plain HTTP.
  const { obtainCertificate } = await import('./tls-service.ts');
  return obtainCertificate(certificate);
}
