/** The diagrams of the README are drawn from the tables that run. `UPDATE=1` draws them anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { drawStates } from './state-diagram.ts';

const README = join(import.meta.dirname, '../README.md');

test.each(['request', 'response'] as const)(
  "the README draws the states of the %s's side as the table has them",
  (side) => {
    const mark = new RegExp(`(<!-- states: ${side} -->\n\n\`\`\`mermaid\n)[^\`]*(\n\`\`\`)`);
    const readme = readFileSync(README, 'utf8');
    const drawn = readme.replace(mark, `$1${drawStates(side)}$2`);
    if (process.env['UPDATE'] === '1') writeFileSync(README, drawn);
    expect(readme).toMatch(mark);
    expect(drawn).toBe(readFileSync(README, 'utf8'));
  },
);
