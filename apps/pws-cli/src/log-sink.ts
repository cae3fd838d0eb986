/**
 * Where log lines go, without ever holding up the server.
 * Owns what happens when they are not taken as they come: lines wait in memory up to a bound, then
 * they are dropped and counted; a full disk is tried again; when the reader is gone, logging stops and
 * serving goes on. What was dropped is told where the lines are missing, and to whoever watches.
 */
import type { LogOutput, OutputFailure } from './log-output.ts';
import { WaitingLines } from './waiting-lines.ts';

/**
 * Octets that may wait for a slow reader, or for room on a disk, besides those that are being
 * written: at most as many again.
 */
const LONGEST_QUEUE_BYTES = 1024 * 1024;
/**
 * So many do not wait for others. Of those that wait all are written together: one write is done in
 * a turn of the event loop, however many lines that brings. With 64 KiB at a time two lines of three
 * were lost of 40,000 exchanges on 2000 streams of HTTP/2, though the disk had nothing else to do.
 */
const PIECE_BYTES = 64 * 1024;
/** How long lines wait for others. */
const GATHER_MS = 10;
/** How long the last lines may take when the server stops. */
const LAST_LINES_MS = 500;
/** After which a full disk is tried again. */
const RETRY_MS = 1000;
/**
 * After which a pipe or a terminal that is full is tried again: who reads it is seldom far behind,
 * or has stopped. The time doubles from try to try that nothing comes of.
 */
const BUSY_MS = { shortest: 1, longest: 20 } as const;
const LINE_END = 0x0a;
/** Why lines are dropped where the output takes some, or says nothing. */
const SLOWER = `more than ${LONGEST_QUEUE_BYTES / 1024 ** 2} MiB of the log waits, since whoever takes it is slower than its lines come`;

/** Takes log lines. */
export interface LogSink {
  /** Queues a line with its line end; never blocks, never throws. */
  write(line: string): void;
  /**
   * Waits until the queued lines are out, half a second at most.
   *
   * @returns how many lines were dropped in all
   */
  flush(): Promise<number>;
  /** How many lines were dropped so far. */
  readonly dropped: number;
}

/** What {@link createLogSink} can be told. */
export interface LogSinkOptions {
  /** The line that stands where so many are missing, with its line end. Default: none. */
  readonly gapLine?: (lines: number) => string;
  /**
   * How long lines wait for others to be written with, in milliseconds; 0: to the end of the turn
   * of the event loop. Default 10.
   */
  readonly gatherMs?: number;
  /** Told when lines cannot be written for the first time, and of each new reason. Default: nobody. */
  readonly trouble?: (why: string) => void;
}

/** A sink that writes to an output. */
export function createLogSink(output: LogOutput, options: LogSinkOptions = {}): LogSink {
  return new QueuedSink(output, options);
}

class QueuedSink implements LogSink {
  readonly #output: LogOutput;
  readonly #options: LogSinkOptions;
  readonly #gatherMs: number;
  readonly #lines = new WaitingLines();
  /** What is being written, or is to be written again. */
  #piece: Uint8Array | undefined;
  /** So many waiting octets do not wait for the time that was set. */
  #enoughBytes = PIECE_BYTES;
  /** `busy` and `failing`: the output has nothing in hand, and is tried again later. */
  #state: 'idle' | 'writing' | 'busy' | 'failing' | 'broken' = 'idle';
  /** How long a busy output is left alone the next time. */
  #busyMs: number = BUSY_MS.shortest;
  #gathering: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #dropped = 0;
  /** Dropped since the last line that was taken. */
  #gap = 0;
  /** The last reason that was told. */
  #told: string | undefined;
  #settled: (() => void) | undefined;

  constructor(output: LogOutput, options: LogSinkOptions) {
    this.#output = output;
    this.#options = options;
    this.#gatherMs = options.gatherMs ?? GATHER_MS;
  }

  get dropped(): number {
    return this.#dropped;
  }

  write(line: string): void {
    if (this.#state === 'broken' || !this.#hasRoom()) {
      this.#dropped += 1;
      this.#gap += 1;
      if (this.#told === undefined) this.#tell(SLOWER);
      return;
    }
    this.#lines.add(line);
    if (this.#lines.bytes >= this.#enoughBytes) this.#writeEarly();
    if (this.#state !== 'idle' || this.#lines.count === 0) return;
    // Not at once: what is logged within that time is written together. A write for each turn of
    // the event loop takes a sixth of the time of a busy server.
    this.#state = 'writing';
    this.#gather();
  }

  async flush(): Promise<number> {
    if (this.#state === 'failing' || this.#state === 'busy') this.#tryAgain();
    if (this.#state === 'writing' || this.#state === 'busy') {
      await new Promise<void>((resolve) => {
        const deadline = setTimeout(resolve, LAST_LINES_MS);
        this.#settled = () => {
          clearTimeout(deadline);
          resolve();
        };
        if (this.#gathering !== undefined) this.#writeNext();
      });
    }
    return this.#dropped + this.#lines.count + linesIn(this.#piece);
  }

  /** Where one is missing, none comes before the line that says so. */
  #hasRoom(): boolean {
    if (this.#gap > 0) return false;
    if (this.#lines.bytes > LONGEST_QUEUE_BYTES) this.#writeEarly();
    return this.#lines.bytes <= LONGEST_QUEUE_BYTES;
  }

  /**
   * Writes in the middle of a turn, where the output has nothing in hand: a reader on another
   * processor may have made room meanwhile, however long the turn is.
   */
  #writeEarly(): void {
    if (this.#gathering !== undefined) this.#writeNext();
    else if (this.#state === 'busy') this.#tryAgain();
  }

  #gather(): void {
    if (this.#gatherMs === 0) setImmediate(() => this.#writeNext());
    else this.#gathering = setTimeout(() => this.#writeNext(), this.#gatherMs);
  }

  #writeNext(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#piece ??= this.#lines.take();
    this.#enoughBytes = this.#lines.bytes + PIECE_BYTES;
    if (this.#piece === undefined) return this.#settle('idle');
    const piece = this.#piece;
    this.#output.write(piece, (writtenBytes, failure) => {
      if (failure !== undefined) return this.#failed(piece, writtenBytes, failure);
      this.#piece = undefined;
      this.#lines.giveBack(piece);
      this.#busyMs = BUSY_MS.shortest;
      if (this.#gap > 0) this.#tellGap();
      const isLittle = this.#lines.count > 0 && this.#lines.bytes < PIECE_BYTES;
      if (isLittle && this.#gatherMs > 0 && this.#settled === undefined) this.#gather();
      else this.#writeNext();
    });
  }

  #failed(piece: Uint8Array, writtenBytes: number, { error, kind }: OutputFailure): void {
    if (kind !== 'busy') this.#tell(error.message);
    // What is out stays out: the line that was cut is completed when there is room again.
    const rest = piece.subarray(writtenBytes);
    if (kind === 'gone') {
      this.#dropped += this.#lines.count + linesIn(rest);
      this.#lines.drop();
      this.#piece = undefined;
      return this.#settle('broken');
    }
    this.#piece = rest;
    const retryMs = kind === 'busy' ? this.#nextBusyMs(writtenBytes) : RETRY_MS;
    this.#retry = setTimeout(() => this.#tryAgain(), retryMs).unref();
    if (kind === 'failed') this.#settle('failing');
    else this.#state = 'busy';
  }

  #nextBusyMs(writtenBytes: number): number {
    const waitMs = writtenBytes > 0 ? BUSY_MS.shortest : this.#busyMs;
    this.#busyMs = Math.min(waitMs * 2, BUSY_MS.longest);
    return waitMs;
  }

  #tryAgain(): void {
    clearTimeout(this.#retry);
    this.#state = 'writing';
    this.#writeNext();
  }

  /** The lines that are missing came after all that wait now. */
  #tellGap(): void {
    const line = this.#options.gapLine?.(this.#gap);
    this.#gap = 0;
    if (line !== undefined) this.#lines.add(line);
  }

  #tell(why: string): void {
    if (this.#told === why) return;
    this.#told = why;
    this.#options.trouble?.(why);
  }

  #settle(state: 'idle' | 'failing' | 'broken'): void {
    this.#state = state;
    this.#settled?.();
  }
}

/** How many lines end in octets. Not asked for each piece: it takes longer than to write them. */
function linesIn(octets: Uint8Array = new Uint8Array(0)): number {
  let lines = 0;
  for (const octet of octets) if (octet === LINE_END) lines += 1;
  return lines;
}
