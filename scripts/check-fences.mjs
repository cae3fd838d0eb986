/**
 * Shows that the rules between the layers catch what they are for: plants a file that breaks
 * each rule, expects the tool to refuse it, and takes the file away again.
 */
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const BIN = join(import.meta.dirname, '../node_modules/.bin');

/** [where, what is planted, who must refuse it, with which words] */
const FENCES = [
  ['packages/http-wire', `import 'node:net';`, 'oxlint', /no-nodejs-modules|no-restricted-imports/],
  ['packages/http-wire', `import 'node:net';`, 'tsc', /TS2307|TS2591|TS2882/],
  ['packages/http-wire', `import '@pws/static-fs';`, 'oxlint', /no-restricted-imports/],
  ['packages/http-wire', `import 'some-package';`, 'oxlint', /no-restricted-imports/],
  ['packages/http-wire', `export const b: unknown = Buffer;`, 'tsc', /TS2591|TS2580|TS2304/],
  ['packages/static-fs', `import 'node:net';`, 'oxlint', /no-restricted-imports/],
  ['packages/static-fs', `import 'node:http';`, 'oxlint', /no-restricted-imports/],
  ['packages/static-fs', `import '@pws/http-wire';`, 'oxlint', /no-restricted-imports/],
  ['packages/static-fs', `import '@pws/http-wire';`, 'tsc', /TS2307|TS2882/],
];

let failures = 0;
for (const [part, source, tool, expected] of FENCES) {
  const planted = join(part, 'src', 'planted-by-check-fences.ts');
  writeFileSync(planted, `${source}\nexport {};\n`);
  try {
    const args =
      tool === 'oxlint' ? [planted] : ['-p', join(part, 'tsconfig.build.json'), '--noEmit'];
    const { status, stdout, stderr } = spawnSync(join(BIN, tool), args, { encoding: 'utf8' });
    const caught = status !== 0 && expected.test(stdout + stderr);
    if (!caught) failures++;
    console.log(`${caught ? 'caught' : 'NOT CAUGHT'} by ${tool} in ${part}: ${source}`);
    if (!caught) console.log(stdout, stderr);
  } finally {
    rmSync(planted);
  }
}
process.exit(failures === 0 ? 0 : 1);
