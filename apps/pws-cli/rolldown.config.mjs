/**
 * Makes one file of the modules of the program, `dist/main.cjs`, once they are compiled; what is
 * imported later than at the start has files of its own.
 * To find and load 150 modules takes longer than all that they do at the start. What npm installs
 * stays where it is, so that a fix of it needs no release of ours. Node's compile cache was tried: it
 * saves 6 of 90 ms (Node 24; Node 20 has none), for files that somebody has to keep.
 *
 * CommonJS: Node loads that without its loader of ES modules, which takes 19 ms more. So what the
 * start needs and is an ES module, yargs-parser, is part of the file. Comments stay: without them it
 * starts no sooner, nor when it is minified.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig } from 'rolldown';
import { mediaTables } from './media-tables.mjs';

const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const installed = Object.keys(dependencies).filter((name) => !name.startsWith('@pws/'));

const FIRST = 'dist/main.js';

/**
 * Whether the start needs a module: the first one imports it at once, or what that does. Said to
 * rolldown, which else gives what the start has in common with two files that are loaded later a file
 * of its own: three of those took 1 ms of each start (Node 20).
 */
const isOfStart = (() => {
  let ids;
  return (id, getModuleInfo) => {
    if (ids === undefined) {
      ids = new Set([resolve(FIRST)]);
      // A set gives what is added while it is gone through, too.
      for (const each of ids)
        for (const next of getModuleInfo(each)?.importedIds ?? []) ids.add(next);
    }
    return ids.has(id);
  };
})();

export default defineConfig({
  input: FIRST,
  platform: 'node',
  external: installed.map((name) => new RegExp(`^${name}(/|$)`)),
  plugins: [mediaTables],
  output: {
    dir: 'dist',
    format: 'cjs',
    strict: true,
    entryFileNames: 'main.cjs',
    chunkFileNames: 'main-[name].cjs',
    codeSplitting: {
      groups: [
        {
          name: (id, context) =>
            isOfStart(id, (each) => context.getModuleInfo(each)) ? 'main' : null,
        },
      ],
    },
  },
});
