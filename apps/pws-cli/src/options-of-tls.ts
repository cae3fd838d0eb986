/**
 * The flags about TLS and HTTP/2.
 * What a row says: option.ts.
 */
import type { Option } from './option.ts';
import { integerForm, pathForm, SWITCH } from './option-forms.ts';

export interface TlsFlags {
  readonly 'tls-cert': Option<string | undefined>;
  readonly 'tls-key': Option<string | undefined>;
  readonly https: Option<boolean>;
  readonly http2: Option<boolean>;
  readonly 'redirect-http': Option<number | undefined>;
}

export const TLS_FLAGS: TlsFlags = {
  'tls-cert': {
    description: 'PEM file with the certificate and what leads to its root; read again on SIGHUP',
    default: undefined,
    defaultDescription: 'no TLS',
    isReloadable: true,
    ...pathForm('the path of a PEM file'),
  },
  'tls-key': {
    description: 'PEM file with the private key of the certificate',
    default: undefined,
    defaultDescription: 'no TLS',
    isReloadable: true,
    ...pathForm('the path of a PEM file'),
  },
  https: {
    description: 'TLS with a certificate made on the spot, for this machine',
    default: false,
    isSwitch: true,
    isReloadable: true,
    ...SWITCH,
  },
  http2: {
    description: 'Offer HTTP/2 where TLS is spoken',
    default: true,
    isSwitch: true,
    isReloadable: true,
    ...SWITCH,
  },
  'redirect-http': {
    description: 'A second port, for plain HTTP that is redirected to https',
    default: undefined,
    defaultDescription: 'none',
    ...integerForm('a port', 1, 65_535),
  },
};
