import { Fields } from '@pws/http-wire';
import type { FieldLines, StaticResponse } from '@pws/static-fs';
import { describe, expect, it, test } from 'vitest';
import {
  type Answerer,
  type Dresser,
  type HandledRequest,
  type HandlerOptions,
  createHandler,
} from './handler.ts';

const request: HandledRequest = {
  method: 'GET',
  target: { form: 'origin', path: '/a', query: undefined, authority: undefined },
  fields: Fields.from([]),
  peer: { address: '127.0.0.1', port: 1 },
  isSecure: false,
  requestId: 'p-00',
};

const answerOf = (status: number): StaticResponse => ({ status, fields: [], content: undefined });

function handlerOf(options: Partial<HandlerOptions>, unforeseen: unknown[] = []) {
  return createHandler({
    site: { respond: () => answerOf(204) },
    server: 'PWS/1.0',
    now: () => 0,
    unforeseen: (error) => unforeseen.push(error),
    ...options,
  });
}

const leave: Answerer = () => undefined;
const leaveLater: Answerer = () => Promise.resolve(undefined);

describe('a handler', () => {
  it.each<[readonly Answerer[], number, string]>([
    [[], 204, 'the site answers where nobody else does'],
    [[leave, leaveLater, leave], 204, 'nor where all leave it, at once or later'],
    [[() => answerOf(200), () => answerOf(201)], 200, 'the first who answers does'],
    [[leave, () => answerOf(201)], 201, 'or the second'],
    [[leaveLater, () => answerOf(201)], 201, 'after one who needed time'],
    [[leaveLater, () => Promise.resolve(answerOf(202)), () => answerOf(201)], 202, 'in order'],
  ])('with %j gives %i: %s', async (answerers, status) => {
    expect((await handlerOf({ answerers }).respond(request)).status).toBe(status);
  });

  it('answers at once where nobody needs time', () => {
    expect(handlerOf({ answerers: [leave] }).respond(request)).not.toBeInstanceOf(Promise);
  });

  it('adds what is added, in order, behind the fields of the answer', async () => {
    const { fields } = await handlerOf({
      site: { respond: () => ({ ...answerOf(204), fields: [['Own', '1']] }) },
      dressers: [
        ({ peer }) => [['Peer', peer.address]],
        (_request, { status }) => [['Was', String(status)]],
      ],
    }).respond(request);
    expect(fields).toEqual([
      ['Server', 'PWS/1.0'],
      ['Date', 'Thu, 01 Jan 1970 00:00:00 GMT'],
      ['Own', '1'],
      ['Peer', '127.0.0.1'],
      ['Was', '204'],
    ]);
  });

  it('shows who adds fields the whole answer, with the page of an error', async () => {
    const { fields } = await handlerOf({
      site: { respond: () => answerOf(404) },
      dressers: [(_request, answer) => [['Has-Fields', String(answer.fields.length)]]],
    }).respond(request);
    expect(Object.fromEntries(fields)).toMatchObject({ 'Has-Fields': '5' });
  });

  it.each<[FieldLines, FieldLines, FieldLines]>([
    [[['Vary', 'Accept-Encoding']], [['Vary', 'Origin']], [['Vary', 'Accept-Encoding, Origin']]],
    [
      [['Vary', 'A']],
      [
        ['vary', 'B'],
        ['Vary', 'C'],
      ],
      [['Vary', 'A, B, C']],
    ],
    [[], [['Vary', 'Origin']], [['Vary', 'Origin']]],
    [
      [['Link', 'a']],
      [['Link', 'b']],
      [
        ['Link', 'a'],
        ['Link', 'b'],
      ],
    ],
  ])('makes of the fields %j and the added %j: %j', async (own, added, expected) => {
    const { fields } = await handlerOf({
      site: { respond: () => ({ ...answerOf(200), fields: own }) },
      dressers: [() => added],
    }).respond(request);
    expect(fields.slice(2)).toEqual(expected);
  });

  it('does not say what it is where it is told so', async () => {
    const { fields } = await handlerOf({ server: false }).respond(request);
    expect(fields).toEqual([['Date', 'Thu, 01 Jan 1970 00:00:00 GMT']]);
  });

  it('answers 500 where one who answers fails, and says so to whoever watches', async () => {
    const unforeseen: unknown[] = [];
    const defect = new Error('defect');
    const answerers = [() => Promise.reject(defect)];
    const { status, fields } = await handlerOf({ answerers }, unforeseen).respond(request);
    expect(status).toBe(500);
    expect(Object.fromEntries(fields)).toMatchObject({ 'Cache-Control': 'no-store' });
    expect(unforeseen).toEqual([defect]);
  });

  test.each([
    [200, false, 'an answer'],
    [404, false, 'an error of the client'],
    [500, true, 'a failure'],
    [501, false, 'what no server of this kind does'],
    [503, true, 'a shortage'],
  ])('gives %i an X-Request-Id: %s (%s)', async (status, hasId) => {
    const { fields } = await handlerOf({ answerers: [() => answerOf(status)] }).respond(request);
    expect(Object.fromEntries(fields)['X-Request-Id']).toBe(hasId ? 'p-00' : undefined);
  });

  test.each<[boolean | undefined, string, Partial<HandlerOptions>]>([
    [true, 'the site answers at once', {}],
    [true, 'it does so after one who needed time', { answerers: [leaveLater] }],
    [false, 'it has to wait', { site: { respond: () => Promise.resolve(answerOf(200)) } }],
    [undefined, 'somebody else answers', { answerers: [() => answerOf(200)] }],
    [undefined, 'later, too', { answerers: [() => Promise.resolve(answerOf(200))] }],
    [undefined, 'that fails', { answerers: [() => Promise.reject(new Error('defect'))] }],
  ])('says that the memory answered: %s, where %s', async (cacheHit, _case, options) => {
    expect((await handlerOf(options).respond(request)).cacheHit).toBe(cacheHit);
  });

  it('says nothing of the memory for a request that could not be read', () => {
    expect(handlerOf({}).refuse(400).cacheHit).toBeUndefined();
  });
});

describe('the head of an answer that comes again', () => {
  const STEADY: Dresser = Object.assign(
    ({ isSecure }: HandledRequest): FieldLines => [['Is-Secure', String(isSecure)]],
    { isSteady: true },
  );
  const FIELDS: FieldLines = Object.freeze([['Content-Length', '0'] as const]);
  const ANSWER: StaticResponse = { status: 200, fields: FIELDS, content: undefined };

  /** The heads of answers, one after the other; the same number is the same head. */
  async function headsOf(
    options: Partial<HandlerOptions>,
    requests: readonly Partial<HandledRequest & { atMs: number }>[],
  ): Promise<number[]> {
    let nowMs = 0;
    const heads: unknown[] = [];
    const site = { respond: () => ANSWER };
    const handler = handlerOf({ site, dressers: [STEADY], now: () => nowMs, ...options });
    const numbers: number[] = [];
    for (const { atMs = nowMs, ...changes } of requests) {
      nowMs = atMs;
      // oxlint-disable-next-line no-await-in-loop
      const { status, fields, prepared } = await handler.respond({ ...request, ...changes });
      if (prepared !== undefined) {
        expect([prepared.status, prepared.fields]).toEqual([status, fields]);
        const date = new Date(Math.floor(atMs / 1000) * 1000).toUTCString();
        expect(fields).toContainEqual(['Date', date]);
        expect(fields).toContainEqual(['Is-Secure', String(changes.isSecure ?? false)]);
      }
      const known = heads.indexOf(prepared);
      numbers.push(prepared === undefined ? -1 : known === -1 ? heads.push(prepared) - 1 : known);
    }
    return numbers;
  }

  test.each<[string, Partial<HandlerOptions>, Parameters<typeof headsOf>[1], number[]]>([
    ['is the same', {}, [{}, {}], [0, 0]],
    ['is the same with the date of another second', {}, [{ atMs: 0 }, { atMs: 1000 }], [0, 0]],
    ['is another over TLS', {}, [{}, { isSecure: true }, { isSecure: true }], [0, 1, 1]],
    [
      'is written each time where what is added depends on who asks',
      { dressers: [STEADY, () => []] },
      [{}, {}],
      [-1, -1],
    ],
    [
      'is written each time where its lines could be changed',
      { site: { respond: () => ({ ...ANSWER, fields: [...FIELDS] }) } },
      [{}, {}],
      [-1, -1],
    ],
    [
      'is written each time where it names the exchange',
      { site: { respond: () => ({ ...ANSWER, status: 503 }) } },
      [{}, {}],
      [-1, -1],
    ],
  ])('%s', async (_what, options, requests, expected) => {
    expect(await headsOf(options, requests)).toEqual(expected);
  });

  it('is that of what the file answers as, where two answers have the same lines', async () => {
    const roles = ['file', 'index', 'rewritten', 'file'] as const;
    let at = 0;
    const dresser: Dresser = (_request, { served }) => [['As', served?.role ?? '']];
    const handler = handlerOf({
      site: {
        respond: () => ({ ...ANSWER, served: { segments: ['a'], role: roles[at++] ?? 'file' } }),
      },
      dressers: [Object.assign(dresser, { isSteady: true })],
    });
    for (const role of roles) {
      // oxlint-disable-next-line no-await-in-loop
      expect((await handler.respond(request)).fields).toContainEqual(['As', role]);
    }
  });

  it('is that of its status, where two answers have the same lines', async () => {
    let status = 200;
    const handler = handlerOf({
      site: { respond: () => ({ ...ANSWER, status: (status += 1) }) },
      dressers: [STEADY],
    });
    const heads = [await handler.respond(request), await handler.respond(request)];
    expect(heads.map(({ prepared }) => prepared?.status)).toEqual([201, 202]);
  });
});
