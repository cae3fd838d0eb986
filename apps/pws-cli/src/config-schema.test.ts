import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Validator } from '@cfworker/json-schema';
import { describe, expect, it } from 'vitest';
import { KEYS, OPTION_OF_KEY, configSchema } from './config-schema.ts';
import { OPTION_NAMES, optionOf } from './options.ts';

const published = new URL('../schema/pws.config.schema.json', import.meta.url);

interface Property {
  readonly description?: string;
  readonly default?: unknown;
}

const properties = configSchema()['properties'] as Readonly<Record<string, Property>>;

describe('the published schema', () => {
  it('is the one that files are held to (UPDATE=1 writes it)', () => {
    const text = `${JSON.stringify(configSchema(), undefined, 2)}\n`;
    if (process.env['UPDATE'] === '1') {
      mkdirSync(new URL('.', published), { recursive: true });
      writeFileSync(published, text);
    }
    expect(JSON.parse(readFileSync(published, 'utf8'))).toEqual(JSON.parse(text));
  });

  it('is in the package', () => {
    const manifest = JSON.parse(
      readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
    ) as { files: string[]; exports: Record<string, unknown> };
    expect(manifest.files).toContain('schema');
    expect(manifest.exports).toHaveProperty(['./schema.json'], './schema/pws.config.schema.json');
  });
});

describe('the schema', () => {
  it('has a key for every flag but those that are about one run', () => {
    const outside = OPTION_NAMES.filter((name) => ![...OPTION_OF_KEY.values()].includes(name));
    expect(outside).toEqual(['mount', 'config', 'print-config']);
    expect(Object.keys(properties)).toEqual(KEYS);
  });

  it.each(Object.entries(properties))('describes %s', (_key, { description }) => {
    expect(description?.length).toBeGreaterThan(10);
  });

  it.each([...OPTION_OF_KEY])('tells the default of %s, which fits', (key, name) => {
    const { description, default: standard } = properties[key] as Property;
    if (optionOf(name).default === undefined) {
      expect(description).toContain('Default: ');
    } else {
      expect(new Validator(configSchema(), '7').validate({ [key]: standard }).valid).toBe(true);
    }
  });

  it('has plain words for keys, as messages show them', () => {
    for (const key of KEYS) expect(key).toMatch(/^[\w$]+$/);
  });
});
