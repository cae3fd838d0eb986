import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { OPTION_OF_KEY } from './config-schema.ts';
import { readConfigText } from './config-text.ts';
import { jsonOf, textsOf, valueOfTexts } from './config-value.ts';
import { ownConnections } from './descriptor-limit.ts';
import { type GivenArguments, type Layers, optionValue } from './layers.ts';
import type { Option } from './option.ts';
import { type OptionName, optionOf } from './options.ts';
import { renderConfig } from './print-config.ts';

const layersOf = (flags: GivenArguments['flags'], env: Record<string, string> = {}): Layers => ({
  given: { root: undefined, flags },
  surroundings: { env, cwd: '/' },
  file: undefined,
});

const printed = (flags: GivenArguments['flags']): Record<string, unknown> =>
  JSON.parse(renderConfig(layersOf(flags), '/srv/site')) as Record<string, unknown>;

/** What holds, also where it is not said but derived. */
const valuesOf = (layers: Layers): unknown[] =>
  [...OPTION_OF_KEY.values()].map(
    (name) => optionValue(name, layers) ?? optionOf(name).derived?.(),
  );

function fileAt(path: string, text: string): NonNullable<Layers['file']> {
  return { ...readConfigText(text, path), path, place: path, isNamed: true };
}

/** The layers of a file with what another configuration was printed as. */
function readBack(text: string): Layers {
  return { ...layersOf({}), file: fileAt('/elsewhere/printed.json', text) };
}

describe('renderConfig()', () => {
  it('gives all that holds, the root first, then what has a value in the order of the flags', () => {
    const text = renderConfig(layersOf({ port: ['3000'] }), '/srv/site');
    const valued = [...OPTION_OF_KEY].filter(([, name]) => {
      const { default: standard, derived } = optionOf(name);
      return standard !== undefined || derived !== undefined;
    });
    expect(Object.keys(JSON.parse(text) as object)).toEqual([
      'root',
      ...valued.map(([key]) => key),
    ]);
    expect(text).toMatch(/^\{\n {2}"root": "\/srv\/site",\n {2}"port": 3000,\n/);
    expect(text).toMatch(/\n\}\n$/);
    expect(printed({})).toMatchObject({ index: ['index.html'], memory: '64mb', listing: false });
  });

  it('gives the bound on connections that follows from the descriptors of the process', () => {
    expect(printed({})).toMatchObject({ maxConnections: ownConnections() });
    expect(printed({ 'max-connections': ['7'] })).toMatchObject({ maxConnections: 7 });
    expect(printed({ 'max-connections': ['0'] })).toMatchObject({ maxConnections: 0 });
  });

  test.each<[OptionName, string, unknown]>([
    ['host', '::1', '::1'],
    ['port', '0080', 80],
    ['port', '0', 0],
    ['memory', '0', 0],
    ['memory', '65536kb', '64mb'],
    ['memory', '1536', 1536],
    ['memory', '1025', 1025],
    ['memory', '4gb', '4gb'],
    ['fresh', '0', 0],
    ['fresh', '0s', 0],
    ['fresh', '1500ms', '1500ms'],
    ['fresh', '90s', '90s'],
    ['fresh', '120s', '2m'],
    ['fresh', '60m', '1h'],
  ])('writes --%s %s as %j', (name, text, json) => {
    expect(printed({ [name]: [text] })[name]).toBe(json);
  });

  test.each<[string, GivenArguments['flags'], Layers['file'], string]>([
    ['on the command line', { 'basic-auth': ['a/users'] }, undefined, '/stands/a/users'],
    ['in a file', {}, fileAt('/srv/pws.json', '{"basicAuth": "a/users"}'), '/srv/a/users'],
    ['in a file', {}, fileAt('/srv/pws.json', '{"basicAuth": "/b"}'), '/b'],
  ])('writes a path that was said %s as it is from everywhere', (_where, flags, file, path) => {
    const layers = { ...layersOf(flags, { INIT_CWD: '/stands' }), file };
    expect(JSON.parse(renderConfig(layers, '/srv/site'))).toMatchObject({ basicAuth: path });
  });

  it('reads back to the same configuration', () => {
    const aText = {
      port: fc.nat(65_535).map(String),
      memory: fc
        .tuple(fc.nat(999_999_999), fc.constantFrom('', 'b', 'kb', 'MB', 'gb'))
        .map(([n, u]) => `${n}${u}`),
      fresh: fc.oneof(
        fc.constant('0'),
        fc.nat(864_000_000).map((n) => `${n}ms`),
        fc.nat(864_000).map((n) => `${n}s`),
        fc.nat(14_400).map((n) => `${n}m`),
        fc.nat(240).map((n) => `${n}h`),
      ),
      host: fc.stringMatching(/^[\w.:%-]+$/),
      index: fc
        .array(
          fc.stringMatching(/^[^,/\\\0]+$/).filter((name) => !/^\.\.?$/.test(name)),
          {
            minLength: 1,
          },
        )
        .map((names) => names.join(',')),
      log: fc.constantFrom('auto', 'json', 'none'),
      listing: fc.constantFrom('true', '0'),
      unix: fc.stringMatching(/^[a-z./]{1,9}$/),
    };
    fc.assert(
      fc.property(fc.record(aText, { requiredKeys: [] }), (texts) => {
        const given = Object.entries(texts).map(([name, text]) => [name, [text]]);
        const layers = layersOf(Object.fromEntries(given) as GivenArguments['flags']);
        const text = renderConfig(layers, '/srv/site');
        const again = readBack(text);
        expect(valuesOf(again)).toEqual(valuesOf(layers));
        expect(renderConfig(again, again.file?.root?.text ?? '')).toBe(text);
      }),
    );
  });
});

// The rows of today do not have all the values that rows can have.
describe('jsonOf()', () => {
  const option = (parse: Option<unknown>['parse'], more: object = {}): Option<unknown> => ({
    description: '',
    default: undefined,
    expected: '',
    parse,
    ...more,
  });

  test.each<[Option<unknown>, unknown, readonly string[] | undefined, unknown, string]>([
    [option(Number), 4, ['4'], 4, 'a number'],
    [
      option((text) => (text === '2h' ? 7_200_000 : undefined)),
      7_200_000,
      undefined,
      '2h',
      'a unit that reads back',
    ],
    [option(() => undefined), 7_200_000, undefined, 7_200_000, 'no unit that does not'],
    [option(String), 'auto', ['auto'], 'auto', 'a word'],
    [option(JSON.parse), { a: 1 }, ['{"a":1}'], '{"a":1}', 'what it was given as, of the rest'],
    [option(JSON.parse, { isRepeatable: true }), [{ a: 1 }], ['a', 'b'], ['a', 'b'], 'all of it'],
    [option(JSON.parse), { a: 1 }, undefined, undefined, 'nothing where nobody gave it'],
    [option(String), undefined, undefined, undefined, 'nothing for nothing'],
  ])('of %j, %j given as %j is %j: %s', (row, value, texts, json) => {
    expect(jsonOf(row, value, texts)).toEqual(json);
  });

  it('is what textsOf() takes, for every default', () => {
    for (const name of OPTION_OF_KEY.values()) {
      const row = optionOf(name);
      const json = jsonOf(row, row.default, undefined);
      if (json === undefined) continue;
      expect(valueOfTexts(row, textsOf(json) ?? []), name).toEqual(row.default);
    }
  });
});

describe('valueOfTexts()', () => {
  const list = (standard: readonly string[]): Option<unknown> => ({
    description: '',
    default: standard,
    expected: '',
    parse: (text) => (text === '' ? undefined : text.split(',')),
  });

  test.each<[readonly string[], readonly string[], unknown, string]>([
    [['a'], ['b', 'c'], ['b', 'c'], 'all of them'],
    [['a'], [], undefined, 'none, where there has to be one'],
    [[], [], [], 'none, where that is the default'],
  ])('with the default %j, of %j is %j: %s', (standard, texts, value) => {
    expect(valueOfTexts(list(standard), texts)).toEqual(value);
  });
});

describe('textsOf()', () => {
  test.each<[unknown, readonly string[] | undefined]>([
    [1, ['1']],
    ['a', ['a']],
    [true, ['true']],
    [
      ['a', 1],
      ['a', '1'],
    ],
    [[], []],
    [null, undefined],
    [{}, undefined],
    [[[]], undefined],
  ])('%j: %j', (value, texts) => {
    expect(textsOf(value)).toEqual(texts);
  });
});
