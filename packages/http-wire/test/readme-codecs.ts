import { parseRequestHead, requestFraming, serializeResponseHead } from '@pws/http-wire';

const octets = new TextEncoder().encode('GET /a?b HTTP/1.1\r\nHost: example.com\r\n\r\n');
const parsed = parseRequestHead(octets);

export const path: string | undefined = parsed?.head.target.path; // '/a'
export const host: string | undefined = parsed?.head.fields.get('host'); // 'example.com'
export const length: number | undefined = parsed?.lengthBytes; // 40
export const framing: string | undefined = parsed && requestFraming(parsed.head.fields, 1).kind; // 'none'
export const head: Uint8Array = serializeResponseHead({ status: 204, fields: [] });
