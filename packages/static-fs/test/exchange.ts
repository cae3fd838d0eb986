// One exchange with a site, for tests: a target as it would be sent, and what came of it.

import type { Content, StaticRequest, StaticResponse, StaticSite } from '../src/index.ts';

/** A response whose content, if any, is read and closed. */
export interface Answer {
  readonly status: number;
  readonly fields: Readonly<Record<string, string>>;
  readonly text: string | undefined;
  readonly response: StaticResponse;
}

/** Makes a request of a target. */
export function requestFor(target: string, method = 'GET'): StaticRequest {
  const mark = target.indexOf('?');
  return {
    method,
    path: mark === -1 ? target : target.slice(0, mark),
    query: mark === -1 ? undefined : target.slice(mark + 1),
    fields: { get: () => undefined },
  };
}

/** Asks a site, reads the content to its end and closes it. */
export async function ask(site: StaticSite, target: string, method = 'GET'): Promise<Answer> {
  const response = await site.respond(requestFor(target, method));
  try {
    const text = response.content && (await readAll(response.content)).toString('utf8');
    return {
      status: response.status,
      fields: Object.fromEntries(response.fields),
      text,
      response,
    };
  } finally {
    await response.content?.close();
  }
}

/** Reads a content to its end through a buffer of a given size. */
export async function readAll(content: Content, bufferBytes = 4096): Promise<Buffer> {
  const buffer = new Uint8Array(bufferBytes);
  const parts: Buffer[] = [];
  for (;;) {
    const count = await content.read(buffer);
    if (count === 0) return Buffer.concat(parts);
    parts.push(Buffer.from(buffer.subarray(0, count)));
  }
}
