import { describe, expect, it } from 'vitest';

import { ChangingFileSource } from '../test/cached-model.ts';
import { cachedFileSource } from './cached-file-source.ts';
import { LastAnswer } from './last-answer.ts';
import type { FieldLookup } from './request.ts';
import type { StaticResponse } from './response.ts';
import { createStaticSite, type StaticSite } from './static-site.ts';

const NO_FIELDS: FieldLookup = { get: () => undefined };

interface SetUp {
  readonly disk: ChangingFileSource;
  readonly clock: { nowMs: number; epochMs: number };
  readonly site: StaticSite;
  readonly hits: () => number;
  /** How often the source was looked into: not for an answer that is given again. */
  readonly looks: () => number;
}

async function setUp(files: Readonly<Record<string, string>>): Promise<SetUp> {
  const disk = new ChangingFileSource();
  for (const [path, text] of Object.entries(files)) disk.write(path, text);
  const clock = { nowMs: 10_000, epochMs: Date.UTC(2030, 0) };
  const source = cachedFileSource(disk, { now: () => clock.nowMs });
  let looks = 0;
  const peek = source.peek.bind(source);
  const answerAt = source.answerAt?.bind(source);
  source.peek = (segments) => ((looks += 1), peek(segments));
  source.answerAt = (text, asker) => ((looks += 1), answerAt?.(text, asker));
  const site = createStaticSite({ source, now: () => clock.epochMs });
  for (const path of Object.keys(files)) {
    await site.respond({ method: 'GET', path: `/${path}`, query: undefined, fields: NO_FIELDS });
  }
  return { disk, clock, site, hits: () => source.counts.hits, looks: () => looks };
}

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly fields?: FieldLookup;
}

/** Asks as one who is answered at once. */
function ask(site: StaticSite, last: LastAnswer, asked: Asked = {}): StaticResponse {
  const { method = 'GET', path = '/a.txt', query, fields = NO_FIELDS } = asked;
  const response = site.respond({ method, path, query, fields, last });
  if (response instanceof Promise) throw new Error('expected an answer at once');
  return response;
}

function textOf({ content }: StaticResponse): string {
  return Buffer.from(content?.octets ?? []).toString();
}

describe('the last answer', () => {
  it('is given again to who asks the same again, and counts like another', async () => {
    const { site, hits, looks } = await setUp({ 'a.txt': 'text' });
    const last = new LastAnswer();
    const first = ask(site, last);
    const before = { hits: hits(), looks: looks() };
    expect(ask(site, last)).toEqual(first);
    expect(ask(site, last)).toEqual(first);
    expect([hits() - before.hits, looks() - before.looks]).toEqual([2, 0]);
    expect(textOf(first)).toBe('text');
    expect(Object.isFrozen(first.fields)).toBe(true);
  });

  it('has a content of its own each time, whoever still reads the one before', async () => {
    const { site } = await setUp({ 'a.txt': 'text' });
    const last = new LastAnswer();
    const contents = [1, 2, 3].map(() => ask(site, last).content!);
    const into = new Uint8Array(3);
    const read: string[] = [];
    for (const content of [...contents, ...contents]) {
      // oxlint-disable-next-line no-await-in-loop
      const count = await content.read(into);
      read.push(Buffer.from(into.subarray(0, count)).toString());
    }
    expect(read).toEqual(['tex', 'tex', 'tex', 't', 't', 't']);
    await contents[0]?.close();
    await expect(contents[0]?.read(into)).rejects.toMatchObject({ kind: 'closed' });
    expect(await contents[1]?.read(into)).toBe(0);
  });

  it.each<[string, Asked]>([
    ['another method', { method: 'HEAD' }],
    ['another path', { path: '/b.txt' }],
    ['a query', { query: '' }],
    ['other fields, though they say the same', { fields: { get: () => undefined } }],
  ])('is not given for %s', async (_, asked) => {
    const { site, looks } = await setUp({ 'a.txt': 'text', 'b.txt': 'other' });
    const last = new LastAnswer();
    ask(site, last);
    const before = looks();
    const other = ask(site, last, asked);
    expect(looks()).toBeGreaterThan(before);
    const fresh = ask(site, new LastAnswer(), asked);
    expect([other.status, other.fields, textOf(other)]).toEqual([
      fresh.status,
      fresh.fields,
      textOf(fresh),
    ]);
  });

  it('is that of one asker alone', async () => {
    const { site } = await setUp({ 'a.txt': 'a', 'b.txt': 'b' });
    const [one, other] = [new LastAnswer(), new LastAnswer()];
    for (let round = 0; round < 3; round += 1) {
      expect(textOf(ask(site, one))).toBe('a');
      expect(textOf(ask(site, other, { path: '/b.txt' }))).toBe('b');
    }
  });

  it('is of one site alone', async () => {
    const [one, other] = [await setUp({ 'a.txt': 'one' }), await setUp({ 'a.txt': 'other' })];
    const last = new LastAnswer();
    expect(textOf(ask(one.site, last))).toBe('one');
    expect(textOf(ask(other.site, last))).toBe('other');
  });

  it('is of one site alone, also of two of one source', async () => {
    const disk = new ChangingFileSource();
    disk.write('.a.txt', 'hidden');
    const source = cachedFileSource(disk, { now: () => 0 });
    const sites = [createStaticSite({ source, dotfiles: 'allow' }), createStaticSite({ source })];
    const last = new LastAnswer();
    const statuses: number[] = [];
    for (const site of [...sites, ...sites, ...sites]) {
      const asked = { method: 'GET', path: '/.a.txt', query: undefined, fields: NO_FIELDS, last };
      // oxlint-disable-next-line no-await-in-loop
      statuses.push((await site.respond(asked)).status);
    }
    expect(statuses).toEqual([200, 404, 200, 404, 200, 404]);
  });

  it('is believed as long as what it is made of, and no longer', async () => {
    const { site, clock, disk, looks } = await setUp({ 'a.txt': 'text' });
    const last = new LastAnswer();
    clock.nowMs += 600;
    ask(site, last);
    disk.write('a.txt', 'newer');
    clock.nowMs += 399;
    const before = looks();
    expect(textOf(ask(site, last))).toBe('text');
    expect(looks()).toBe(before);
    clock.nowMs += 1;
    const fields = NO_FIELDS;
    const asked = site.respond({ method: 'GET', path: '/a.txt', query: undefined, fields, last });
    expect(asked).toBeInstanceOf(Promise);
    expect(textOf(await asked)).toBe('newer');
  });

  it('is not given once anybody was told of another version', async () => {
    const { site, clock, disk } = await setUp({ 'a.txt': 'text', 'b.txt': 'b' });
    clock.nowMs += 500;
    const fields = NO_FIELDS;
    const last = new LastAnswer();
    await site.respond({ method: 'GET', path: '/c.png', query: undefined, fields });
    const missing = ask(site, last, { path: '/c.png' });
    expect(missing.status).toBe(404);
    disk.write('c.png', 'c');
    clock.nowMs += 499;
    expect(ask(site, last, { path: '/c.png' })).toBe(missing);
    clock.nowMs += 501;
    await site.respond({ method: 'GET', path: '/c.png', query: undefined, fields });
    expect(textOf(ask(site, last, { path: '/c.png' }))).toBe('c');
  });

  it('is not given where the clock was set back: its file may be of tomorrow then', async () => {
    const { site, clock } = await setUp({ 'a.txt': 'text' });
    const last = new LastAnswer();
    ask(site, last);
    clock.epochMs = 0;
    const again = ask(site, last);
    expect(again.fields.map(([name]) => name)).not.toContain('Last-Modified');
  });

  it('is not kept where it is large, or had to be waited for', async () => {
    const files = { 'a.txt': 'x'.repeat(64 * 1024 + 1), 'b.txt': 'b' };
    const { site, clock, looks } = await setUp(files);
    const last = new LastAnswer();
    ask(site, last);
    const before = looks();
    ask(site, last);
    expect(looks()).toBeGreaterThan(before);
    clock.nowMs += 5000;
    const fields = NO_FIELDS;
    await site.respond({ method: 'GET', path: '/b.txt', query: undefined, fields, last });
    const afterWait = looks();
    ask(site, last, { path: '/b.txt' });
    expect(looks()).toBeGreaterThan(afterWait);
  });

  it('is forgotten when that is asked for', async () => {
    const { site, looks } = await setUp({ 'a.txt': 'text' });
    const last = new LastAnswer();
    ask(site, last);
    const before = looks();
    last.forget();
    ask(site, last);
    expect(looks()).toBeGreaterThan(before);
  });
});
