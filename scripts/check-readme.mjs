/**
 * Runs every command of README.md, in order, on a fresh clone with an empty home, and compares
 * what is printed with what README shows.
 *
 * Fenced `sh` blocks are run; in `console` blocks the lines that begin with `$` are run and the
 * lines below must be what comes out. A line `…` there stands for any lines. Dates, ports of
 * clients, durations and addresses of this machine differ from run to run and are not compared.
 * A command that serves runs until the next one that serves. The tests are among them: what they
 * print is shown, so that whoever runs this can count them.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServing } from './serving.mjs';

const source = join(import.meta.dirname, '..');
const place = mkdtempSync(join(tmpdir(), 'pws-readme-'));
const clone = join(place, 'pws');
const home = join(place, 'home');
mkdirSync(home);
execFileSync('git', ['clone', '--quiet', source, clone]);

const { INIT_CWD: _, PWS_PORT: __, PORT: ___, ...inherited } = process.env;
const env = { ...inherited, HOME: home, NO_COLOR: '1', TURBO_TELEMETRY_DISABLED: '1' };

const readme = readFileSync(join(clone, 'README.md'), 'utf8');
let server;
let failures = 0;
try {
  for (const { command, expected } of commandsOf(readme)) await run(command, expected);
} finally {
  await server?.stop();
  rmSync(place, { recursive: true, force: true });
}
process.exit(failures === 0 ? 0 : 1);

function* commandsOf(text) {
  for (const [, language, block] of text.matchAll(/^```(sh|console)\n(.*?)^```$/gms)) {
    if (language === 'sh') {
      for (const line of block.split('\n').filter((each) => each.trim() !== '')) {
        yield { command: line, expected: undefined };
      }
      continue;
    }
    for (const part of block.split(/^\$ /m).slice(1)) {
      const [command, ...lines] = part.split('\n');
      yield { command, expected: lines.join('\n').trim() };
    }
  }
}

async function run(command, expected) {
  console.log(`$ ${command}`);
  let output;
  if (/\bstart\b/.test(command)) {
    await server?.stop();
    const began = performance.now();
    server = await startServing(command, { cwd: clone, env });
    console.log(`  ready after ${((performance.now() - began) / 1000).toFixed(1)} s`);
    output = server.output();
  } else {
    const began = performance.now();
    const ended = await runToEnd(command, { shows: expected === undefined });
    console.log(`  done after ${((performance.now() - began) / 1000).toFixed(1)} s`);
    output = ended.output;
    if (ended.code !== 0) fail(`ended with ${ended.code}`, expected === undefined ? '' : output);
  }
  if (expected !== undefined && !matches(normal(output), normal(expected))) {
    fail(`README shows\n${normal(expected)}\n  but it prints`, normal(output));
  }
}

/** Runs a command; what it prints is shown as it comes, where README shows nothing of it. */
async function runToEnd(command, { shows }) {
  const child = spawn(command, { shell: true, cwd: clone, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
      if (shows) process.stdout.write(text);
    });
  }
  const [code] = await once(child, 'close');
  return { code, output };
}

function fail(what, output) {
  failures++;
  console.log(`  WRONG: ${what}\n${output}`);
}

function normal(text) {
  return text
    .replaceAll('\r', '')
    .replace(/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/g, '<date>')
    .replace(/\d\d:\d\d:\d\d/g, '<time>')
    .replace(/[\d.]+ ms/g, '<n> ms')
    .replace(/127\.0\.0\.1:\d+|\[::1\]:\d+/g, '<peer>')
    .trim();
}

/** Whether the lines of `expected` come in `output`, `…` standing for any number of lines. */
function matches(output, expected) {
  const pattern = expected
    .split('\n')
    .map((line) =>
      line.trim() === '…' ? '(?:.*\\n)*?' : `${RegExp.escape?.(line) ?? escape(line)}\\n`,
    )
    .join('');
  return new RegExp(`^${pattern}$`).test(`${output}\n`);
}

function escape(text) {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
