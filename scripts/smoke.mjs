/**
 * Starts the built program as a person would and asks it things with curl.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startServing } from './serving.mjs';

const app = join(import.meta.dirname, '../apps/pws-cli');
const page = readFileSync(join(app, 'static/index.html'), 'utf8');

/** @type {[args: string[], path: string, expected: string[]][]} curl's arguments, path, what the output must contain */
const REQUESTS = [
  [['-si'], '/', ['HTTP/1.1 200 OK\r\n', 'Server: PWS/1.0\r\n', page]],
  [['-sI'], '/', [`Content-Length: ${Buffer.byteLength(page)}\r\n`]],
  [['-si'], '/no-such-page', ['HTTP/1.1 404 Not Found\r\n', '<h1>Page Not Found!</h1>']],
  [['-si'], '/tutorial?a=1', ['HTTP/1.1 301 ', 'Location: /tutorial/?a=1\r\n']],
  [['-si', '--path-as-is'], '/../package.json', ['HTTP/1.1 400 Bad Request\r\n']],
  [['-si', '-X', 'DELETE'], '/', ['HTTP/1.1 405 ', 'Allow: GET, HEAD, OPTIONS\r\n']],
  [['-si', '--http1.0'], '/', ['HTTP/1.1 200 OK\r\n', 'Connection: close\r\n']],
  [['-si', '-d', 'x=1'], '/', ['HTTP/1.1 405 ', 'Connection: close\r\n']],
];

const server = await startServing(`"${process.execPath}" dist/bin.cjs --port 0 --log none`, {
  cwd: app,
});
let failures = 0;
try {
  const [origin] = /http:\/\/localhost:\d+/.exec(server.output()) ?? [''];
  for (const [args, path, expected] of REQUESTS) {
    const answer = execFileSync('curl', [...args, origin + path], { encoding: 'utf8' });
    const missing = expected.filter((text) => !answer.includes(text));
    if (missing.length > 0) failures++;
    console.log(`${missing.length === 0 ? 'ok' : 'WRONG'}  curl ${args.join(' ')} ${path}`);
    if (missing.length > 0) console.log({ missing, answer: answer.slice(0, 800) });
  }
} finally {
  const code = await server.stop();
  if (code !== 0) failures++;
  console.log(`${code === 0 ? 'ok' : 'WRONG'}  stopped by SIGINT with exit code ${code}`);
}
process.exit(failures === 0 ? 0 : 1);
