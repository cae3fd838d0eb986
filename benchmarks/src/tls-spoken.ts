/** Which TLS the servers speak with a client that takes all: a comparison needs it to be one. */
import { ask } from './answer.ts';
import { type Contender, type Place, start } from './contenders.ts';
import type { Server } from './servers.ts';

/** As in `TLSv1.3 TLS_AES_256_GCM_SHA384`; each server's own where they differ. */
export async function tlsSpoken(
  servers: readonly Server[],
  place: Place,
): Promise<string | undefined> {
  const spoken = new Map<string, string[]>();
  for (const server of servers.filter(({ can }) => can.includes('tls'))) {
    // Who does not start is void in the rows, with the reason.
    const contender = await startOverTls(server, place);
    if (contender === undefined) continue;
    try {
      const { port } = contender;
      const { tls = 'none' } = await ask({ port, tls: true, path: '/1k.png', fields: [] });
      spoken.set(tls, [...(spoken.get(tls) ?? []), server.name]);
    } finally {
      await contender.process.kill();
    }
  }
  if (spoken.size <= 1) return [...spoken.keys()][0];
  return [...spoken].map(([tls, names]) => `${tls} (${names.join(', ')})`).join('; ');
}

function startOverTls(server: Server, place: Place): Promise<Contender | undefined> {
  return start(server, place, { features: ['tls'], connections: 64 }).catch(() => undefined);
}
