/**
 * `pws why <path> [root]`: how one request would be answered, and why.
 * Owns what the command prints; the explanation is made in explanation.ts. Loaded where it is asked
 * for, and not where a folder is served.
 */
import { askedRequest } from './asked-request.ts';
import type { ServerConfig } from './config.ts';
import { explainRequest } from './explanation.ts';
import { renderExplanation } from './explanation-text.ts';

/** What the command line says beside the flags of the server. */
export interface WhyArguments {
  /** A path, or a whole URL. */
  readonly path: string;
  /** Default: GET. */
  readonly method: string | undefined;
  /** Request fields, each `Name: value`. */
  readonly fields: readonly string[];
  /** Whether JSON is printed. */
  readonly json: boolean;
}

/**
 * What the command prints.
 *
 * @throws {CommandError} exit code 2 for a request that cannot be sent, and as the start of a server
 */
export async function why(
  { path, method, fields, json }: WhyArguments,
  config: ServerConfig,
): Promise<string> {
  const request = askedRequest(path, { method, fields });
  const explanation = await explainRequest(config, request);
  return json ? `${JSON.stringify(explanation, undefined, 2)}\n` : renderExplanation(explanation);
}
