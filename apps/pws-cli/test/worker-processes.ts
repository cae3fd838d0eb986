/** Which processes a program has started, and which of them has a connection (Linux). */
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { socketsIn } from './kernel-sockets.ts';
import type { Program } from './program.ts';

/** The workers of a program, by their process numbers (Linux). */
export function workersOf({ pid }: Program): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === '' ? [] : children.split(' ').map(Number);
}

/** Which of some processes has accepted the client at a port. */
export function ownerOf(clientPort: number, pids: readonly number[]): number | undefined {
  const socket = socketsIn('established').find(({ peerPort }) => peerPort === clientPort);
  return pids.find((pid) => {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((fd) => {
      try {
        return readlinkSync(`${folder}/${fd}`) === `socket:[${socket?.inode}]`;
      } catch {
        return false; // closed in between
      }
    });
  });
}
