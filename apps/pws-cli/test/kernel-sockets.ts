/**
 * What the kernel says about TCP sockets (Linux): the only place where TIME_WAIT and the queue of
 * a listening socket can be seen.
 */
import { existsSync, readFileSync } from 'node:fs';

/** Whether the kernel tells. */
export const KERNEL_TELLS: boolean = existsSync('/proc/net/tcp');

/** The states that the tests ask for, as the kernel numbers them. */
const STATES = {
  established: '01',
  'syn-sent': '02',
  'fin-wait-1': '04',
  'time-wait': '06',
  listen: '0A',
} as const;

/** One socket. */
export interface KernelSocket {
  readonly localPort: number;
  readonly peerPort: number;
  /** For a listening socket: connections that wait to be accepted. */
  readonly receiveQueue: number;
  /** What `/proc/<pid>/fd` calls it. */
  readonly inode: string;
}

/**
 * The sockets in a state.
 *
 * @param pid - in whose network. Default: this process's
 */
export function socketsIn(
  state: keyof typeof STATES,
  pid: number | 'self' = 'self',
): KernelSocket[] {
  // sl local_address rem_address st tx_queue:rx_queue …
  const lines = [`/proc/${pid}/net/tcp`, `/proc/${pid}/net/tcp6`]
    .filter((path) => existsSync(path))
    .flatMap((path) => readFileSync(path, 'utf8').split('\n').slice(1));
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[3] === STATES[state])
    .map(([, local, peer, , queues, , , , , inode = '']) => ({
      localPort: hexadecimal(local, 1),
      peerPort: hexadecimal(peer, 1),
      receiveQueue: hexadecimal(queues, 1),
      inode,
    }));
}

function hexadecimal(column = '', part: number): number {
  return Number.parseInt(column.split(':')[part] ?? '', 16);
}

/** After how many seconds the kernel will ask the other end of a connection whether it is there. */
export function keepAliveSecondsOf(localPort: number, peerPort: number): number | undefined {
  const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1);
  const columns = lines
    .map((line) => line.trim().split(/\s+/))
    .find(
      ([, local, peer]) => hexadecimal(local, 1) === localPort && hexadecimal(peer, 1) === peerPort,
    );
  const [timer, jiffies = ''] = (columns?.[5] ?? '').split(':');
  // 2 is the timer that asks; it is told in hundredths.
  return timer === '02' ? Number.parseInt(jiffies, 16) / 100 : undefined;
}
