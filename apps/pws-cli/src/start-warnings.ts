/**
 * What a person is told at the start besides what was asked for.
 * Owns when the server listens elsewhere, or with more rights, than that person may believe.
 */
import type { AddressInfo } from 'node:net';
import type { ServerConfig } from './config.ts';

/** How the server has started. */
export interface Start {
  /** What was asked for. */
  readonly config: Pick<ServerConfig, 'port' | 'autoPort' | 'host'>;
  /** What was bound, the first of them by that. */
  readonly addresses: readonly AddressInfo[];
  /** Whether its sockets were opened by another program. */
  readonly isInherited: boolean;
  /** Of the user whose rights it has; `undefined` where users have no ids. */
  readonly userId: number | undefined;
}

/** A sentence for each thing; none where all is as it was asked for. */
export function startWarnings(start: Start): string[] {
  return [...portWarnings(start), ...ipv6Warnings(start), ...rightsWarnings(start)];
}

/** Another program has the port that was asked for. */
function portWarnings({ config: { port, autoPort }, addresses }: Start): string[] {
  const bound = addresses[0]?.port ?? 0;
  if (!autoPort || port === 0 || bound === 0 || bound === port) return [];
  return [`port ${port} is taken; serving on port ${bound}`];
}

/** Node takes IPv4 alone where it cannot bind `::` for another reason than a port that is taken. */
function ipv6Warnings({ config: { host }, addresses, isInherited }: Start): string[] {
  if (host !== undefined || isInherited || addresses[0]?.address !== '0.0.0.0') return [];
  return ['there is no IPv6 here; serving on IPv4 alone'];
}

const ROOT = 0;

/** Security: a fault of the server, or of what it loads, would have the rights of root. */
function rightsWarnings({ userId }: Start): string[] {
  if (userId !== ROOT) return [];
  return [
    'started as root, whose rights nothing here needs: start it as another user (low ports too: SECURITY.md says how)',
  ];
}
