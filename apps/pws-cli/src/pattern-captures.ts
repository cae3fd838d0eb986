/**
 * What the captures of one pattern hold: Thompson's machine with positions, as Pike has it.
 * Owns which of several ways to match is taken: that of a backtracking matcher, so that a splat
 * takes as much as it can, from the left. All ways are followed at once, code unit by code unit,
 * so that no text takes longer than its length times that of the pattern.
 */
import { type Pattern, isInRanges } from './pattern.ts';

/** Counts the instructions that were looked at. */
export interface StepTally {
  steps: number;
}

/** Positions in the text by slot; shared by threads, never changed. */
type Slots = readonly number[];

/** Places in a pattern, the preferred ones first, and what has been saved on the way there. */
interface Threads {
  readonly places: number[];
  readonly slots: Slots[];
}

/**
 * Matches a whole text.
 *
 * @param tally - where steps are counted; default: nowhere
 * @returns what each capture that was passed holds, by its name; `undefined` where the pattern
 *   does not match
 */
export function captureBy(
  { instructions, names }: Pattern,
  text: string,
  tally: StepTally = { steps: 0 },
): ReadonlyMap<string, string> | undefined {
  const reachedAt = new Int32Array(instructions.length).fill(-1);
  const pending: number[] = [];
  const pendingSlots: Slots[] = [];

  /** Follows what takes no code unit, the preferred way first. */
  const reach = (threads: Threads, start: number, { at, slots }: { at: number; slots: Slots }) => {
    pending.push(start);
    pendingSlots.push(slots);
    while (pending.length > 0) {
      const place = pending.pop() as number;
      const held = pendingSlots.pop() as Slots;
      if (reachedAt[place] === at) continue;
      reachedAt[place] = at;
      tally.steps += 1;
      const instruction = instructions[place];
      switch (instruction?.op) {
        case 'jump':
          pending.push(instruction.to);
          pendingSlots.push(held);
          break;
        case 'split':
          pending.push(instruction.second, instruction.first);
          pendingSlots.push(held, held);
          break;
        case 'save':
          pending.push(place + 1);
          pendingSlots.push(held.with(instruction.slot, at));
          break;
        default:
          threads.places.push(place);
          threads.slots.push(held);
      }
    }
  };

  let threads: Threads = { places: [], slots: [] };
  reach(threads, 0, { at: 0, slots: Array.from({ length: names.length * 2 }, () => -1) });
  for (let at = 0; at < text.length && threads.places.length > 0; at++) {
    const unit = text.charCodeAt(at);
    const next: Threads = { places: [], slots: [] };
    for (const [index, place] of threads.places.entries()) {
      tally.steps += 1;
      const instruction = instructions[place];
      if (instruction?.op !== 'unit' || !isInRanges(unit, instruction.ranges)) continue;
      reach(next, place + 1, { at: at + 1, slots: threads.slots[index] as Slots });
    }
    threads = next;
  }
  const ended = threads.places.findIndex((place) => instructions[place]?.op === 'end');
  return ended === -1 ? undefined : named(names, threads.slots[ended] as Slots, text);
}

function named(names: readonly string[], slots: Slots, text: string): ReadonlyMap<string, string> {
  const captures = new Map<string, string>();
  for (const [index, name] of names.entries()) {
    const start = slots[index * 2] as number;
    const end = slots[index * 2 + 1] as number;
    if (start !== -1 && end !== -1) captures.set(name, text.slice(start, end));
  }
  return captures;
}
