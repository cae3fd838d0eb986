// Compression on the fly, as a site does it: for whom, of what, with which fields, and that what is
// sent is one version of the file. How octets are coded is tested beside the coders.

import { appendFileSync, truncateSync, writeFileSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it } from 'vitest';

import { createStaticSite, type FolderSite, type StaticSite } from '../src/index.ts';
import { readAll, requestFor, type Sent } from './exchange.ts';
import { TemporaryTree } from './temporary-tree.ts';

const SCRIPT = 'export const answer = 42;\n'.repeat(400);
const BIG = `${'0123456789 and words between them\n'.repeat(40_000)}`.repeat(5);

const tree = new TemporaryTree();
tree.write('pub/app.js', SCRIPT);
tree.write('pub/short.js', 'export {};\n');
tree.write('pub/picture.png', SCRIPT);
tree.write('pub/noise.txt', Buffer.from(Array.from({ length: 5000 }, () => Math.random() * 256)));
tree.write('pub/with-sibling.js', SCRIPT);
tree.write('pub/with-sibling.js.gz', 'SIBLING');
tree.write('pub/big.txt', BIG);
tree.write('pub/unknown.bin', SCRIPT);

function siteOf(options: Omit<FolderSite, 'root'> = {}): StaticSite {
  return createStaticSite({ root: tree.at('pub'), ...options });
}

interface Got {
  readonly status: number;
  readonly fields: Readonly<Record<string, string>>;
  readonly octets: Buffer | undefined;
}

async function get(
  site: StaticSite,
  target: string,
  fields: Sent = {},
  method = 'GET',
): Promise<Got> {
  const response = await site.respond(requestFor(target, method, fields));
  try {
    const octets = response.content && (await readAll(response.content, 10_000));
    return { status: response.status, fields: Object.fromEntries(response.fields), octets };
  } finally {
    await response.content?.close();
  }
}

afterEach(() => {
  expect(tree.openDescriptors(), 'nothing stays open').toEqual([]);
});

afterAll(() => {
  tree.remove();
});

const BROWSER = { 'Accept-Encoding': 'gzip, deflate, br' };
const GZIP = { 'Accept-Encoding': 'gzip' };

describe('a file of text', () => {
  it.each<[Sent, string | undefined, string]>([
    [{}, undefined, 'who says nothing gets it as it is'],
    [BROWSER, 'br', 'what is smallest first'],
    [GZIP, 'gzip', 'what is accepted'],
    [{ 'Accept-Encoding': 'br;q=0.1, gzip' }, 'gzip', 'by weight'],
    [{ 'Accept-Encoding': 'gzip;q=0' }, undefined, 'what is refused is not sent'],
    [{ 'Accept-Encoding': 'identity, gzip;q=0.5' }, undefined, 'rather as it is'],
    [{ 'Accept-Encoding': 'deflate' }, undefined, 'a coding that is not made'],
  ])('is coded for %j as %s: %s', async (sent, coding) => {
    const { status, fields, octets = Buffer.alloc(0) } = await get(siteOf(), '/app.js', sent);
    expect(status).toBe(200);
    expect(fields['Content-Encoding']).toBe(coding);
    expect(fields['Vary']).toBe('Accept-Encoding');
    expect(fields['Content-Type']).toBe('text/javascript; charset=utf-8');
    expect(fields['Content-Length']).toBe(String(octets.length));
    expect(decode(octets, coding)).toBe(SCRIPT);
    expect(fields['Accept-Ranges'], 'no ranges of what is made here').toBe(
      coding === undefined ? 'bytes' : undefined,
    );
  });

  it('has an entity tag for each coding, and a weak one for what is made here', async () => {
    const site = siteOf({ now: () => Date.now() + 60_000 });
    const [plain, br, gzip] = [
      await get(site, '/app.js'),
      await get(site, '/app.js', BROWSER),
      await get(site, '/app.js', GZIP),
    ].map(({ fields }) => fields['ETag'] ?? '');
    expect(plain).toMatch(/^"/);
    expect(br).toBe(`W/${plain?.slice(0, -1)}-br"`);
    expect(gzip).toBe(`W/${plain?.slice(0, -1)}-gzip"`);
  });

  it('is not sent again to those who have the coded form', async () => {
    const site = siteOf();
    const { fields } = await get(site, '/app.js', GZIP);
    const again = await get(site, '/app.js', { ...GZIP, 'If-None-Match': fields['ETag'] ?? '' });
    expect(again.status).toBe(304);
    expect(again.fields['ETag']).toBe(fields['ETag']);
    expect(again.fields['Vary']).toBe('Accept-Encoding');
    const other = await get(site, '/app.js', { ...BROWSER, 'If-None-Match': fields['ETag'] ?? '' });
    expect(other.status, 'another coding is another representation').toBe(200);
  });

  it('has the same fields with HEAD, and no content', async () => {
    const site = siteOf();
    const [byGet, head] = [
      await get(site, '/app.js', BROWSER),
      await get(site, '/app.js', BROWSER, 'HEAD'),
    ];
    expect(head.fields).toEqual(byGet.fields);
    expect(head.octets).toBeUndefined();
  });

  it('is sent as it is, in part, to those who ask for a range', async () => {
    const site = siteOf({ now: () => Date.now() + 60_000 });
    const part = await get(site, '/app.js', { ...BROWSER, Range: 'bytes=0-9' });
    expect(part.status).toBe(206);
    expect(part.fields['Content-Encoding']).toBeUndefined();
    expect(part.octets?.toString()).toBe(SCRIPT.slice(0, 10));
    const whole = siteOf({ maxRanges: 0 });
    const coded = await get(whole, '/app.js', { ...BROWSER, Range: 'bytes=0-9' });
    expect(coded.fields['Content-Encoding'], 'a range that is not given').toBe('br');
    const head = await get(site, '/app.js', { ...BROWSER, Range: 'bytes=0-9' }, 'HEAD');
    expect(head.fields['Content-Encoding'], 'HEAD knows no ranges').toBe('br');
  });

  it.each([
    ['/short.js', 'too short'],
    ['/picture.png', 'compressed by its format'],
    ['/unknown.bin', 'of no known type'],
    ['/noise.txt', 'that would not become smaller'],
  ])('is not coded: %s, %s', async (target) => {
    const { fields } = await get(siteOf(), target, BROWSER);
    expect(fields['Content-Encoding']).toBeUndefined();
  });

  it('is not coded where a sibling is there', async () => {
    const { fields, octets } = await get(siteOf(), '/with-sibling.js', BROWSER);
    expect(fields['Content-Encoding']).toBe('gzip');
    expect(octets?.toString()).toBe('SIBLING');
    const without = await get(siteOf({ precompressed: false }), '/with-sibling.js', BROWSER);
    expect(without.fields['Content-Encoding']).toBe('br');
  });

  it('is not coded where the site is told not to', async () => {
    const site = siteOf({ compress: false });
    expect((await get(site, '/app.js', BROWSER)).fields['Content-Encoding']).toBeUndefined();
    const bare = siteOf({ compress: false, precompressed: false });
    expect((await get(bare, '/app.js', BROWSER)).fields['Vary'], 'nor could be').toBeUndefined();
  });

  it('is coded anew when it was changed', async () => {
    const site = siteOf({ freshMs: 0 });
    tree.write('pub/changes.js', SCRIPT);
    await get(site, '/changes.js', GZIP);
    writeFileSync(tree.at('pub/changes.js'), SCRIPT.replaceAll('42', '43'));
    const { octets = Buffer.alloc(0) } = await get(site, '/changes.js', GZIP);
    expect(gunzipSync(octets).toString()).toBe(SCRIPT.replaceAll('42', '43'));
  });

  it('is coded for many at once, once', async () => {
    const site = siteOf();
    const all = await Promise.all(Array.from({ length: 50 }, () => get(site, '/app.js', GZIP)));
    const [first] = all;
    for (const { octets } of all) expect(octets).toEqual(first?.octets);
    expect(gunzipSync(first?.octets ?? '').toString()).toBe(SCRIPT);
  });

  it('is answered at once when it was coded before', async () => {
    const site = siteOf();
    await get(site, '/app.js', GZIP);
    const response = site.respond(requestFor('/app.js', 'GET', GZIP));
    expect(response).not.toBeInstanceOf(Promise);
    const { content } = await response;
    expect(content?.octets).toBeInstanceOf(Uint8Array);
  });
});

describe('the counts of a site', () => {
  it('tell hits, misses and what is kept, forms included', async () => {
    const site = siteOf();
    await get(site, '/app.js');
    const before = site.counts;
    expect(before).toMatchObject({ hits: 0, entries: 1 });
    await get(site, '/app.js', GZIP);
    expect(site.counts?.hits).toBe(1);
    expect(site.counts?.bytes).toBeGreaterThan(before?.bytes ?? Infinity);
  });
});

describe('a big file of text', () => {
  it.each(['br', 'gzip'])('is coded in %s while it is sent', async (coding) => {
    const site = siteOf();
    const { fields, octets } = await get(site, '/big.txt', { 'Accept-Encoding': coding });
    expect(fields['Content-Encoding']).toBe(coding);
    expect(fields).not.toHaveProperty('Content-Length');
    expect(fields).not.toHaveProperty('Accept-Ranges');
    expect(decode(octets ?? Buffer.alloc(0), coding) === BIG).toBe(true);
    const head = await get(site, '/big.txt', { 'Accept-Encoding': coding }, 'HEAD');
    expect(head.fields).toEqual(fields);
  });

  it('is not coded for those who have it', async () => {
    const site = siteOf();
    const { fields } = await get(site, '/big.txt', GZIP, 'HEAD');
    const again = await get(site, '/big.txt', { ...GZIP, 'If-None-Match': fields['ETag'] ?? '' });
    expect(again.status).toBe(304);
  });

  it('has no clean end where it shrinks meanwhile', async () => {
    tree.write('pub/shrinks.txt', BIG);
    const { content } = await siteOf().respond(requestFor('/shrinks.txt', 'GET', GZIP));
    if (content === undefined) throw new Error('there is content');
    await content.read(new Uint8Array(10));
    truncateSync(tree.at('pub/shrinks.txt'), 1000);
    await expect(readAll(content)).rejects.toMatchObject({ kind: 'changed' });
    await content.close();
  });

  it('ends where it ended when it was opened', async () => {
    tree.write('pub/grows.txt', BIG);
    const { content } = await siteOf().respond(requestFor('/grows.txt', 'GET', GZIP));
    if (content === undefined) throw new Error('there is content');
    appendFileSync(tree.at('pub/grows.txt'), 'more');
    const octets = await readAll(content, 100_000);
    expect(gunzipSync(octets).toString() === BIG).toBe(true);
    await content.close();
  });

  it('is sent as it is where too many are coded at once', async () => {
    const site = siteOf();
    const open = await Promise.all(
      Array.from({ length: 40 }, async () => site.respond(requestFor('/big.txt', 'GET', GZIP))),
    );
    const codings = open.map(({ fields }) => Object.fromEntries(fields)['Content-Encoding']);
    expect(codings).toContain('gzip');
    expect(codings).toContain(undefined);
    for (const { content } of open) await content?.close();
    const { fields } = await get(site, '/big.txt', GZIP);
    expect(fields['Content-Encoding'], 'and coded again when they are done').toBe('gzip');
  });
});

function decode(octets: Buffer, coding: string | undefined): string {
  if (coding === undefined) return octets.toString();
  return (coding === 'br' ? brotliDecompressSync(octets) : gunzipSync(octets)).toString();
}
