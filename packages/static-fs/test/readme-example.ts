import { createStaticSite } from '@pws/static-fs';

/** Prints what a site answers, in pieces of at most 64 KiB. */
export async function print(
  root: string,
  path: string,
  write: (text: string) => void,
): Promise<void> {
  const site = createStaticSite({ root });
  const request = { method: 'GET', path, query: undefined, fields: new Map<string, string>() };

  const { status, fields, content } = await site.respond(request);
  write(`${status}\n`);
  for (const [name, value] of fields) write(`${name}: ${value}\n`);
  if (content === undefined) return;

  const buffer = Buffer.alloc(65_536);
  try {
    for (;;) {
      const count = await content.read(buffer);
      if (count === 0) break;
      write(buffer.toString('utf8', 0, count));
    }
  } finally {
    await content.close();
  }
}
