/**
 * Starts a program that serves, waits until its banner says that it is ready, and stops it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const READY = 'Ctrl+C stops it';

/**
 * @param {string} command - a shell command
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<{ output: () => string, stop: () => Promise<number | null> }>}
 */
export async function startServing(command, options = {}) {
  // A process group of its own, so that stopping reaches what the package runner started.
  const child = spawn(`exec ${command}`, {
    shell: true,
    detached: true,
    stdio: 'pipe',
    ...options,
  });
  const ended = once(child, 'exit');
  let output = '';
  await new Promise((resolve, reject) => {
    const take = (text) => {
      output += text;
      if (output.includes(READY)) resolve();
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.on('exit', (code) =>
      reject(new Error(`\`${command}\` ended with ${code} before it was ready:\n${output}`)),
    );
  });
  return {
    output: () => output,
    async stop() {
      process.kill(-child.pid, 'SIGINT');
      const [code] = await ended;
      return code;
    },
  };
}
