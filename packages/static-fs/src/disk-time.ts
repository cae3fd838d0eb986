// How long the disk may take, and how much of it may hang at once. A disk behind a network can take
// for ever, and what waits for it holds a thread all that time, of a handful that all files are read
// with. So an operation has a time, which begins when it is asked for; and it has a turn, which it
// waits for without a thread. What is not done in its time is given up: that it waited is forgotten,
// and of what is at the disk what comes late is cleaned up by whoever asked.
//
// Which file is on which disk is not to be known without asking the disk. What is told apart are the
// names in the root, lanes: a mount or a link to one is mostly one of them. A lane never has all
// threads, so that one that hangs leaves some for the others, from its first moment on. Where
// operations are stuck in one, the others have so many places fewer, and one always.
//
// It has no clock: it is told when a time is over. Nothing here is reached by what memory answers.

import { fileSourceError } from './errors.ts';
import type { Segments } from './file-source.ts';

/** What the disk may take, by the clock of whoever runs the site. */
export interface DiskTimeOptions {
  /** Calls back once after a time in milliseconds, unless what it gives is called before. */
  readonly afterMs: (ms: number, callback: () => void) => () => void;
  /** How long one operation may take, its wait for a turn included, in ms. Default: 10,000. */
  readonly timeoutMs?: number;
  /**
   * How many threads files are read with (UV_THREADPOOL_SIZE): the most operations that are under
   * way at once, or stuck. Of them one name in the root has three quarters. At least 2. Default: 4.
   */
  readonly threads?: number;
}

/** What is asked for below one name in the root. */
interface Lane {
  readonly name: string;
  /** How many of its operations are at the disk, those that are stuck among them. */
  atDisk: number;
  /** How many of those were given up. */
  stuck: number;
  /** Those that wait for their turn, in the order of asking. */
  readonly waiting: Set<Turn>;
}

interface Turn {
  readonly lane: Lane;
  /** Whether it keeps its place in the queue when its time is over. */
  readonly isPatient: boolean;
  hasBegun: boolean;
  isOver: boolean;
  begin(): Promise<void>;
}

const nothing = (): Promise<void> => Promise.resolve();

/** The turns and times of what is asked of one disk. */
export class DiskTime {
  readonly #afterMs: DiskTimeOptions['afterMs'];
  readonly #timeoutMs: number;
  readonly #threads: number;
  /** The most of one lane at once. */
  readonly #share: number;
  /** Those that have something at the disk or waiting; who waits longest for a turn comes first. */
  readonly #lanes = new Map<string, Lane>();
  #atDisk = 0;
  #stuck = 0;
  #waiting = 0;

  constructor({ afterMs, timeoutMs, threads }: Required<DiskTimeOptions>) {
    this.#afterMs = afterMs;
    this.#timeoutMs = timeoutMs;
    this.#threads = threads;
    this.#share = threads - Math.ceil(threads / 4);
  }

  /**
   * Does an operation in its turn and within its time.
   *
   * @param segments - What it is about.
   * @param operation - Begins it. Not called where its time is over before its turn comes.
   * @param late - Cleans up what comes when nobody waits for it any more. Never rejects.
   * @throws {FileSourceError} `stuck`: at once where all places are taken by what is stuck, else
   * when its time is over. Otherwise what the operation rejects with.
   */
  inTime<Result>(
    segments: Segments,
    operation: () => Promise<Result>,
    late: (result: Result) => Promise<void> = nothing,
  ): Promise<Result> {
    const lane = this.#laneOf(segments);
    if (this.#hasOnlyStuck(lane)) {
      this.#forgetIdle(lane);
      return Promise.reject(fileSourceError('stuck'));
    }
    return this.#submit(lane, false, operation, late);
  }

  /** Whether anything hangs that is below the same name in the root. */
  hangs(segments: Segments): boolean {
    return (this.#lanes.get(segments[0] ?? '')?.stuck ?? 0) > 0;
  }

  /**
   * Gives something back to the disk: in its turn, however late that comes.
   *
   * @returns Resolves when that is done or its time is over; never rejects.
   */
  async giveBack(segments: Segments, operation: () => Promise<void>): Promise<void> {
    try {
      await this.#submit(this.#laneOf(segments), true, operation, nothing);
    } catch {
      // It is under way, and there is nothing that anybody could do about it.
    }
  }

  #submit<Result>(
    lane: Lane,
    isPatient: boolean,
    operation: () => Promise<Result>,
    late: (result: Result) => Promise<void>,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      let isBack = false;
      const turn: Turn = {
        lane,
        isPatient,
        hasBegun: false,
        isOver: false,
        begin: async () => {
          try {
            const result = await operation();
            if (turn.isOver) await late(result);
            else resolve(result);
          } catch (error) {
            reject(error);
          }
          isBack = true;
          cancel();
          this.#end(turn);
        },
      };
      const cancel = this.#afterMs(this.#timeoutMs, () => {
        if (isBack) return;
        this.#giveUp(turn);
        reject(fileSourceError('stuck'));
      });
      if (this.#mayBegin(lane)) return this.#begin(turn);
      lane.waiting.add(turn);
      this.#waiting += 1;
    });
  }

  #begin(turn: Turn): void {
    const { lane } = turn;
    lane.atDisk += 1;
    this.#atDisk += 1;
    turn.hasBegun = true;
    if (turn.isOver) this.#countStuck(lane, 1);
    void turn.begin();
  }

  #giveUp(turn: Turn): void {
    const { lane } = turn;
    turn.isOver = true;
    if (turn.hasBegun) {
      this.#countStuck(lane, 1);
    } else if (!turn.isPatient) {
      this.#dequeue(turn);
      this.#forgetIdle(lane);
    }
  }

  #end({ lane, isOver }: Turn): void {
    lane.atDisk -= 1;
    this.#atDisk -= 1;
    if (isOver) this.#countStuck(lane, -1);
    this.#forgetIdle(lane);
    this.#beginWaiting();
  }

  // One of each lane in turn: who has begun one goes behind the others, and is met again there.
  #beginWaiting(): void {
    if (this.#waiting === 0) return;
    for (const lane of this.#lanes.values()) {
      if (this.#atDisk === this.#threads) return;
      const [turn] = lane.waiting;
      if (turn === undefined || !this.#mayBegin(lane)) continue;
      this.#dequeue(turn);
      this.#begin(turn);
      this.#lanes.delete(lane.name);
      this.#lanes.set(lane.name, lane);
    }
  }

  #dequeue(turn: Turn): void {
    turn.lane.waiting.delete(turn);
    this.#waiting -= 1;
  }

  #mayBegin(lane: Lane): boolean {
    return this.#atDisk < this.#threads && lane.atDisk < this.#placesOf(lane);
  }

  #hasOnlyStuck(lane: Lane): boolean {
    return this.#stuck >= this.#threads || lane.stuck >= this.#placesOf(lane);
  }

  #placesOf(lane: Lane): number {
    return Math.max(1, this.#share - (this.#stuck - lane.stuck));
  }

  #countStuck(lane: Lane, more: number): void {
    lane.stuck += more;
    this.#stuck += more;
  }

  #laneOf(segments: Segments): Lane {
    const name = segments[0] ?? '';
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      lane = { name, atDisk: 0, stuck: 0, waiting: new Set() };
      this.#lanes.set(name, lane);
    }
    return lane;
  }

  #forgetIdle(lane: Lane): void {
    if (lane.atDisk === 0 && lane.waiting.size === 0) this.#lanes.delete(lane.name);
  }
}
