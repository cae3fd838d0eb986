/**
 * The bare server that the guard compares with: `node:http` with one answer, the octets of ours,
 * in memory. Takes a JSON file with the fields, and the file of the content. Prints its port.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const [, , fieldsFile = '', contentFile = ''] = process.argv;
const fields = JSON.parse(readFileSync(fieldsFile, 'utf8')) as string[];
const content = readFileSync(contentFile);

const server = createServer((_request, response) => {
  response.writeHead(200, fields);
  response.end(content);
});
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
