/**
 * What a server does with TLS, and where its certificate comes from.
 * Owns that a server of plain HTTP loads nothing of it, HTTP/2 included: it is imported when TLS is
 * to be spoken, and not before.
 */
import type { Socket } from 'node:net';
import { homedir } from 'node:os';
import { TLSSocket } from 'node:tls';
import { type HandleSocket, takeHandle } from './handle-socket.ts';
import { keptCertificate, keptCertificateFile } from './kept-certificate.ts';
import { interfacesOfMachine } from './network-interfaces.ts';
import { machineAddresses } from './self-signed.ts';
import { type CertificateFiles, type TlsCertificate, readCertificate } from './tls-certificate.ts';
import type { AlpnProtocol } from './tls-gate.ts';

export { Http2Connection } from './http2-connection.ts';
export { TlsGate } from './tls-gate.ts';
export { ownTicketKeys } from './tls-ticket-keys.ts';

/** Two PEM files; or `made`: one made on the spot, for localhost and this machine's addresses. */
export type CertificateSource = CertificateFiles | 'made';

/** How TLS is spoken. */
export interface TlsOptions {
  /** Where the certificate comes from, or the certificate. */
  readonly certificate: CertificateSource | TlsCertificate;
  /** Whether HTTP/2 is offered. Default true. */
  readonly http2?: boolean;
  /** A plain port that redirects here; 0 takes any free one. Default: none. */
  readonly redirectHttpPort?: number | undefined;
}

/**
 * Reads a certificate, or makes one where none is kept; one that was read already is taken as it is.
 *
 * @throws {CommandError} exit code 1, naming the flag, the file, and what was expected
 */
export async function obtainCertificate(
  source: CertificateSource | TlsCertificate,
): Promise<TlsCertificate> {
  if (source !== 'made') return 'cert' in source ? source : readCertificate(source);
  return keptCertificate({
    file: keptCertificateFile(process.env, homedir()),
    addresses: machineAddresses(interfacesOfMachine()),
    nowMs: Date.now(),
  });
}

const HTTP1_ONLY: readonly AlpnProtocol[] = ['http/1.1', 'http/1.0'];
const HTTP2_TOO: readonly AlpnProtocol[] = ['h2', ...HTTP1_ONLY];

/** What is offered by ALPN, best first. */
export function offeredProtocols({ http2 = true }: TlsOptions): readonly AlpnProtocol[] {
  return http2 ? HTTP2_TOO : HTTP1_ONLY;
}

/** Whether HTTP/2 was agreed on. */
export function speaksHttp2(socket: Socket | HandleSocket): socket is TLSSocket {
  return socket instanceof TLSSocket && socket.alpnProtocol === 'h2';
}

/** A TLS socket is read and written below, where that can be done; others stay what they are. */
export function belowTls(socket: Socket | HandleSocket): Socket | HandleSocket {
  return (socket instanceof TLSSocket ? takeHandle(socket) : undefined) ?? socket;
}
