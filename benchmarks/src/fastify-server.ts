/** `@fastify/static` as its README has it: the program that is measured. Takes one JSON file. */
import { readFileSync } from 'node:fs';
import fastifyStatic from '@fastify/static';
import { type FastifyInstance, fastify } from 'fastify';

interface Given {
  readonly site: string;
  readonly port: number;
  readonly tls?: { readonly certificate: string; readonly key: string };
}

const [, , file = ''] = process.argv;
const { site, port, tls } = JSON.parse(readFileSync(file, 'utf8')) as Given;

const server =
  tls === undefined
    ? fastify()
    : (fastify({
        https: { cert: readFileSync(tls.certificate), key: readFileSync(tls.key) },
      }) as unknown as FastifyInstance);
await server.register(fastifyStatic, { root: site });
await server.listen({ host: '127.0.0.1', port });
