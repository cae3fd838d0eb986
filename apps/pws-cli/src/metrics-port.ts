/**
 * A port of its own for whoever watches the server: figures, and the two answers of health. It is
 * open to the end of a stop, so that `readyz` can be asked meanwhile.
 * Owns its paths. It has no site, no credentials and no log; who may reach it is a matter of the
 * address that it listens on.
 */
import { CommandError } from './command-error.ts';
import { createHandler } from './handler.ts';
import { createHealth } from './health.ts';
import { type Metrics, createMetricsAnswerer } from './metrics.ts';
import type { HostPort } from './option-values.ts';
import type { ReadinessState } from './readiness.ts';
import { type PortPolicy, type RunningPort, servePort } from './serve-port.ts';
import { SERVER } from './server-name.ts';

/** Whoever reaches the port may ask. */
const NO_POLICY: PortPolicy = {
  effectivePeer: (peer, isSecure) => ({ peer, isSecure }),
  isTrusted: () => false,
  proxies: undefined,
};

/** What {@link serveMetrics} needs. */
export interface MetricsPortOptions {
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>;
  /** How the server is that is watched. */
  readonly state: () => ReadinessState;
  /** Value of the Server field; `false`: none. Default `PWS/1.0`. */
  readonly serverHeader?: string | false | undefined;
  /** Told of failures that nobody foresaw. */
  readonly unforeseen: (error: unknown) => void;
}

/**
 * Serves `/metrics`, `/livez` and `/readyz`.
 *
 * @throws {CommandError} exit code 1 when it cannot listen
 */
export async function serveMetrics(
  { host, port }: HostPort,
  { metrics, state, serverHeader = SERVER, unforeseen }: MetricsPortOptions,
): Promise<RunningPort> {
  const handler = createHandler({
    answerers: [createHealth({ prefix: '/', state }), createMetricsAnswerer('/metrics', metrics)],
    site: { respond: () => ({ status: 404, fields: [], content: undefined }) },
    server: serverHeader,
    now: Date.now,
    unforeseen,
  });
  try {
    const answering = { handler, observer: {}, unforeseen };
    return await servePort(answering, NO_POLICY, { host, port });
  } catch (error) {
    if (!(error instanceof CommandError) || !(error.cause instanceof Error)) throw error;
    const { message } = error.cause;
    throw new CommandError(1, `--metrics: could not listen: ${message}`, { cause: error });
  }
}
