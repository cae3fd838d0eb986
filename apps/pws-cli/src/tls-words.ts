/**
 * What a person is told of TLS when the server starts.
 */
import { X509Certificate } from 'node:crypto';
import { type TlsCertificate, certificateWarnings } from './tls-certificate.ts';
import type { TlsOptions } from './tls-service.ts';

/** What is told. */
export interface TlsWords {
  /** Lines of the banner. */
  readonly notes: readonly string[];
  /** What is said though no banner is wanted. */
  readonly warnings: readonly string[];
}

/**
 * Finds the words.
 *
 * @param tls - as it was asked for
 * @param certificate - what is served for that
 * @param nowMs - milliseconds since 1970
 */
export function tlsWords(tls: TlsOptions, certificate: TlsCertificate, nowMs: number): TlsWords {
  const notes: string[] = [];
  if (tls.redirectHttpPort !== undefined) {
    notes.push(`http on port ${tls.redirectHttpPort} is redirected there`);
  }
  if (tls.certificate === 'made') {
    // A browser shows the same digits where it asks whether to go on.
    const { fingerprint256 } = new X509Certificate(certificate.cert);
    notes.push('made its own certificate; browsers ask whether to trust it. SHA-256:');
    notes.push(...(fingerprint256.match(/.{1,48}/g) ?? []));
  }
  return { notes, warnings: certificateWarnings(certificate, nowMs) };
}
