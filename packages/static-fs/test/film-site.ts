// A site with one large file, `/film.mp4`, in front of which is the memory; what is on the disk and
// how late it is, a test decides. For tests.

import {
  cachedFileSource,
  type CachedFileSource,
  type CachedFileSourceOptions,
} from '../src/cached-file-source.ts';
import { createStaticSite, type StaticSite } from '../src/static-site.ts';
import { ChangingFileSource } from './cached-model.ts';

/** The site, and all that it is made of. */
export interface FilmSite {
  readonly disk: ChangingFileSource;
  readonly clock: { nowMs: number };
  readonly source: CachedFileSource;
  readonly site: StaticSite;
}

/** Makes the site; the file is written by the test, as `film.mp4`. */
export function filmSite(options: Omit<CachedFileSourceOptions, 'now'>): FilmSite {
  const disk = new ChangingFileSource();
  const clock = { nowMs: 0 };
  const source = cachedFileSource(disk, { ...options, now: () => clock.nowMs });
  const site = createStaticSite({ source, now: () => 1e12 + clock.nowMs });
  return { disk, clock, source, site };
}

/** Writes the file, and lets it be there for three seconds in which it is asked for. */
export async function settleFilm(
  { disk, clock }: Pick<FilmSite, 'disk' | 'clock'>,
  lengthBytes: number,
  ask: () => Promise<unknown>,
): Promise<void> {
  disk.write('film.mp4', 'a'.repeat(lengthBytes));
  for (let second = 0; second < 3; second += 1) {
    await ask();
    clock.nowMs += 1000;
  }
}
