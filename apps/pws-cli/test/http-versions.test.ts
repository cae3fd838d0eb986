/**
 * The same requests over HTTP/1.1, over HTTP/1.1 with TLS, and over HTTP/2: the same status, the
 * same fields in the same order, the same octets.
 */
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { type RunningServer, startServer } from '../src/server.ts';
import { RecordedMoments } from './recorded-moments.ts';
import { LAST_MODIFIED, TemporarySite } from './temporary-site.ts';
import {
  type Answered,
  type Asked,
  CertificateFolder,
  Http2Client,
  askHttp1,
  testCertificate,
} from './tls-client.ts';

const text = 'Text that is worth compressing, line after line.\n'.repeat(400);
const site = new TemporarySite({
  'index.html': '<!doctype html><title>Front</title>',
  'hello.txt': 'Hello, octets.\n',
  'empty.txt': '',
  'text.txt': text,
  'large.txt': text.repeat(250),
  'large.bin': randomBytes(3_000_000),
  'data.json': '{"a":1}',
  'data.json.gz': 'not looked into',
  'folder/a.txt': 'a',
  'folder/b.txt': 'b',
  'sub/index.html': '<p>Sub',
  'own/404.html': '<p>Nothing here',
});
const files = new CertificateFolder();
const certificate = await testCertificate();
files.write(certificate);
const moments = new RecordedMoments();
const options = {
  root: site.root,
  port: 0,
  host: '127.0.0.1',
  listing: true,
  observer: moments,
  unforeseen: (error: unknown) => moments.unforeseen.push(error),
};

let plain: RunningServer;
let secure: RunningServer;
let http2: Http2Client;

beforeAll(async () => {
  plain = await startServer(options);
  secure = await startServer({ ...options, tls: { certificate: files } });
  http2 = await Http2Client.connect(secure.address.port, certificate.cert);
});

afterAll(async () => {
  http2.leave();
  await Promise.all([plain.close(), secure.close()]);
  site.remove();
  files.remove();
});

/** As it can be compared: parts of several ranges are told apart by words made at random. */
function comparable({ status, fields, content }: Answered): unknown {
  const type = fields.find(([name]) => name === 'content-type')?.[1] ?? '';
  const [, boundary = ''] = /boundary="?([^"]+)"?$/.exec(type) ?? [];
  const put = (value: string): string =>
    boundary === '' ? value : value.replaceAll(boundary, 'boundary');
  const octets = put(content.toString('latin1'));
  return {
    status,
    fields: fields.map(([name, value]) => [name, put(value)]),
    octets: `${octets.length} of ${createHash('sha256').update(octets, 'latin1').digest('hex')}`,
  };
}

async function entityTagOf(target: string): Promise<string> {
  const { fields } = await http2.ask({ target });
  return fields.find(([name]) => name === 'etag')?.[1] ?? '';
}

type Row = readonly [status: number, asked: Asked];

const GET: readonly Row[] = [
  [200, { target: '/' }],
  [200, { target: '/hello.txt' }],
  [200, { target: '/hello.txt?a=b&c' }],
  [200, { target: '/empty.txt' }],
  [200, { target: '/large.bin' }],
  [200, { target: '/folder/' }],
  [200, { target: '/folder/', fields: { accept: 'application/json' } }],
  [200, { target: '/text.txt' }],
  [200, { target: '/text.txt', fields: { 'accept-encoding': 'gzip' } }],
  [200, { target: '/text.txt', fields: { 'accept-encoding': 'br' } }],
  [200, { target: '/large.txt', fields: { 'accept-encoding': 'gzip' } }],
  [200, { target: '/data.json', fields: { 'accept-encoding': 'gzip' } }],
  [206, { target: '/hello.txt', fields: { range: 'bytes=0-4' } }],
  [206, { target: '/large.bin', fields: { range: 'bytes=-1000000' } }],
  [206, { target: '/hello.txt', fields: { range: 'bytes=0-1,4-5' } }],
  [416, { target: '/hello.txt', fields: { range: 'bytes=100-' } }],
  [301, { target: '/sub' }],
  [301, { target: '/sub?a=%2F' }],
  [304, { target: '/hello.txt', fields: { 'if-modified-since': LAST_MODIFIED } }],
  [412, { target: '/hello.txt', fields: { 'if-match': '"another"' } }],
  [404, { target: '/nothing' }],
  [404, { target: '/own/nothing' }],
  [404, { target: '/.secret' }],
  [400, { target: '/%zz' }],
  [400, { target: '/%00' }],
  [400, { target: '/a\\b' }],
  [400, { target: '/hello.txt', fields: { host: 'localhost:' + '9'.repeat(6) } }],
  [414, { target: `/${'a'.repeat(9000)}` }],
  [417, { target: '/hello.txt', fields: { expect: 'a-miracle', 'content-length': '0' } }],
  [405, { method: 'DELETE', target: '/hello.txt' }],
  [405, { method: 'POST', target: '/hello.txt' }],
  [501, { method: 'BREW', target: '/hello.txt' }],
  [204, { method: 'OPTIONS', target: '/hello.txt' }],
  [204, { method: 'OPTIONS', target: '*' }],
];

const MALFORMED = /\\|a{9000}/;

/**
 * Without requests that cannot be read: over HTTP/1.1 the page for those is sent whatever the
 * method was. A range means nothing to HEAD.
 */
const HEAD: readonly Row[] = GET.filter(([, { method }]) => method === undefined)
  .filter(
    ([, { target, fields = {} }]) =>
      !MALFORMED.test(target) && !('host' in fields) && !('expect' in fields),
  )
  .map(([status, asked]) => [
    /206|416/.test(`${status}`) ? 200 : status,
    { ...asked, method: 'HEAD' },
  ]);

describe('all versions answer alike', () => {
  const rows = [...GET, ...HEAD].map(([status, asked]) => [status, title(asked), asked] as const);

  test.each(rows)('%i to %s', async (status, _title, asked) => {
    // The second time all is in memory that can be kept there.
    for (const _time of [1, 2]) {
      // oxlint-disable-next-line no-await-in-loop
      const [first, overTls, overHttp2] = await Promise.all([
        askHttp1(plain.address.port, undefined, asked),
        askHttp1(secure.address.port, certificate.cert, asked),
        http2.ask(asHttp2(asked)),
      ]);
      expect(first.status).toBe(status);
      expect(comparable(overTls)).toEqual(comparable(first));
      expect(comparable(overHttp2)).toEqual(comparable(first));
    }
  });

  it('with the validators of one answer in the next', async () => {
    const asked = {
      target: '/text.txt',
      fields: { 'if-none-match': await entityTagOf('/text.txt') },
    };
    const answers = await Promise.all([
      askHttp1(plain.address.port, undefined, asked),
      askHttp1(secure.address.port, certificate.cert, asked),
      http2.ask(asked),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([304, 304, 304]);
    expect(answers[2]).toEqual(answers[0]);
  });

  it('and nobody met a defect of the server', () => {
    expect(moments.unforeseen).toEqual([]);
    expect(new Set(moments.exchanges.map(({ ended }) => ended))).toEqual(new Set(['complete']));
    const protocols = moments.exchanges.map(({ protocol }) => protocol);
    expect(new Set(protocols)).toEqual(new Set(['HTTP/1.1', 'HTTP/2', undefined]));
  });
});

/** The authority stands where Host did. */
function asHttp2(asked: Asked): Asked {
  const { host, ...fields } = asked.fields ?? {};
  return host === undefined ? asked : { ...asked, fields: { ...fields, ':authority': host } };
}

function title({ method = 'GET', target, fields = {} }: Asked): string {
  const lines = Object.entries(fields).map(([name, value]) => `, ${name}: ${value}`);
  return `${method} ${target.slice(0, 40)}${lines.join('')}`;
}
