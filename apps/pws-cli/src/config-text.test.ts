import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { CommandError } from './command-error.ts';
import { KEYS } from './config-schema.ts';
import { type FileContent, readConfigText } from './config-text.ts';
import { optionOf } from './options.ts';

const read = (text: string): FileContent => readConfigText(text, 'pws.config.json');

function valuesIn(text: string): Record<string, unknown> {
  const { values } = read(text);
  return Object.fromEntries([...values].map(([name, { value }]) => [name, value]));
}

function faultsIn(text: string): string[] {
  try {
    read(text);
  } catch (error) {
    expect(error).toBeInstanceOf(CommandError);
    expect(error).toMatchObject({ exitCode: 2 });
    return (error as CommandError).message.split('\n').map((line) => {
      expect(line).toMatch(/^pws\.config\.json:/);
      return line.slice('pws.config.json:'.length);
    });
  }
  return [];
}

describe('readConfigText() takes', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['{}', {}, 'nothing'],
    [' \t\r\n{ } \n', {}, 'blanks around it'],
    ['{"port": 3000}', { port: 3000 }, 'a number'],
    ['{"port": 0}', { port: 0 }, '0'],
    ['{"port": 3e3}', { port: 3000 }, 'a number in another spelling'],
    ['{"port": 3000.0}', { port: 3000 }, 'a whole number with a point'],
    ['{"\\u0070ort": 3000}', { port: 3000 }, 'a key with an escape'],
    ['{"host": "::1"}', { host: '::1' }, 'a text'],
    ['{"listing": true, "quiet": false}', { listing: true, quiet: false }, 'switches'],
    ['{"index": ["a.html", "b.html"]}', { index: ['a.html', 'b.html'] }, 'a list'],
    ['{"index": "a.html"}', { index: ['a.html'] }, 'one for a list'],
    ['{"index": "a.html,b.html"}', { index: ['a.html', 'b.html'] }, 'as a flag has it'],
    ['{"memory": "64mb"}', { memory: 67_108_864 }, 'a size'],
    ['{"memory": "1GB"}', { memory: 1_073_741_824 }, 'a size in capitals'],
    ['{"memory": 512}', { memory: 512 }, 'bytes'],
    ['{"fresh": "500ms"}', { fresh: 500 }, 'a duration'],
    ['{"fresh": 0}', { fresh: 0 }, 'no duration'],
    ['{"fresh": "0"}', { fresh: 0 }, 'no duration as a text'],
    ['{"etag": "content", "log": "json"}', { etag: 'content', log: 'json' }, 'words'],
    ['{"$schema": "./x.json"}', {}, 'the place of the schema, which is not read'],
    ['{"root": "dist"}', {}, 'a root, which is no option'],
  ])('%s as %j: %s', (text, values) => {
    expect(valuesIn(text)).toEqual(values);
  });

  it('a root, and says where it stands', () => {
    const { root } = read('{\n  "root": "dist"\n}');
    expect(root).toEqual({ text: 'dist', place: 'pws.config.json:2:3' });
  });

  it('the values of a list as they would be given as flags', () => {
    expect(read('{"index": ["a", "b"]}').values.get('index')?.texts).toEqual(['a', 'b']);
  });
});

const QUOTES = 'expected JSON, where keys and texts stand in double quotes';
const PORT = 'expected a port from 0 to 65535';
const SIZE = 'expected a size such as 64mb or 512kb';
const DURATION = 'expected a duration such as 1s or 500ms, 240h at most, or 0';

describe('readConfigText() refuses', () => {
  test.each<[string, string[], string]>([
    ['', ['1:1: expected a value, got the end of the file'], 'an empty file'],
    ['\n\n', ['3:1: expected a value, got the end of the file'], 'blank lines'],
    ['{', ['1:2: expected a closing brace, got the end of the file'], 'what ends too early'],
    ['{"port": 1,}', ['1:12: expected a key in double quotes, got "}"'], 'a comma too many'],
    ['{"port": 1\n "log": "json"}', ['2:2: expected a comma, got "\\"log\\""'], 'one too few'],
    ['{"port" 1}', ['1:9: expected a colon, got "1"'], 'no colon'],
    ['{"port": 01}', ['1:11: expected a comma, got "1"'], 'a leading zero'],
    ['{"port": 1.}', ['1:10: expected a digit, got "1."'], 'half a number'],
    ['{"port": 0x50}', [`1:11: ${QUOTES}, got "x50"`], 'a number of code'],
    ['{port: 1}', [`1:2: ${QUOTES}, got "port"`], 'a key without quotes'],
    ["{'port': 1}", [`1:2: ${QUOTES}, got "'port'"`], 'other quotes'],
    ['{"quiet": True}', [`1:11: ${QUOTES}, got "True"`], 'a word of another language'],
    ['{"host": "a', ['1:10: expected a closing quote on the same line, got "\\"a"'], 'no quote'],
    ['{"host": "a\nb"}', ['1:10: expected a closing quote on the same line, got "\\"a"'], 'lines'],
    ['{"host": "\\x"}', ['1:10: expected an escape that JSON has, got "\\"\\\\x\\""'], 'an escape'],
    ['{"host": "\\ud800"}', ['1:10: expected whole characters, got "\\ud800"'], 'half of one'],
    ['{"\\ud800": 1}', ['1:2: expected whole characters, got "\\ud800"'], 'half of one in a key'],
    ['{} {}', ['1:4: expected the end of the file, got "{"'], 'two of them'],
    ['// a\n{}', ['1:1: expected JSON, which has no comments, got "// a"'], 'a comment'],
    ['{ /* a */ }', ['1:3: expected JSON, which has no comments, got "/* a */"'], 'another'],
    ['[]', ['1:1: expected an object, got []'], 'a list'],
    ['null', ['1:1: expected an object, got null'], 'null'],
    [' "port"', ['1:2: expected an object, got "port"'], 'a text'],
    [
      '{"port": "x"}',
      [`1:2: port: ${PORT}, got "x"`],
      'the position is that of the key, where it will be mended',
    ],
    ['{"port": "80"}', [`1:2: port: ${PORT}, got "80"`], 'a number in quotes'],
    ['{"port": 70000}', [`1:2: port: ${PORT}, got 70000`], 'what is too large'],
    ['{"port": -1}', [`1:2: port: ${PORT}, got -1`], 'what is too small'],
    ['{"port": 1.5}', [`1:2: port: ${PORT}, got 1.5`], 'what is not whole'],
    ['{"port": null}', [`1:2: port: ${PORT}, got null`], 'null'],
    ['{"port": [1]}', [`1:2: port: ${PORT}, got [1]`], 'a list'],
    ['{"port": {}}', [`1:2: port: ${PORT}, got {}`], 'an object'],
    ['{"port": true}', [`1:2: port: ${PORT}, got true`], 'a switch'],
    ['{"backlog": 0}', ['1:2: backlog: expected a number from 1 to 65535, got 0'], 'its least'],
    ['{"quiet": "yes"}', ['1:2: quiet: expected true or false, got "yes"'], 'a word'],
    ['{"quiet": 1}', ['1:2: quiet: expected true or false, got 1'], 'a number'],
    [
      '{"log": "xml"}',
      ['1:2: log: expected one of auto, pretty, combined, json, none, got "xml"'],
      '',
    ],
    ['{"memory": "64mib"}', [`1:2: memory: ${SIZE}, got "64mib"`], 'an unknown unit'],
    ['{"memory": 1.5}', [`1:2: memory: ${SIZE}, got 1.5`], 'half a byte'],
    ['{"fresh": 10}', [`1:2: fresh: ${DURATION}, got 10`], 'a duration without a unit'],
    ['{"fresh": "1d"}', [`1:2: fresh: ${DURATION}, got "1d"`], 'an unknown unit'],
    [
      '{"index": [\n  "a.html",\n  7\n]}',
      ['3:3: index: expected file names with commas between them, got 7'],
      'the position is that of the item',
    ],
    [
      '{"index": ["a.html", ".."]}',
      ['1:2: index: expected file names with commas between them, got ["a.html",".."]'],
      'what a schema cannot say',
    ],
    [
      '{"index": []}',
      ['1:2: index: expected file names with commas between them, got []'],
      'an empty list',
    ],
    [
      `{"host": ${JSON.stringify('a b'.repeat(50))}}`,
      [`1:2: host: expected an address or a name of this machine, got "${'a b'.repeat(19)}a …`],
      'what is long is cut',
    ],
    ['{"root": 7}', ['1:2: root: expected a text, got 7'], 'a root that is no text'],
    ['{"root": ""}', ['1:2: root: expected a text, got ""'], 'a root without a name'],
    ['{"$schema": 7}', ['1:2: $schema: expected a text, got 7'], 'a schema that is no text'],
    ['{"prot": 1}', ['1:2: prot: expected a key that there is, did you mean port?'], 'a slip'],
    ['{"Port": 1}', ['1:2: Port: expected a key that there is, did you mean port?'], 'capitals'],
    ['{"tls": 1}', ['1:2: tls: expected a key that there is'], 'a key that nothing is near'],
    ['{"": 1}', ['1:2: "": expected a key that there is'], 'an empty key'],
    ['{"a\\u001b[2Jb": 1}', ['1:2: "a\\x1b[2Jb": expected a key that there is'], 'a cursor'],
    ['{"__proto__": 1}', ['1:2: __proto__: expected a key that there is'], 'a key of objects'],
    ['{"constructor": 1}', ['1:2: constructor: expected a key that there is'], 'another'],
    ['{"config": "x"}', ['1:2: config: expected a key that there is'], 'what only a flag can say'],
    ['{"print-config": true}', ['1:2: print-config: expected a key that there is'], 'likewise'],
    ['{"port": 1, "port": 1}', ['1:13: port: expected once, got it again'], 'a key twice'],
    ['{"port": 1, "p\\u006frt": 1}', ['1:13: port: expected once, got it again'], 'spelt anew'],
    [
      '{"root": {"a": 1, "a": 2}}',
      ['1:2: root: expected a text, got {"a":2}', '1:19: a: expected once, got it again'],
      'also further in',
    ],
    [
      '{\r\n\t"port": "x",\r\n  "prot": 1,\r\n  "quiet": 1\r\n}',
      [
        `2:2: port: ${PORT}, got "x"`,
        '3:3: prot: expected a key that there is, did you mean port?',
        '4:3: quiet: expected true or false, got 1',
      ],
      'all at once, in order, and CRLF is one line end',
    ],
    ['['.repeat(100_000), ['1:1: expected a configuration, got lists without end'], 'depth'],
  ])('%s', (text, faults) => {
    expect(faultsIn(text)).toEqual(faults);
  });
});

describe('readConfigText() gives a configuration or a CommandError', () => {
  const aKey = fc.oneof(fc.constantFrom(...KEYS), fc.string());
  const aValue = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(0, 1, '64mb', '1s', 'auto', 'deny', true, ['index.html']),
  );

  it('for any JSON', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.dictionary(aKey, aValue)),
        fc.constantFrom(undefined, 2),
        (value, indent) => {
          for (const fault of faultsIn(JSON.stringify(value, undefined, indent))) {
            expect(fault).toMatch(/^\d+:\d+: /);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('and for any text, a configuration only where JSON.parse() gives an object', () => {
    const pieces = ['{', '}', '[', ']', ':', ',', '"port"', '"', '1', '.', '-', 'e', '\\', 'true'];
    const aText = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 3 })));
    fc.assert(
      fc.property(
        aText.map((parts) => parts.join('')),
        (text) => {
          let value: unknown;
          try {
            value = JSON.parse(text);
          } catch {
            value = undefined; // no JSON
          }
          const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
          if (!isObject) expect(faultsIn(text)).not.toEqual([]);
          else expect(faultsIn(text).join('\n')).not.toContain('expected JSON');
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('with values that the flags give too', () => {
    fc.assert(
      fc.property(fc.dictionary(aKey, aValue), (value) => {
        const text = JSON.stringify(value);
        if (faultsIn(text).length > 0) return;
        for (const [name, { value: inFile, texts }] of read(text).values) {
          expect(optionOf(name).parse(texts.join(','))).toEqual(inFile);
        }
      }),
      { numRuns: 500 },
    );
  });
});
