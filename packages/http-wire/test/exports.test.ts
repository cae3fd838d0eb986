/** What the package shows to others, and what it takes from others: nothing. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as wire from '../src/index.ts';

const SRC = join(import.meta.dirname, '../src');
const SOURCES = readdirSync(SRC).filter(
  (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
);
const read = (file: string): string => readFileSync(join(SRC, file), 'utf8');

/** Public values, and types marked so. To widen this list is a decision, and needs a changeset. */
const PUBLIC_NAMES: readonly string[] = [
  'BodyEncoder',
  'type BodyFraming',
  'charsetOf',
  'ClientConnection',
  'type ClientSendEvent',
  'type ClientWireEvent',
  'type ConnectionOptions',
  'connectionOptions',
  'type ConnectionPhase',
  'ContentDecoder',
  'type ContentDisposition',
  'DEFAULT_LIMITS',
  'type Expectation',
  'type FieldLine',
  'Fields',
  'formatContentDisposition',
  'formatContentType',
  'formatExtendedValue',
  'formatForwarded',
  'formatParameters',
  'formatParameterValue',
  'type ForwardedElement',
  'type ForwardedNode',
  'type FramingFault',
  'type FramingResult',
  'type MediaType',
  'NEED_DATA',
  'parseContentDisposition',
  'parseContentType',
  'parseExpect',
  'parseExtendedValue',
  'parseFieldSection',
  'parseForwarded',
  'parseParameters',
  'parseRequestHead',
  'parseRequestTarget',
  'parseResponseHead',
  'PAUSED',
  'PROTOCOL_ERROR_STATUS',
  'ProtocolError',
  'type ProtocolErrorCode',
  'reasonPhrase',
  'requestFraming',
  'type RequestHead',
  'type RequestHeadInit',
  'type RequestTarget',
  'responseFraming',
  'type ResponseHead',
  'LeadingLines',
  'prepareResponseHead',
  'type PreparedResponseHead',
  'type ResponseHeadInit',
  'serializeFieldLines',
  'serializeRequestHead',
  'serializeResponseHead',
  'ServerConnection',
  'type ServerSendEvent',
  'type ServerWireEvent',
  'UsageError',
  'type UsageErrorCode',
  'wantsPersistence',
  'type WireLimits',
];

describe('the public names', () => {
  test('are these', () => {
    const exported = [...read('index.ts').matchAll(/export (type )?\{([^}]*)\}/g)].flatMap(
      ([, type, names = '']) =>
        names
          .split(',')
          .map((name) => name.trim())
          .filter((name) => name !== '')
          .map((name) => (type === undefined ? name : `type ${name}`)),
    );
    expect(exported.toSorted()).toEqual([...PUBLIC_NAMES].toSorted());
  });

  test('are there when the package is loaded', () => {
    const values = PUBLIC_NAMES.filter((name) => !name.startsWith('type '));
    expect(Object.keys(wire).toSorted()).toEqual(values.toSorted());
  });

  test('come from nothing but re-exports', () => {
    const rest = read('index.ts')
      .replaceAll(/export (?:type )?\{[^}]*\} from '\.\/[a-z-]+\.ts';/g, '')
      .replaceAll(/^\/\/.*$/gm, '');
    expect(rest.trim()).toBe('');
  });
});

/** The specifiers of all imports and re-exports, static or not. */
function specifiersOf(text: string): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
  const imports =
    /^\s*(?:import|export)\b[^;'"`]*?\bfrom\s*['"](.+?)['"]|\bimport\s*\(?\s*['"`](.+?)['"`]|\brequire\s*\(\s*['"`](.+?)['"`]/gm;
  return [...code.matchAll(imports)].map(
    ([, from, imported, required]) => from ?? imported ?? required ?? '',
  );
}

describe.each(SOURCES)('%s', (file) => {
  const text = read(file);

  test('imports nothing but files beside it', () => {
    for (const specifier of specifiersOf(text)) {
      expect(specifier).toMatch(/^\.\/[a-z0-9-]+\.ts$/);
      expect(SOURCES).toContain(specifier.slice(2));
    }
  });

  test('opens with what it owns', () => {
    if (file !== 'index.ts') expect(text).toMatch(/^\/\*\*\n \* [A-Z]/);
  });
});

test.each([
  "import 'a';",
  "import b from 'a';",
  "import {\n  b,\n  type C,\n} from 'a';",
  "export { b } from 'a';",
  "export * from 'a';",
  "import type { B } from 'a';",
  "const b = await import('a');",
  "const b = require('a');",
])('the scan for imports sees %j', (code) => {
  expect(specifiersOf(code)).toEqual(['a']);
});

test('the package has no dependencies', () => {
  const manifest: unknown = JSON.parse(
    readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'),
  );
  expect(manifest).not.toHaveProperty('dependencies');
  expect(manifest).not.toHaveProperty('peerDependencies');
  expect(manifest).not.toHaveProperty('optionalDependencies');
});
