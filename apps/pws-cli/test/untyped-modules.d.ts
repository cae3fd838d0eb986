// What the libraries say that `serve` is made of, as far as tests ask them.

declare module 'minimatch' {
  export default function minimatch(path: string, pattern: string): boolean;
}

declare module 'serve-handler' {
  import type { IncomingMessage, ServerResponse } from 'node:http';
  export default function handler(
    request: IncomingMessage,
    response: ServerResponse,
    config: Readonly<Record<string, unknown>>,
  ): Promise<void>;
}
