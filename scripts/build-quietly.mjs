/**
 * Builds what a package script needs before it can run, and says nothing when that works.
 * `node scripts/build-quietly.mjs pws-cli`. turbo skips what is built already.
 */
import { spawnSync } from 'node:child_process';

const [part] = process.argv.slice(2);
const { status, stdout, error } = spawnSync(
  'turbo',
  ['run', 'build', `--filter=${part}`, '--output-logs=errors-only', '--no-update-notifier'],
  {
    encoding: 'utf8',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
  },
);

if (status !== 0) {
  process.stderr.write(stdout ?? '');
  process.stderr.write(`The build of ${part} failed${error ? `: ${error.message}` : ''}\n`);
  process.exit(1);
}
