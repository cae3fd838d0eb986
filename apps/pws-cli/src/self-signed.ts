/**
 * A certificate made on the spot, for trying a site over TLS on this machine and in its network.
 * Owns what stands in it. It is nobody's authority (`cA` is false): a browser that is told to
 * accept it accepts this one server, and nothing else that somebody signs with its key.
 *
 * RFC 5280 §4.1 (the certificate), §4.2.1 (its extensions).
 */
import { KeyObject, randomBytes, webcrypto } from 'node:crypto';
import type { NetworkInterfaceInfo } from 'node:os';
import type * as Asn1 from 'asn1js';
import type * as Pki from 'pkijs';
import type { TlsCertificate } from './tls-certificate.ts';

/** What {@link makeCertificate} needs. */
export interface SelfSignedOptions {
  /** DNS names that it is for; `*` may stand for one label. */
  readonly names: readonly string[];
  /** IPv4 and IPv6 addresses that it is for. */
  readonly addresses: readonly string[];
  /** Milliseconds since 1970. */
  readonly fromMs: number;
  readonly untilMs: number;
}

/**
 * The names of this machine for itself. RFC 6761 §6.3: all below localhost are loopback. Clients
 * that want two labels behind a wildcard, such as those with OpenSSL, take the first alone.
 */
export const LOCAL_NAMES: readonly string[] = ['localhost', '*.localhost'];

const OID = {
  commonName: '2.5.4.3',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

/** Kinds of GeneralName, RFC 5280 §4.2.1.6. */
const DNS_NAME = 2;
const IP_ADDRESS = 7;

/**
 * The addresses at which this machine can be reached, loopback first.
 *
 * @param interfaces - `os.networkInterfaces()`
 */
export function machineAddresses(
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
): string[] {
  const others = Object.values(interfaces)
    .flatMap((entries) => entries ?? [])
    // A link-local address needs a zone, which no browser takes.
    .filter(({ internal, address }) => !internal && !address.toLowerCase().startsWith('fe80:'))
    .map(({ address }) => address);
  return ['127.0.0.1', '::1', ...new Set(others)];
}

/**
 * Makes a certificate and its key: ECDSA on P-256, which every client of the last ten years
 * takes, and whose handshakes cost the server a tenth of what RSA costs.
 */
export async function makeCertificate(options: SelfSignedOptions): Promise<TlsCertificate> {
  // Most servers never make a certificate: the library costs 50 ms to load.
  const [pki, asn1] = await Promise.all([import('pkijs'), import('asn1js')]);
  pki.setEngine('node', new pki.CryptoEngine({ name: 'node', crypto: webcrypto }));
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ]);
  const certificate = new pki.Certificate();
  certificate.version = 2; // counted from 0: X.509 version 3
  certificate.serialNumber = new asn1.Integer({ valueHex: serialNumber() });
  const name = new pki.AttributeTypeAndValue({
    type: OID.commonName,
    value: new asn1.Utf8String({ value: options.names[0] ?? 'localhost' }),
  });
  certificate.subject.typesAndValues.push(name);
  certificate.issuer.typesAndValues.push(name);
  certificate.notBefore.value = new Date(options.fromMs);
  certificate.notAfter.value = new Date(options.untilMs);
  certificate.extensions = extensions(options, pki, asn1);
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey);
  await certificate.sign(keys.privateKey, 'SHA-256');
  const key = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }) as string;
  return { cert: pem(certificate.toSchema().toBER(false)), key };
}

function extensions(
  { names, addresses }: SelfSignedOptions,
  pki: typeof Pki,
  asn1: typeof Asn1,
): Pki.Extension[] {
  const extension = (extnID: string, critical: boolean, value: { toBER(): ArrayBuffer }) =>
    new pki.Extension({ extnID, critical, extnValue: value.toBER() });
  const subjects = [
    ...names.map((value) => new pki.GeneralName({ type: DNS_NAME, value })),
    ...addresses.map((address) => {
      const value = new asn1.OctetString({ valueHex: addressOctets(address) });
      return new pki.GeneralName({ type: IP_ADDRESS, value });
    }),
  ];
  // The first bit: digitalSignature. TLS 1.3 needs no other, nor does ECDHE in TLS 1.2.
  const digitalSignature = new asn1.BitString({ valueHex: Uint8Array.of(0x80), unusedBits: 7 });
  const serverOnly = new pki.ExtKeyUsage({ keyPurposes: [OID.serverAuth] });
  return [
    extension(OID.basicConstraints, true, new pki.BasicConstraints({ cA: false }).toSchema()),
    extension(OID.keyUsage, true, digitalSignature),
    extension(OID.extendedKeyUsage, false, serverOnly.toSchema()),
    extension(OID.subjectAltName, false, new pki.GeneralNames({ names: subjects }).toSchema()),
  ];
}

/** RFC 5280 §4.1.2.2: positive, at most 20 octets. Two of one issuer may not be the same. */
function serialNumber(): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(randomBytes(16));
  octets[0] = ((octets[0] as number) & 0x3f) | 0x40;
  return octets;
}

/** The 4 octets of an IPv4 address, or the 16 of an IPv6 one. */
export function addressOctets(address: string): Uint8Array<ArrayBuffer> {
  if (!address.includes(':')) return Uint8Array.from(address.split('.'), Number);
  // The parser of URLs writes an IPv4 tail as two groups.
  const plain = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = '', tail] = plain.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const first = groups(head);
  const last = tail === undefined ? [] : groups(tail);
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => '0');
  const numbers = [...first, ...zeros, ...last].map((group) => Number.parseInt(group, 16));
  return Uint8Array.from(numbers.flatMap((group) => [group >> 8, group & 0xff]));
}

function pem(der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
