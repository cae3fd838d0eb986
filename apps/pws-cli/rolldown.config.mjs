/**
 * Makes one file of the modules of the program, in place of `dist/main.js`, once they are compiled.
 * To find and load 150 modules takes longer than all that they do at the start. What npm installs
 * stays where it is, so that a fix of it needs no release of ours; what static-fs needs is a dependency
 * of the program too, for that. Node's compile cache was tried and saves nothing (Node 24).
 */
import { readFileSync } from 'node:fs';
import { defineConfig } from 'rolldown';

const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const installed = Object.keys(dependencies).filter((name) => !name.startsWith('@pws/'));

export default defineConfig({
  input: 'dist/main.js',
  platform: 'node',
  external: installed.map((name) => new RegExp(`^${name}(/|$)`)),
  output: { dir: 'dist', entryFileNames: 'main.js', chunkFileNames: 'main-[name].js' },
});
