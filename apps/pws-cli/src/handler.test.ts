import { Fields } from '@pws/http-wire';
import type { FieldLines, StaticResponse } from '@pws/static-fs';
import { describe, expect, it, test } from 'vitest';
import {
  type Answerer,
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
