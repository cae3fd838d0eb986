import { createServer, type Server } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { createStaticSite, type StaticResponse } from '@pws/static-fs';

async function* read({ content }: StaticResponse, buffer = new Uint8Array(65_536)) {
  for (let n; (n = (await content?.read(buffer)) ?? 0) > 0;) yield buffer.slice(0, n);
}

export function createFileServer(root: string): Server {
  const site = createStaticSite({ root });
  return createServer(({ method = '', url = '', headers }, response) => {
    const [, path = '', query] = /^([^?]*)(?:\?(.*))?$/.exec(url) ?? [];
    const get = (name: string) => headers[name.toLowerCase()]?.toString();
    void Promise.resolve(site.respond({ method, path, query, fields: { get } })).then((answer) => {
      response.writeHead(answer.status, answer.fields.flat());
      const sent = pipeline(read(answer), response).catch(() => response.destroy());
      return sent.finally(() => void answer.content?.close());
    });
  });
}
