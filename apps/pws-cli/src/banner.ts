/**
 * What is printed when the server is ready: what is served, and at which addresses.
 * Owns which addresses a person is shown: all that can be reached, as they can be opened.
 */
import type { AddressInfo } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import { relative } from 'node:path';
import type pc from 'picocolors';

/** What {@link renderBanner} needs. */
export interface BannerOptions {
  readonly version: string;
  /** The folder that is served, absolute. */
  readonly root: string;
  /** The folder the person stands in. */
  readonly cwd: string;
  readonly addresses: readonly string[];
  /** Other folders, each below a path. Default: none. */
  readonly mounts?: readonly { readonly base: string; readonly root: string }[];
  /** What else there is to know, a line each. Default: nothing. */
  readonly notes?: readonly string[];
  readonly colours: ReturnType<typeof pc.createColors>;
}

/** The banner, with a line end behind each line. */
export function renderBanner({
  version,
  root,
  cwd,
  addresses,
  mounts = [],
  notes = [],
  colours,
}: BannerOptions): string {
  const lines = [
    `${colours.bold('PWS')} ${colours.dim(version)}  serving ${colours.bold(shownFrom(cwd, root))}`,
    ...addresses.map((address) => `  ${colours.cyan(address)}`),
    ...mounts.map((mount) => `  ${mount.base} from ${colours.bold(shownFrom(cwd, mount.root))}`),
    ...notes.map((note) => colours.dim(`  ${note}`)),
    colours.dim('  Ctrl+C stops it'),
  ];
  return `\n${lines.join('\n')}\n\n`;
}

function shownFrom(cwd: string, folder: string): string {
  const path = relative(cwd, folder);
  return path === '' ? '.' : path.startsWith('..') ? folder : `./${path}`;
}

/**
 * The addresses at which a bound socket can be reached, ready to be opened, the nearest first.
 *
 * @param bound - what the socket is bound to; `::` and `0.0.0.0` mean all interfaces. A Unix
 *   socket is shown by its path
 * @param interfaces - `os.networkInterfaces()`
 * @param scheme - what is spoken there
 */
export function reachableAddresses(
  bound: AddressInfo,
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
  scheme: 'http' | 'https' = 'http',
): string[] {
  if (bound.family === 'unix') return [`unix:${bound.address}`];
  const open = (host: string): string =>
    `${scheme}://${host.includes(':') ? `[${host}]` : host}${suffix}`;
  const suffix = bound.port === (scheme === 'http' ? 80 : 443) ? '/' : `:${bound.port}/`;
  const everywhere = bound.address === '::' || bound.address === '0.0.0.0';
  if (!everywhere) {
    const isLoopback = bound.address === '127.0.0.1' || bound.address === '::1';
    return isLoopback
      ? [`${scheme}://localhost${suffix}`, open(bound.address)]
      : [open(bound.address)];
  }
  const others = Object.values(interfaces)
    .flatMap((entries) => entries ?? [])
    .filter(({ internal, family, address }) => {
      if (internal || (family === 'IPv6' && bound.address === '0.0.0.0')) return false;
      // A link-local address needs a zone, which no browser takes.
      return !address.toLowerCase().startsWith('fe80:');
    })
    .sort((a, b) => a.family.localeCompare(b.family))
    .map(({ address }) => open(address));
  return [`${scheme}://localhost${suffix}`, ...others];
}
