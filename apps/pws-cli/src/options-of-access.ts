/**
 * The flags about who may have answers, who is believed, and what protects them.
 * What a row says: option.ts.
 */
import type { FieldLines } from '@pws/static-fs';
import { ADDRESS_RANGES_EXPECTED, parseAddressRanges } from './address-ranges.ts';
import { ALLOWED_HOSTS_EXPECTED, type AllowedHosts, parseAllowedHosts } from './allowed-hosts.ts';
import { SHARED_WITH_EXPECTED, type SharedWith, parseSharedWith } from './cors.ts';
import type { Option } from './option.ts';
import { parseUnless } from './option-values.ts';
import { SERVER, SERVER_NAME_EXPECTED, parseServerName } from './server-name.ts';
import { pathForm, SWITCH } from './option-forms.ts';
import {
  FIELD_LINE_EXPECTED,
  type TransportSecurity,
  parseFieldLines,
  parseTransportSecurity,
} from './security-fields.ts';

export interface AccessFlags {
  readonly 'allowed-hosts': Option<AllowedHosts | undefined>;
  readonly 'basic-auth': Option<string | undefined>;
  readonly cors: Option<SharedWith | undefined>;
  readonly header: Option<FieldLines | undefined>;
  readonly 'server-header': Option<string | false>;
  readonly hsts: Option<TransportSecurity | undefined>;
  readonly isolate: Option<boolean>;
  readonly 'trust-proxy': Option<readonly string[] | undefined>;
  readonly 'proxy-protocol': Option<boolean>;
}

export const ACCESS_FLAGS: AccessFlags = {
  'allowed-hosts': {
    description: 'Host names that are answered for; .example.com for all below it too, * for any',
    default: undefined,
    defaultDescription: 'any; where only this machine can connect, its own names',
    isRepeatable: true,
    isReloadable: true,
    expected: ALLOWED_HOSTS_EXPECTED,
    parse: parseAllowedHosts,
  },
  'basic-auth': {
    description: 'File of names and bcrypt hashes (htpasswd -B) that are let in',
    default: undefined,
    defaultDescription: 'everybody is',
    isReloadable: true,
    ...pathForm('the path of an htpasswd file'),
  },
  cors: {
    description: 'Origins whose pages may read what is served here, or *',
    default: undefined,
    defaultDescription: 'none',
    isRepeatable: true,
    isReloadable: true,
    expected: SHARED_WITH_EXPECTED,
    parse: parseSharedWith,
  },
  header: {
    description: 'A field "Name: value" for every answer that has none of that name; repeatable',
    default: undefined,
    defaultDescription: 'none',
    isRepeatable: true,
    isReloadable: true,
    separator: '\n',
    expected: FIELD_LINE_EXPECTED,
    parse: parseFieldLines,
  },
  'server-header': {
    description: 'Value of the Server field; off: none',
    default: SERVER,
    isReloadable: true,
    expected: SERVER_NAME_EXPECTED,
    parse: (text) => parseUnless(text, () => parseServerName(text)),
  },
  hsts: {
    description: 'Seconds for which clients are to come over TLS alone; with ",subdomains" behind',
    default: undefined,
    defaultDescription: 'not said',
    isReloadable: true,
    expected: 'seconds from 0 to 315360000, such as 31536000, or 31536000,subdomains',
    parse: parseTransportSecurity,
  },
  isolate: {
    description: 'Isolate pages from other origins, as shared memory needs it',
    default: false,
    isSwitch: true,
    isReloadable: true,
    ...SWITCH,
  },
  'trust-proxy': {
    description: 'Addresses of proxies whose Forwarded and X-Forwarded-* are believed',
    default: undefined,
    defaultDescription: 'none',
    isRepeatable: true,
    isReloadable: true,
    expected: ADDRESS_RANGES_EXPECTED,
    parse: parseAddressRanges,
  },
  'proxy-protocol': {
    description: 'Connections begin with the PROXY protocol; from --trust-proxy alone',
    default: false,
    isSwitch: true,
    isReloadable: true,
    ...SWITCH,
  },
};
