/**
 * Real sites: the folders of `sites/`, each built by the tool that people build such sites with,
 * from the packages of this repository, into a folder of its own beside them: tools of today take
 * a package for a part of the site where the two have no folder in common, as `/tmp` and `/home`.
 *
 * - `application`: a single-page application, by Vite; each page is loaded when it is shown.
 * - `docs`: pages in folders and beside them, by Eleventy; their links are relative.
 * - `export`: a static export with a shell and a service worker, by SvelteKit.
 * - `journal`: pages as folders or as files, whose links are followed in the document that is there,
 *   by Astro 5; 7 wants Node 22.
 */
import { execFile, type ExecFileException, type ExecFileOptions } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { ask } from './raw-client.ts';

const sites = fileURLToPath(new URL('sites', import.meta.url));
const require = createRequire(import.meta.url);

/** A tool, what it is told, and where it writes below the folder of the site. */
interface Tool {
  readonly name: string;
  readonly command: readonly [path: string, ...args: string[]];
  readonly writes: string;
}

type SiteName = 'application' | 'docs' | 'export' | 'journal';

const TOOLS: Readonly<Record<SiteName, Tool>> = {
  application: { name: 'vite', command: ['bin/vite.js', 'build'], writes: 'dist' },
  docs: { name: '@11ty/eleventy', command: ['cmd.cjs', '--quiet'], writes: 'site' },
  export: { name: 'vite', command: ['bin/vite.js', 'build'], writes: 'build' },
  journal: { name: 'astro', command: ['astro.js', 'build'], writes: 'dist' },
};

/** How a site is built. */
interface Build {
  /** What the pages say that they are of; another one has other names of assets. Default `r1` */
  readonly release?: string;
  /** For the tool's command. Default: none */
  readonly args?: readonly string[];
}

const built = new Set<BuiltSite>();

/** Removes what the tests of a file have built, and copies of it. */
export function removeBuiltSites(): void {
  for (const site of built) site.remove();
  built.clear();
}

export class BuiltSite {
  /** The folder that is served, without links. */
  readonly root: string;
  readonly #folder: string;
  readonly #writes: string;

  /** Builds one of the sites. */
  static async of(site: SiteName, build: Build = {}): Promise<BuiltSite> {
    const { release = 'r1', args = [] } = build;
    const { name, command, writes } = TOOLS[site];
    const folder = newFolder(site);
    cpSync(join(sites, site), folder, { recursive: true });
    // With it, what a tool remembers is kept in the folder too, not beside what is installed.
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
    const [path, ...usual] = command;
    await run([join(packageFolder(name), path), ...usual, ...args], {
      cwd: folder,
      env: { ...plainEnvironment(), VITE_RELEASE: release },
    });
    return new BuiltSite(folder, writes);
  }

  private constructor(folder: string, writes: string) {
    this.#folder = folder;
    this.#writes = writes;
    this.root = join(folder, writes);
    built.add(this);
  }

  /** The same in another folder, for a test that changes it. */
  copy(): BuiltSite {
    const folder = newFolder('copy');
    cpSync(this.root, join(folder, this.#writes), { recursive: true });
    return new BuiltSite(folder, this.#writes);
  }

  /** Its files, as paths below the root with slashes. */
  get files(): string[] {
    return readdirSync(this.root, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(this.root, name)).isFile())
      .map((name) => name.split(sep).join('/'))
      .toSorted();
  }

  /** The target of the one file whose path begins so, and ends so behind its hash. */
  targetOf(beginning: string, end: string): string {
    const found = this.files.filter((file) => file.startsWith(beginning) && file.endsWith(end));
    expect(found).toHaveLength(1);
    return `/${found[0]}`;
  }

  /**
   * What a server says of how long each file may be kept, but for those that are never served.
   *
   * @param base - the path below which it serves them
   */
  async cacheControls(
    port: number,
    base = '/',
  ): Promise<[file: string, field: string | undefined][]> {
    const all: [string, string | undefined][] = [];
    for (const file of this.files.filter((name) => !/^(?:\.|_[^/]*$)/.test(name))) {
      // oxlint-disable-next-line no-await-in-loop
      all.push([file, (await ask(port, base + file)).fields['cache-control']]);
    }
    return all;
  }

  /** Puts another build into the same root: what is new, then without what is old. */
  deploy(other: BuiltSite): void {
    cpSync(other.root, this.root, { recursive: true });
    const kept = new Set(other.files);
    for (const file of this.files) if (!kept.has(file)) rmSync(join(this.root, file));
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A release, as a client sees it come. */
interface Release {
  /** The page that names what is there. */
  readonly page: string;
  readonly there: string;
  readonly gone: string;
}

/** Waits until a server believes what is on the disk now. */
export async function untilServed(port: number, { page, there, gone }: Release): Promise<void> {
  const seen = async (): Promise<unknown[]> => [
    (await ask(port, there)).status,
    (await ask(port, gone)).status,
    (await ask(port, page)).content.includes(there.slice(1)),
  ];
  await expect.poll(seen, { timeout: 10_000 }).toEqual([200, 404, true]);
}

function newFolder(name: string): string {
  const built = join(realpathSync(sites), 'built');
  mkdirSync(built, { recursive: true });
  return mkdtempSync(join(built, `${name}-`));
}

/** Runs a script of Node's to its end; where it fails, what it said is told. */
async function run(script: readonly string[], options: ExecFileOptions): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, script, options);
  } catch (error) {
    const { code, stdout, stderr } = error as ExecFileException;
    // With a mark before each line, so that nobody takes a line of a tool's stack for one of ours.
    const said = `${stdout}${stderr}`.trimEnd().replaceAll(/^/gm, '| ');
    throw new Error(`expected ${script.join(' ')} to end with 0, but it was ${code}:\n${said}`);
  }
}

/** Without asking for its manifest, which not every package gives. */
function packageFolder(name: string): string {
  const searched = require.resolve.paths(name) ?? [];
  const found = searched.map((folder) => join(folder, name)).find(isFolder);
  if (found === undefined) throw new Error(`expected the package ${name} to be installed`);
  return realpathSync(found);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** A build is told nothing of the tests that it is for, and tells nobody of itself. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:NODE_.*|VITE.*|VITEST.*|TEST|DEV|PROD|MODE|SSR|BASE_URL)$/.test(name),
  );
  return { ...Object.fromEntries(kept), NO_COLOR: '1', ASTRO_TELEMETRY_DISABLED: '1' };
}
