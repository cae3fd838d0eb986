// Lessons: what servers of files have got wrong, each a mistake that is not to be made here.

import { describe, expect, it } from 'vitest';

import { createStaticSite, type FileSource, type StaticSite } from '../src/index.ts';
import { ask, requestFor, type Sent } from './exchange.ts';
import { type MemoryEntry, MemoryFileSource } from './memory-file-source.ts';

const MTIME = Date.UTC(2024, 4, 6, 7, 8, 9, 500);
const DATE = 'Mon, 06 May 2024 07:08:09 GMT';
const ENTRIES: Readonly<Record<string, MemoryEntry>> = {
  'index.html': '<p>front</p>',
  'a.js': 'let a;',
  'a.js.br': 'BR',
  'a.js.gz': 'GZ',
  'a#b.txt': 'hash',
  'a?b.txt': 'question mark',
  'docs/index.html': '<p>docs</p>',
  '404.html': 'nothing here',
  'only.js.gz': 'GZ',
};

function siteOf(source: FileSource = new MemoryFileSource(ENTRIES)): StaticSite {
  return createStaticSite({ source, now: () => MTIME + 60_000, naming: 'posix' });
}

function get(target: string, fields?: Sent, method = 'GET') {
  return ask(siteOf(), target, method, fields);
}

describe('lesson: ranges', () => {
  it('a range that is not there gives 416 without the file', async () => {
    const answer = await get('/a.js', { Range: 'bytes=100-' });
    expect(answer.status).toBe(416);
    expect(answer.fields['Content-Range']).toBe('bytes */6');
    expect(answer.response.content).toBeUndefined();
  });

  it('a suffix range gives the end of the file, not its start and not 416', async () => {
    expect((await get('/a.js', { Range: 'bytes=-2' })).text).toBe('a;');
  });

  it('`bytes=0-0` is one octet, not the whole file', async () => {
    expect((await get('/a.js', { Range: 'bytes=0-0' })).text).toBe('l');
  });

  it('several ranges give all of them, not the first and not a mixture', async () => {
    const answer = await get('/a.js', { Range: 'bytes=0-0,4-4' });
    expect(answer.fields['Content-Type']).toMatch(/^multipart\/byteranges/);
    expect(answer.text?.match(/Content-Range: .*/g)).toEqual([
      'Content-Range: bytes 0-0/6',
      'Content-Range: bytes 4-4/6',
    ]);
  });

  it('Accept-Ranges is said in a 200, not only in a 206', async () => {
    expect((await get('/a.js')).fields['Accept-Ranges']).toBe('bytes');
  });

  it('a download is resumed by its entity tag, which is strong', async () => {
    const { ETag = '' } = (await get('/a.js')).fields;
    expect(ETag).not.toMatch(/^W/);
    const answer = await get('/a.js', { Range: 'bytes=4-', 'If-Range': ETag });
    expect([answer.status, answer.text]).toEqual([206, 'a;']);
  });
});

describe('lesson: validators', () => {
  it('If-Modified-Since is read, not only sent for', async () => {
    expect((await get('/a.js', { 'If-Modified-Since': DATE })).status).toBe(304);
    const site = createStaticSite({ source: new MemoryFileSource(ENTRIES), etag: 'off' });
    expect((await ask(site, '/a.js', 'GET', { 'If-Modified-Since': DATE })).status).toBe(304);
  });

  it.each(['%s', 'W/%s', '"x", %s', '*'])('If-None-Match: %s is more than a text', async (form) => {
    const { ETag = '' } = (await get('/a.js')).fields;
    const answer = await get('/a.js', { 'If-None-Match': form.replace('%s', ETag) });
    expect(answer.status).toBe(304);
  });

  it('a 304 is not bare: it repeats the entity tag and Vary', async () => {
    const { fields } = await get('/a.js');
    const answer = await get('/a.js', { 'If-None-Match': '*' });
    expect(answer.fields).toMatchObject({ ETag: fields['ETag'], Vary: 'Accept-Encoding' });
  });

  it('each coding has an entity tag of its own, and none is taken for another', async () => {
    const plain = await get('/a.js');
    const gzip = await get('/a.js', { 'Accept-Encoding': 'gzip' });
    const br = await get('/a.js', { 'Accept-Encoding': 'br' });
    const tags = [plain, gzip, br].map(({ fields }) => fields['ETag']);
    expect(new Set(tags).size).toBe(3);
    const crossed = { 'Accept-Encoding': 'gzip', 'If-None-Match': tags[0] ?? '' };
    expect((await get('/a.js', crossed)).status).toBe(200);
  });

  it('no octet is read for an entity tag, however large the file', async () => {
    const memory = new MemoryFileSource(ENTRIES);
    let reads = 0;
    const source: FileSource = {
      async open(segments) {
        const opened = await memory.open(segments);
        if (opened.kind !== 'file') return opened;
        const read: typeof opened.read = (into, position) => {
          reads += 1;
          return opened.read(into, position);
        };
        return { ...opened, read };
      },
    };
    const head = await siteOf(source).respond(requestFor('/a.js', 'HEAD'));
    expect(head.fields.map(([name]) => name)).toContain('ETag');
    expect(reads).toBe(0);
  });

  it('an entity tag is of what every replica knows: date and length, no number of the disk', async () => {
    const replicas = [siteOf(), siteOf(new MemoryFileSource({ ...ENTRIES }))];
    const answers = await Promise.all(replicas.map((site) => ask(site, '/a.js')));
    expect(answers[0]?.fields['ETag']).toBe(answers[1]?.fields['ETag']);
  });
});

describe('lesson: negotiation', () => {
  it.each<[string, string, string | undefined]>([
    ['gzip;q=0', 'let a;', undefined],
    ['gzip;q=1.0', 'GZ', 'gzip'],
    ['deflate', 'let a;', undefined],
    ['br;q=0, gzip', 'GZ', 'gzip'],
    ['abrakadabra', 'let a;', undefined],
  ])('Accept-Encoding: %s gives %s, and says so', async (field, text, coding) => {
    const answer = await get('/a.js', { 'Accept-Encoding': field });
    expect(answer.text).toBe(text);
    expect(answer.fields['Content-Encoding']).toBe(coding);
    expect(answer.fields['Vary']).toBe('Accept-Encoding');
  });

  it('Vary is said of the file as it is, too', async () => {
    expect((await get('/a.js')).fields['Vary']).toBe('Accept-Encoding');
  });

  it('a coded representation keeps the media type and the charset of its file', async () => {
    const answer = await get('/a.js', { 'Accept-Encoding': 'br' });
    expect(answer.fields['Content-Type']).toBe('text/javascript; charset=utf-8');
  });

  it('a sibling whose file is gone does not answer for it', async () => {
    expect((await get('/only.js', { 'Accept-Encoding': 'gzip' })).status).toBe(404);
  });
});

describe('lesson: methods, paths and pages', () => {
  it('POST does not give the file', async () => {
    const answer = await get('/', undefined, 'POST');
    expect([answer.status, answer.text]).toEqual([405, undefined]);
    expect(answer.fields['Allow']).toBe('GET, HEAD, OPTIONS');
  });

  it('a redirect keeps the query', async () => {
    expect((await get('/docs?a=1')).fields['Location']).toBe('/docs/?a=1');
  });

  it('`%23` and `%3F` are characters of a name', async () => {
    expect((await get('/a%23b.txt')).text).toBe('hash');
    expect((await get('/a%3Fb.txt')).text).toBe('question mark');
  });

  it('what is not there is 404 with HEAD as with GET, and its page is not kept', async () => {
    for (const method of ['GET', 'HEAD']) {
      const answer = await get('/assets/app.OLD.js', undefined, method);
      expect(answer.status).toBe(404);
      expect(answer.fields['Content-Type']).toBe('text/html; charset=utf-8');
      expect(answer.fields['Cache-Control']).toBe('no-store');
    }
  });
});
