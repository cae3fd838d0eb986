/**
 * The addresses of this machine, as far as it tells them.
 * Owns that a system which does not (a sandbox without netlink sockets) keeps nothing from serving.
 */
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

/** As `os.networkInterfaces()` gives them; none where the system refuses. */
export function interfacesOfMachine(): NodeJS.Dict<NetworkInterfaceInfo[]> {
  try {
    return networkInterfaces();
  } catch {
    // ERR_SYSTEM_ERROR: then loopback is what is known.
    return {};
  }
}
