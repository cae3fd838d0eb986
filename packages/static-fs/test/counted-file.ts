// A large file as those have it who keep octets of it in memory: what it consists of, how much room
// there is for it, and how often it was read. For tests.

import { expect } from 'vitest';

/** Gives the octet at a position of the file; neighbours differ, and so do blocks. */
export function octetAt(position: number): number {
  return (position * 31 + (position >> 8)) & 0xff;
}

/** What was counted, and what a read does. */
interface CountedFileState {
  /** How many octets are counted into the memory of all files, in bytes. */
  countedBytes: number;
  /** How often it was read. */
  reads: number;
  /** Whether what is read is still of the version. */
  isSame: boolean;
  /** What a read waits for. */
  gate: Promise<void>;
}

/** The file, as its parts and pieces are given it. */
export interface CountedFile {
  readonly lengthBytes: number;
  readonly state: CountedFileState;
  readonly grow: (octets: number) => boolean;
  readonly shrink: (octets: number) => void;
  readonly read: (position: number, into: readonly Uint8Array[]) => Promise<boolean>;
}

/** Makes a file of a length; all files together have room for so many octets, in bytes. */
export function countedFile(lengthBytes: number, roomBytes: number): CountedFile {
  const state: CountedFileState = {
    countedBytes: 0,
    reads: 0,
    isSame: true,
    gate: Promise.resolve(),
  };
  return {
    lengthBytes,
    state,
    grow: (octets) => {
      if (state.countedBytes + octets > roomBytes) return false;
      state.countedBytes += octets;
      return true;
    },
    shrink: (octets) => {
      state.countedBytes -= octets;
    },
    read: async (position, into) => {
      state.reads += 1;
      await state.gate;
      let at = position;
      for (const buffer of into) {
        for (let index = 0; index < buffer.length; index += 1) buffer[index] = octetAt(at++);
      }
      expect(at).toBeLessThanOrEqual(lengthBytes);
      return state.isSame;
    },
  };
}
