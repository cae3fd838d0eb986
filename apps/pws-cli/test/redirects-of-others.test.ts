/**
 * A `_redirects` of every kind of rule that gateways of IPFS know, in their order: each is asked for, and
 * every file that is there is, past the catch-all at the end. The statuses of pages, too, whoever asks.
 */
import { afterAll, beforeAll, expect, it, test } from 'vitest';
import { Program, killPrograms } from './program.ts';
import { ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

const FILES: Readonly<Record<string, string>> = {
  'index.html': 'front',
  '404.html': 'page of 404',
  '410.html': 'page of 410',
  '451.html': 'page of 451',
  'one.html': 'one',
  'two.html': 'two',
  'moved/one.html': 'moved one',
  'articles/2026/02/03/title': 'an article',
  'plain/is-there.txt': 'there',
};
const RULES = `
/to-one /one.html
/to-one-said /one.html 301
/to-two /two.html 302
/as-front /index.html 200
/posts/:year/:month/:day/:title /articles/:year/:month/:day/:title 301
/splat/* /moved/:splat 301
/lost/* /404.html 404
/gone/* /410.html 410
/barred/* /451.html 451
/* /index.html 200
`;

const site = new TemporarySite({ ...FILES, _redirects: RULES });
let port = 0;
beforeAll(async () => {
  ({ port } = await Program.serving([site.root, '--no-clean-urls']));
});
afterAll(async () => {
  await killPrograms();
  site.remove();
});

const NAVIGATION = ['Sec-Fetch-Mode: navigate'];

test.each<[string, number, string]>([
  ['/to-one', 301, '/one.html'],
  ['/to-one-said?a=1', 301, '/one.html?a=1'],
  ['/to-two', 302, '/two.html'],
  ['/as-front', 200, 'front'],
  ['/posts/2026/02/03/title', 301, '/articles/2026/02/03/title'],
  ['/posts/2026/02/03', 200, 'front'],
  ['/splat/one.html', 301, '/moved/one.html'],
  ['/splat', 301, '/moved/'],
  ['/lost/a/b', 404, 'page of 404'],
  ['/gone/a', 410, 'page of 410'],
  ['/barred/a', 451, 'page of 451'],
  ['/none/at/all', 200, 'front'],
])('%s is answered with %i and %s', async (target, status, expected) => {
  for (const method of ['GET', 'HEAD']) {
    // oxlint-disable-next-line no-await-in-loop
    const answer = await ask(port, target, method, NAVIGATION);
    expect(answer.status).toBe(status);
    if (status >= 300 && status < 400) expect(answer.fields['location']).toBe(expected);
    else if (method === 'GET') expect(answer.content.toString()).toBe(expected);
    else expect(answer.fields['content-length']).toBe(String(expected.length));
    if (status >= 400) expect(answer.fields['cache-control']).toBe('no-store');
  }
});

it('every file that is there is sent, and not what catches all', async () => {
  for (const [name, content] of Object.entries(FILES)) {
    // oxlint-disable-next-line no-await-in-loop
    const answer = await ask(port, `/${name}`, 'GET', NAVIGATION);
    expect([name, answer.status, answer.content.toString()]).toEqual([name, 200, content]);
  }
});
