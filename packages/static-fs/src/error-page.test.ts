import { describe, expect, it } from 'vitest';

import { ask, requestFor } from '../test/exchange.ts';
import { type MemoryEntry, MemoryFileSource } from '../test/memory-file-source.ts';
import { createStaticSite } from './static-site.ts';

const ENTRIES: Readonly<Record<string, MemoryEntry>> = {
  'index.html': 'front',
  '404.html': 'root 404',
  '500.html': 'root 500',
  'docs/404.html': 'docs 404',
  'docs/500.html': 'docs 500',
  'docs/broken.txt': { error: 'failed' },
  'docs/guide/broken.txt': { error: 'failed' },
  'docs/busy.txt': { error: 'busy' },
  'docs/guide/index.html': 'guide',
  'docs/bare/404.html/a.txt': 'a page that is a directory',
  'locked/404.html': { error: 'forbidden' },
  'a.txt': 'a',
  'no.txt': { error: 'forbidden' },
  'busy.txt': { error: 'busy' },
  'broken.txt': { error: 'failed' },
};

describe('the page for an error', () => {
  it.each<[string, number, string | undefined, string]>([
    ['/none', 404, 'root 404', 'at the root'],
    ['/none/', 404, 'root 404', 'a folder that is not there'],
    ['/none/deeper/still.html', 404, 'root 404', 'below folders that are not there'],
    ['/docs/none', 404, 'docs 404', 'the nearest'],
    ['/docs/', 404, 'docs 404', 'a folder without index: its own'],
    ['/docs/guide/none', 404, 'docs 404', 'one further up'],
    ['/docs/bare/none', 404, 'docs 404', 'a directory of that name is no page'],
    ['/locked/none', 404, 'root 404', 'a page that the system refuses is none'],
    ['/docs/.git/config', 404, 'docs 404', 'a dotfile, as any name that is not there'],
    ['/.env', 404, 'root 404', 'a dotfile at the root'],
    ['/404.html', 200, 'root 404', 'asked for by its name it is an ordinary file'],
    ['/500.html', 200, 'root 500', 'asked for by its name it is an ordinary file'],
    ['/broken.txt', 500, 'root 500', 'a disk that fails'],
    ['/docs/broken.txt', 500, 'docs 500', 'the nearest'],
    ['/docs/guide/broken.txt', 500, 'docs 500', 'one further up'],
    ['/docs/busy.txt', 503, 'root 500', 'what is short is not looked for twice'],
    ['/busy.txt', 503, 'root 500', 'no descriptor left'],
    ['/no.txt', 403, undefined, 'no page for this'],
    ['/../a', 400, undefined, 'no page for this'],
  ])('for %s (%d) is %j: %s', async (target, status, text) => {
    const source = new MemoryFileSource(ENTRIES);
    const site = createStaticSite({ source, naming: 'posix' });
    const answer = await ask(site, target);
    expect(answer.status).toBe(status);
    expect(answer.text).toBe(text);
    expect(source.openCount).toBe(0);
    const head = await ask(site, target, 'HEAD');
    expect(head.response.fields).toEqual(answer.response.fields);
    expect(head.text).toBeUndefined();
    expect(source.openCount).toBe(0);
  });

  it('has neither validators nor ranges, and is not kept', async () => {
    const site = createStaticSite({ source: new MemoryFileSource(ENTRIES) });
    const fields = {
      Range: 'bytes=0-1',
      'If-None-Match': '*',
      'If-Match': '"x"',
      'Accept-Encoding': 'br, gzip',
    };
    const answer = await ask(site, '/none', 'GET', fields);
    expect(answer.status).toBe(404);
    expect(answer.text).toBe('root 404');
    expect(answer.fields).toEqual({
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Length': '8',
      'Cache-Control': 'no-store',
    });
  });

  it('keeps Retry-After and the error for the log', async () => {
    const site = createStaticSite({ source: new MemoryFileSource(ENTRIES) });
    const answer = await ask(site, '/busy.txt');
    expect(answer.fields['Retry-After']).toBe('1');
    expect(answer.response.fault?.kind).toBe('busy');
  });

  it('is not looked for where there is none to be, or the method cannot work', async () => {
    const source = new MemoryFileSource(ENTRIES);
    const without = createStaticSite({ source, errorPages: false });
    expect((await ask(without, '/none')).response.content).toBeUndefined();
    expect(source.opened).toEqual(['none']);
    await ask(createStaticSite({ source }), '/none', 'FOO');
    await ask(createStaticSite({ source }), '/none', 'POST');
    expect(source.opened).toEqual(['none']);
  });

  it('is the answer of the sender where the site has none, or cannot open it', async () => {
    const none = createStaticSite({ source: new MemoryFileSource({ 'a.txt': 'a' }) });
    const broken = new MemoryFileSource({ '404.html': { error: 'failed' } });
    for (const site of [none, createStaticSite({ source: broken })]) {
      const response = await site.respond(requestFor('/none'));
      expect(response).toEqual({
        status: 404,
        fields: [],
        content: undefined,
        fault: undefined,
      });
    }
  });

  it('costs a bounded number of openings, however deep the path', async () => {
    const source = new MemoryFileSource({ 'a.txt': 'a' });
    await ask(createStaticSite({ source }), '/x'.repeat(4000));
    expect(source.opened.length).toBe(1 + 17);
  });
});
