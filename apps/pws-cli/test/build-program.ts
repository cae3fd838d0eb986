/**
 * Builds the program from the sources as they are now, as it is published, into a folder of this
 * run's own, before any test starts it.
 *
 * Not into `dist`: other tasks build there at the same time, and a program that starts while its
 * files are written reads half of one. Node 20 runs no TypeScript, so that a build is needed. The
 * folder lies in `node_modules`, where the program finds its dependencies as it always does.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The path of the program's first module. */
    program: string;
  }
}

const own = fileURLToPath(new URL('..', import.meta.url));
const PARTS = ['http-wire', 'static-fs'] as const;

export default async function buildProgram(project: TestProject): Promise<() => void> {
  const folder = join(own, 'node_modules', `.pws-under-test-${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  const builds = [compile(own, folder)];
  for (const part of PARTS) {
    const source = join(own, '../../packages', part);
    const target = join(folder, 'node_modules/@pws', part);
    builds.push(compile(source, target));
    symlinkSync(join(source, 'node_modules'), join(target, 'node_modules'), 'junction');
  }
  await Promise.all(builds);
  await joinModules(folder);
  project.provide('program', join(folder, 'dist/bin.cjs'));
  return () => rmSync(folder, { recursive: true, force: true });
}

/** What `build` does behind the compiler. */
async function joinModules(folder: string): Promise<void> {
  const command = join(dirname(manifestOf('rolldown')), 'bin/cli.mjs');
  const config = join(own, 'rolldown.config.mjs');
  const args = [command, '--config', config, '--log-level', 'silent'];
  await promisify(execFile)(process.execPath, args, { cwd: folder });
}

function manifestOf(name: string): string {
  return createRequire(import.meta.url).resolve(`${name}/package.json`);
}

/** Types are the business of `typecheck`: only the syntax is taken off here. */
async function compile(source: string, target: string): Promise<void> {
  mkdirSync(target, { recursive: true });
  cpSync(join(source, 'package.json'), join(target, 'package.json'));
  await promisify(execFile)(process.execPath, [
    join(dirname(manifestOf('typescript')), 'bin/tsc'),
    '--project',
    join(source, 'tsconfig.build.json'),
    '--outDir',
    join(target, 'dist'),
    ...'--noCheck --declaration false --declarationMap false --isolatedDeclarations false'.split(
      ' ',
    ),
  ]);
}
