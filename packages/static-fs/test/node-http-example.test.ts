import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { createFileServer } from './node-http-example.ts';
import { TemporaryTree } from './temporary-tree.ts';

const tree = new TemporaryTree();
tree.write('a.txt', '0123456789');
tree.write('large.bin', new Uint8Array(8 << 20));
tree.write('404.html', 'nothing here');
const server = createFileServer(tree.path);
let port = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  tree.remove();
});

function read(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8');
}

it('the example under node:http in the README is the one that is run here', () => {
  expect(read('../README.md')).toContain(`\`\`\`ts\n${read('node-http-example.ts')}\`\`\``);
});

it.each<[string, Readonly<Record<string, string>>, number, string]>([
  ['/a.txt', {}, 200, '0123456789'],
  ['/a.txt', { Range: 'bytes=-3' }, 206, '789'],
  ['/a.txt', { Range: 'bytes=20-' }, 416, ''],
  ['/a.txt', { 'If-None-Match': '*' }, 304, ''],
  ['/none', {}, 404, 'nothing here'],
])('the example under node:http answers %s %j with %d %j', async (path, headers, status, text) => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
  expect(response.status).toBe(status);
  expect(await response.text()).toBe(text);
});

it('the example under node:http closes the file of a peer that leaves', async () => {
  const socket = connect(port, '127.0.0.1');
  const closed = new Promise((resolve) => {
    server.once('connection', (connection) => connection.once('close', resolve));
  });
  socket.write('GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await new Promise((resolve) => socket.once('data', resolve));
  socket.destroy();
  await closed;
  await expect.poll(() => tree.openDescriptors()).toEqual([]);
});
