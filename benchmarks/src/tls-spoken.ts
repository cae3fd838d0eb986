/** Which TLS the servers speak with a client that takes all: a comparison needs it to be one. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from './answer.ts';
import { type Contender, type Place, start } from './contenders.ts';
import type { Server, Setting } from './servers.ts';

/** What a ceiling answers here, where no row has an answer for it yet. */
const NOTHING = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';

/** As in `TLSv1.3 TLS_AES_256_GCM_SHA384`; see {@link describeSpoken}. */
export async function tlsSpoken(
  servers: readonly Server[],
  place: Place,
): Promise<string | undefined> {
  const answer = { file: join(place.folder, 'answer'), closes: false };
  writeFileSync(answer.file, NOTHING);
  const spoken = new Map<string, string[]>();
  for (const server of servers.filter(({ can }) => can.includes('tls'))) {
    // Who does not start is void in the rows, with the reason.
    const contender = await startOverTls(server, place, answer);
    if (contender === undefined) continue;
    try {
      const { port } = contender;
      const { tls = 'none' } = await ask({ port, tls: true, path: '/1k.png', fields: [] });
      spoken.set(tls, [...(spoken.get(tls) ?? []), server.name]);
    } finally {
      await contender.process.kill();
    }
  }
  return describeSpoken(spoken);
}

/**
 * What most of them speak, and who speaks something else, as short as a cell of a table has to be.
 *
 * @param spoken - names of servers by what they speak
 */
export function describeSpoken(spoken: ReadonlyMap<string, readonly string[]>): string | undefined {
  const [most, ...others] = [...spoken].toSorted(([, a], [, b]) => b.length - a.length);
  if (most === undefined) return undefined;
  return [most[0], ...others.map(([tls, names]) => `${names.join(', ')}: ${tls}`)].join('; ');
}

function startOverTls(
  server: Server,
  place: Place,
  answer: NonNullable<Setting['answer']>,
): Promise<Contender | undefined> {
  return start(server, place, { features: ['tls'], connections: 64, answer }).catch(
    () => undefined,
  );
}
