/**
 * Where log lines go, without ever holding up the server.
 * Owns what happens when nobody takes them: lines wait in memory up to a bound, then they are
 * dropped and counted; a full disk is tried again; when the reader is gone, logging stops and
 * serving goes on. What was dropped is told where the lines are missing, and to whoever watches.
 */
import type { LogOutput, OutputFailure } from './log-output.ts';

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
/** After which a full disk is tried again, and a terminal that is not read. */
const RETRY_MS = { failed: 1000, busy: 20 } as const;
const LINE_END = 0x0a;

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

/** What is being written, or is to be written again. */
interface Piece {
  octets: Uint8Array;
  /** Lines that are not out to their end. */
  lines: number;
}

class QueuedSink implements LogSink {
  readonly #output: LogOutput;
  readonly #options: LogSinkOptions;
  readonly #gatherMs: number;
  #lines: string[] = [];
  #piece: Piece | undefined;
  /** Of the lines, by their characters: those of the log are ASCII. */
  #waitingBytes = 0;
  #state: 'idle' | 'writing' | 'failing' | 'broken' = 'idle';
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
    // Where one is missing, none comes before the line that says so.
    const isFull = this.#gap > 0 || this.#waitingBytes > LONGEST_QUEUE_BYTES;
    if (this.#state === 'broken' || isFull) {
      this.#dropped += 1;
      this.#gap += 1;
      if (this.#told === undefined) this.#tell('nobody takes the log');
      return;
    }
    this.#queue(line);
    if (this.#gathering !== undefined && this.#waitingBytes >= PIECE_BYTES) this.#writeNext();
    if (this.#state !== 'idle') return;
    // Not at once: what is logged within that time is written together. A write for each turn of
    // the event loop takes a sixth of the time of a busy server.
    this.#state = 'writing';
    this.#gather();
  }

  async flush(): Promise<number> {
    if (this.#state === 'failing') this.#tryAgain();
    if (this.#state === 'writing') {
      await new Promise<void>((resolve) => {
        const deadline = setTimeout(resolve, LAST_LINES_MS);
        this.#settled = () => {
          clearTimeout(deadline);
          resolve();
        };
        if (this.#gathering !== undefined) this.#writeNext();
      });
    }
    return this.#dropped + this.#lines.length + (this.#piece?.lines ?? 0);
  }

  #queue(line: string): void {
    this.#lines.push(line);
    this.#waitingBytes += line.length;
  }

  #gather(): void {
    if (this.#gatherMs === 0) setImmediate(() => this.#writeNext());
    else this.#gathering = setTimeout(() => this.#writeNext(), this.#gatherMs);
  }

  #writeNext(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#piece ??= this.#takePiece();
    if (this.#piece === undefined) return this.#settle('idle');
    const piece = this.#piece;
    this.#output.write(piece.octets, (writtenBytes, failure) => {
      if (failure !== undefined) return this.#failed(piece, writtenBytes, failure);
      this.#piece = undefined;
      if (this.#gap > 0) this.#tellGap();
      const isLittle = this.#lines.length > 0 && this.#waitingBytes < PIECE_BYTES;
      if (isLittle && this.#gatherMs > 0 && this.#settled === undefined) this.#gather();
      else this.#writeNext();
    });
  }

  #takePiece(): Piece | undefined {
    const lines = this.#lines;
    if (lines.length === 0) return undefined;
    this.#lines = [];
    this.#waitingBytes = 0;
    return { octets: Buffer.from(lines.join('')), lines: lines.length };
  }

  #failed(piece: Piece, writtenBytes: number, { error, kind }: OutputFailure): void {
    if (kind !== 'busy') this.#tell(error.message);
    if (kind === 'gone') {
      this.#dropped += this.#lines.length + piece.lines;
      this.#lines = [];
      this.#waitingBytes = 0;
      this.#piece = undefined;
      return this.#settle('broken');
    }
    // What is out stays out: the line that was cut is completed when there is room again.
    for (const octet of piece.octets.subarray(0, writtenBytes)) {
      if (octet === LINE_END) piece.lines -= 1;
    }
    piece.octets = piece.octets.subarray(writtenBytes);
    this.#retry = setTimeout(() => this.#tryAgain(), RETRY_MS[kind]).unref();
    if (kind === 'failed') this.#settle('failing');
    else this.#state = 'failing';
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
    if (line !== undefined) this.#queue(line);
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
