import { LeadingLines, ProtocolError, UsageError, prepareResponseHead } from '@pws/http-wire';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { RequestHeads, readRequestHead, responseHead } from './http2-head.ts';

const LIMITS = { maxFields: 4, maxTargetBytes: 100, maxHeadBytes: 1000 };

/** `:method GET` and so on, one to a line. */
function raw(lines: string): string[] {
  return lines.split('\n').flatMap((line) => {
    const blank = line.indexOf(' ');
    return blank === -1 ? [line, ''] : [line.slice(0, blank), line.slice(blank + 1)];
  });
}

const GET = ':method GET\n:scheme https\n:authority localhost:8443\n:path /a?b';

describe('readRequestHead()', () => {
  it('gives method, target and fields, the authority as Host', () => {
    const head = readRequestHead(raw(`${GET}\naccept */*\nuser-agent a`), LIMITS);
    expect(head.method).toBe('GET');
    expect(head.requestTarget).toBe('/a?b');
    expect(head.target).toEqual({ form: 'origin', path: '/a', query: 'b', authority: undefined });
    expect([...head.fields]).toEqual([
      ['host', 'localhost:8443'],
      ['accept', '*/*'],
      ['user-agent', 'a'],
    ]);
  });

  test.each<[string, string, string]>([
    [':method GET\n:path /\nhost a', 'a', 'a Host field without an authority'],
    [':method GET\n:path /\n:authority a\nhost A', 'a', 'one that agrees'],
    [':method OPTIONS\n:path *\n:authority a', 'a', 'asterisk form'],
    [':method CONNECT\n:authority a:443', 'a:443', 'authority form'],
  ])('of %j has the host %s: %s', (lines, host) => {
    expect(readRequestHead(raw(lines), LIMITS).fields.get('host')).toBe(host);
  });

  it('puts cookies that came apart together', () => {
    const { fields } = readRequestHead(raw(`${GET}\ncookie a=1\nx y\ncookie b=2`), LIMITS);
    expect(fields.getAll('cookie')).toEqual(['a=1; b=2']);
  });

  test.each<[string, string, number]>([
    [':method GET\n:path /', 'missing-host', 400],
    [':method GET\n:path /\n:authority a\nhost b', 'authority-mismatch', 400],
    [':method GET\n:path /\nhost a\nhost b', 'repeated-host', 400],
    [':method GET\n:path /\n:authority a b', 'invalid-host', 400],
    [':method GET\n:path /\n:authority user@a', 'invalid-host', 400],
    [':method GET\n:path /\n:authority ', 'invalid-host', 400],
    [':method GET\n:authority a', 'invalid-target', 400],
    [':method GET\n:authority a\n:path ', 'invalid-target', 400],
    [':method GET\n:authority a\n:path a', 'invalid-target', 400],
    [':method GET\n:authority a\n:path *', 'invalid-target', 400],
    [':method GET\n:authority a\n:path /a b', 'invalid-target', 400],
    [':method GET\n:authority a\n:path /a HTTP/1.1\rX: y', 'invalid-target', 400],
    [':method GET\n:authority a\n:path /a\\b', 'invalid-target', 400],
    [':method GET\n:authority a\n:path /a#b', 'invalid-target', 400],
    [':method CONNECT\n:authority a', 'invalid-target', 400],
    [':method G T\n:authority a\n:path /', 'invalid-target', 400],
    [`:method ${'G'.repeat(40)}\n:authority a\n:path /`, 'method-too-long', 501],
    [`:method GET\n:authority a\n:path /${'a'.repeat(100)}`, 'target-too-long', 414],
    [`${GET}\na 1\nb 2\nc 3\nd 4`, 'too-many-fields', 431],
    [`${GET}\na ${'1'.repeat(1000)}`, 'head-too-large', 431],
    [`${GET}\na 1\r2`, 'control-octet', 400],
    [`${GET}\na 1\x002`, 'control-octet', 400],
    [`${GET}\na: 1`, 'invalid-field-name', 400],
    [`${GET}\nexpect a-miracle`, 'unsupported-expectation', 417],
    [`${GET}\ntransfer-encoding gzip`, 'unsupported-transfer-coding', 501],
    [`${GET}\ncontent-length 1x`, 'invalid-content-length', 400],
  ])('of %j is refused: %s, %i', (lines, code, status) => {
    const read = (): unknown => readRequestHead(raw(lines), LIMITS);
    expect(read).toThrow(ProtocolError);
    expect(read).toThrow(expect.objectContaining({ code, status }));
  });

  it('never gives more lines than came, whatever they hold', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '/', ':', ' ', '\r', '\n', '\0', 'ÿ', 'Ā'),
    });
    const line = fc.tuple(
      fc.oneof(text, fc.constantFrom(':path', ':authority', 'host', 'x')),
      text,
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
        const all = [':method', 'GET', ':path', '/', ':authority', 'a', ...lines.flat()];
        try {
          const { fields, requestTarget } = readRequestHead(all, {});
          expect(fields.size).toBeLessThanOrEqual(1 + lines.length);
          expect(requestTarget).toMatch(/^\/[^\s]*$/);
          for (const [name, value] of fields) expect(`${name}${value}`).not.toMatch(/[\r\n\0]/);
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
        }
      }),
    );
  });
});

describe('the heads of a session', () => {
  const ONE = [':method', 'GET', ':path', '/', ':authority', 'a', 'accept', '*/*'];
  const changed = (at: number, text: string): string[] =>
    ONE.map((old, index) => (index === at ? text : old));

  it('are read once where they come again', () => {
    const heads = new RequestHeads();
    const limits = {};
    const first = heads.read([...ONE], limits);
    expect(heads.read([...ONE], limits)).toBe(first);
    expect(first).toEqual(readRequestHead(ONE, limits));
  });

  test.each<[string, string[], object?]>([
    ['another path', changed(3, '/b')],
    ['another value', changed(7, 'text/*')],
    ['another name', changed(6, 'accept-language')],
    ['a field more', [...ONE, 'range', 'bytes=0-']],
    ['a field less', ONE.slice(0, -2)],
    ['other limits', ONE, {}],
  ])('are read anew with %s', (_what, next, limits) => {
    const heads = new RequestHeads();
    const before = {};
    const first = heads.read(ONE, before);
    const second = heads.read(next, limits ?? before);
    expect(second).not.toBe(first);
    expect(second).toEqual(readRequestHead(next, before));
  });

  it('are not taken from one that cannot be read', () => {
    const heads = new RequestHeads();
    const limits = {};
    const first = heads.read(ONE, limits);
    const bad = changed(3, 'a b');
    for (let time = 0; time < 2; time += 1) {
      expect(() => heads.read(bad, limits)).toThrow(ProtocolError);
    }
    expect(heads.read(ONE, limits)).toBe(first);
  });
});

describe('responseHead()', () => {
  it('has names in lower case, several values of one name, and nothing of the connection', () => {
    const fields = [
      ['Content-Type', 'text/plain'],
      ['Connection', 'close'],
      ['Keep-Alive', 'timeout=5'],
      ['Transfer-Encoding', 'chunked'],
      ['Link', '</a>'],
      ['__proto__', 'x'],
      ['link', '</b>'],
      ['Link', '</c>'],
    ] as const;
    expect(Object.entries(responseHead({ status: 200, fields }))).toEqual([
      [':status', 200],
      ['content-type', 'text/plain'],
      ['link', ['</a>', '</b>', '</c>']],
      ['__proto__', 'x'],
    ]);
  });

  it('makes one that was prepared once a second, and it can be sent again', () => {
    const leading = new LeadingLines();
    const prepared = prepareResponseHead({ status: 200, fields: [['A', 'b']] }, leading);
    const { status } = prepared;
    const heads = ['one', 'one', 'other'].map((preparedDate) => {
      leading.replace([['Date', preparedDate]]);
      return responseHead({ status, fields: prepared.fields, prepared, preparedDate });
    });
    expect(heads[1]).toBe(heads[0]);
    expect(heads.map((head) => head['date'])).toEqual(['one', 'one', 'other']);
    expect(heads.every((head) => Object.isFrozen(head))).toBe(true);
  });

  test.each([
    ['Name with blank', 'a'],
    ['Name', 'a\r\nb'],
    ['Name', 'a\0b'],
    ['Name', 'Ā'],
    ['', 'a'],
  ])('refuses %j: %j, as HTTP/1.1 does', (name, value) => {
    const response = { status: 200, fields: [[name, value]] as const };
    expect(() => responseHead(response)).toThrow(UsageError);
  });
});
