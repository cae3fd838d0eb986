// One exchange with a site, for tests: a target as it would be sent, and what came of it.

import { expect } from 'vitest';

import type { Content, StaticRequest, StaticResponse, StaticSite } from '../src/index.ts';

/** A response whose content, if any, is read and closed. */
export interface Answer {
  readonly status: number;
  readonly fields: Readonly<Record<string, string>>;
  readonly text: string | undefined;
  readonly response: StaticResponse;
}

/** Field values by field name. */
export type Sent = Readonly<Record<string, string>>;

/** Makes a request of a target. */
export function requestFor(target: string, method = 'GET', fields: Sent = {}): StaticRequest {
  const values = new Map(Object.entries(fields).map(([name, value]) => [toKey(name), value]));
  const mark = target.indexOf('?');
  return {
    method,
    path: mark === -1 ? target : target.slice(0, mark),
    query: mark === -1 ? undefined : target.slice(mark + 1),
    fields: { get: (name) => values.get(toKey(name)) },
  };
}

/** Asks a site, reads the content to its end and closes it. */
export async function ask(
  site: StaticSite,
  target: string,
  method = 'GET',
  fields: Sent = {},
): Promise<Answer> {
  const response = await site.respond(requestFor(target, method, fields));
  try {
    const text = response.content && (await readAll(response.content)).toString('utf8');
    expect(new Set(response.fields.map(([name]) => name)).size).toBe(response.fields.length);
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

function toKey(name: string): string {
  return name.toLowerCase();
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
