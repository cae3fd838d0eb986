/**
 * The site of a server: static-fs with the clock and the threads of this process.
 * Owns what the site cannot know of itself: what time it is, when a time is over, and how many
 * threads files are read with.
 */
import { createStaticSite, type FolderSite, type StaticSite } from '@pws/static-fs';

/** What a server can be told about its site; the defaults are those of the site. */
export interface SiteSettings extends Omit<
  FolderSite,
  'now' | 'monotonicMs' | 'boundary' | 'source' | 'diskTime'
> {
  /**
   * How long one operation of the disk may take, in milliseconds; then the answer is 503, or the
   * connection is ended. 0 is any time. Default 10 000.
   */
  readonly fsTimeoutMs?: number;
}

/** What Node has where nobody says another number. */
const USUAL_THREADS = 4;

/** What time it is. */
type Clock = Pick<FolderSite, 'now' | 'monotonicMs'>;

/**
 * Makes the site of a server.
 *
 * @throws {FileSourceError} where the root is not there, {TypeError} where an option does not hold
 */
export function createServedSite(
  { fsTimeoutMs = 10_000, ...settings }: SiteSettings,
  { now, monotonicMs }: Required<Clock>,
): StaticSite {
  if (fsTimeoutMs === 0) return createStaticSite({ ...settings, now, monotonicMs });
  const threads = Math.max(2, threadsOf(process.env['UV_THREADPOOL_SIZE']));
  return createStaticSite({
    ...settings,
    now,
    monotonicMs,
    diskTime: { timeoutMs: fsTimeoutMs, threads, afterMs },
  });
}

/** As libuv reads it. */
function threadsOf(text: string | undefined): number {
  const count = Number.parseInt(text ?? '', 10);
  return Number.isNaN(count) ? USUAL_THREADS : Math.min(count, 1024);
}

function afterMs(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms).unref();
  return () => clearTimeout(timer);
}
