/**
 * Where there is no Node: the path without `Buffer` is in force for the public functions, and the
 * modules as they are published run in a realm that has the globals of ECMAScript and no others.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Context, SourceTextModule, createContext, runInContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NEED_DATA, ServerConnection, serializeResponseHead } from '../src/index.ts';
import { octetsOfText } from './octet-text.ts';

const HERE = import.meta.dirname;

describe('without Buffer', () => {
  test('a head is written into a Uint8Array', () => {
    const written = serializeResponseHead({ status: 204, fields: [] });
    expect(written).toBeInstanceOf(Uint8Array);
    expect(written).not.toBeInstanceOf(Buffer);
  });

  test('octets that come in pieces are collected in a Uint8Array', () => {
    const connection = new ServerConnection();
    connection.receive(octetsOfText('GET / HTTP/1.1\r\nHo'));
    expect(connection.nextEvent()).toBe(NEED_DATA);
    connection.receive(octetsOfText('st: a'));
    const remaining = connection.takeRemaining();
    expect(remaining).toHaveLength(23);
    expect(remaining).not.toBeInstanceOf(Buffer);
  });

  test('tests have their Buffer all the same', () => {
    expect(Buffer.from('a', 'latin1')).toHaveLength(1);
  });
});

/** What ECMAScript itself gives every realm, and V8 some more of: all else is a host's. */
const HOST_GLOBALS = (
  'Buffer process require module exports global console performance queueMicrotask fetch ' +
  'setTimeout setInterval setImmediate clearTimeout structuredClone TextEncoder TextDecoder URL ' +
  'URLSearchParams AbortController Event EventTarget Blob crypto navigator window document self'
).split(' ');

describe('the built modules', () => {
  let folder = '';
  let files: readonly string[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'http-wire-'));
    const compiler = resolve(HERE, '../node_modules/typescript/bin/tsc');
    const project = resolve(HERE, '../tsconfig.build.json');
    const options = ['--outDir', folder, '--removeComments', '--sourceMap', 'false'];
    execFileSync(process.execPath, [compiler, '-p', project, ...options]);
    files = readdirSync(folder).filter((file) => file.endsWith('.js'));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  test('import nothing but each other', () => {
    const imported = files.flatMap((file) => [
      ...readFileSync(join(folder, file), 'utf8').matchAll(/\bfrom\s*'([^']*)'|\bimport\s*\(/g),
    ]);
    expect(imported.length).toBeGreaterThan(files.length);
    for (const [, specifier] of imported) {
      expect(files.map((file) => `./${file}`)).toContain(specifier);
    }
  });

  test('name no global of a host, and Buffer in one place, as a feature to find', () => {
    const named = new RegExp(
      `(?<!(?<!\\.)\\.|[\\w$'-])(?:${HOST_GLOBALS.join('|')})\\b(?!['-])|node:`,
      'g',
    );
    const found = files.flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(named)].map(([name]) => [file, name]),
    );
    expect(found).toEqual([]);
    const finds = files.filter((file) =>
      readFileSync(join(folder, file), 'utf8').includes('globalThis'),
    );
    expect(finds).toEqual(['octets.js']);
    const text = readFileSync(join(folder, 'octets.js'), 'utf8');
    expect(text.match(/globalThis.*/g)).toEqual(['globalThis.Buffer;']);
  });

  describe('in a realm without a host', () => {
    let realm: Context = {};

    beforeAll(async () => {
      realm = createContext({});
      // The inspector's, which V8 gives to every realm.
      runInContext('delete globalThis.console', realm);
      const modules = new Map<string, SourceTextModule>();
      const load = (file: string): SourceTextModule => {
        const known = modules.get(file);
        if (known !== undefined) return known;
        const source = readFileSync(join(folder, file), 'utf8');
        const loaded = new SourceTextModule(source, { context: realm, identifier: file });
        modules.set(file, loaded);
        return loaded;
      };
      const index = load('index.js');
      await index.link((specifier) => load(specifier.slice(2)));
      await index.evaluate();
      Object.assign(realm, { wire: index.namespace });
    });

    /** Runs a function's body there, and gives what it returns. */
    const run = (body: string): unknown => runInContext(`(() => {${body}})()`, realm);

    test('there is no global of a host', () => {
      for (const name of HOST_GLOBALS) expect(run(`return typeof ${name}`), name).toBe('undefined');
      expect(run('return Uint8Array')).not.toBe(Uint8Array);
    });

    test('a request is parsed and a response serialized', () => {
      const exchange = `
        const octets = (text) => Uint8Array.from(text, (char) => char.charCodeAt(0));
        const text = (pieces) => pieces.map((piece) => String.fromCharCode(...piece)).join('');
        const server = new wire.ServerConnection();
        const client = new wire.ClientConnection();
        const fields = [['Host', 'a'], ['Transfer-Encoding', 'chunked'], ['X', '\\xe9']];
        const head = { method: 'POST', requestTarget: '/a?b', fields };
        const sent = [
          ...client.send({ type: 'request', head }),
          ...client.send({ type: 'content', octets: octets('hello') }),
          ...client.send({ type: 'end', trailers: [['Digest', 'x']] }),
        ];
        const events = [];
        for (const piece of sent) for (const octet of piece) {
          server.receive(Uint8Array.of(octet));
          for (let event = server.nextEvent(); typeof event !== 'symbol'; event = server.nextEvent()) {
            events.push(event.type === 'content' ? text([event.octets]) : event.type);
            if (event.type === 'request') events.push(event.head.target.path, [...event.head.fields].join());
            if (event.type === 'end') events.push([...event.trailers].join());
          }
        }
        const written = text([
          ...server.send({ type: 'response', head: { status: 200, fields: [['Content-Length', '2']] } }),
          ...server.send({ type: 'content', octets: octets('hi') }),
          ...server.send({ type: 'end' }),
        ]);
        return JSON.stringify({ events, written });
      `;
      expect(JSON.parse(run(exchange) as string)).toEqual({
        events: [
          'request',
          '/a',
          'Host,a,Transfer-Encoding,chunked,X,\xe9',
          ...'hello'.split(''),
          'end',
          'Digest,x',
        ],
        written: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi',
      });
    });

    test('an error of the peer has its code there too', () => {
      const refused = `
        try {
          wire.parseRequestHead(Uint8Array.of(10));
        } catch (error) {
          return error instanceof wire.ProtocolError ? error.code : String(error);
        }
      `;
      expect(run(refused)).toBe('leading-blank-lines');
    });
  });
});
