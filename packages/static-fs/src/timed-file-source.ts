// A file source whose disk may hang: what it does not do in time is given up with an error, and what
// comes back late is put away. Every call goes through the turns and times of disk-time.ts. Whatever
// has answers in memory stands in front of this one, not behind it.
//
// Security: a call that was given up is still at the disk, with all that it was given. A late read
// writes into its buffer, which nobody may use any more; and its descriptor is not closed before it
// is back, since a number that is closed is given to the next file that is opened.

import type { DiskTime } from './disk-time.ts';
import { fileSourceError } from './errors.ts';
import type { FileSource, Opened, OpenFile, Segments } from './file-source.ts';

/** Makes a source that gives up what another one does not do in time. */
export function timedFileSource(source: FileSource, time: DiskTime): FileSource {
  const open = async (segments: Segments): Promise<Opened> => {
    const opened = await time.inTime(segments, () => source.open(segments), closeLate);
    return opened.kind === 'file' ? timedFile(opened, segments, time) : opened;
  };
  return {
    open,
    openNow: (segments) => (time.hangs(segments) ? undefined : source.openNow?.(segments)),
    isStill: (segments, found) =>
      !time.hangs(segments) && source.isStill?.(segments, found) === true,
  };
}

async function closeLate(opened: Opened): Promise<void> {
  if (opened.kind === 'file') await opened.close();
}

/** Gives a file with all its facts, whose calls have a time. */
function timedFile(file: OpenFile, segments: Segments, time: DiskTime): OpenFile {
  let callsAtDisk = 0;
  let whenBack = (): void => {};
  let closing: Promise<void> | undefined;

  const call = async <Result>(operation: () => Promise<Result>): Promise<Result> => {
    if (closing !== undefined) throw fileSourceError('closed');
    return time.inTime(segments, async () => {
      callsAtDisk += 1;
      try {
        return await operation();
      } finally {
        callsAtDisk -= 1;
        if (callsAtDisk === 0) whenBack();
      }
    });
  };
  const giveBack = (): Promise<void> => time.giveBack(segments, () => file.close());
  const close = (): Promise<void> => {
    if (callsAtDisk === 0) return giveBack();
    // Nobody waits for a disk that hangs, to be rid of a file.
    whenBack = () => void giveBack();
    return Promise.resolve();
  };

  return {
    ...file,
    read: (into, position) => call(() => file.read(into, position)),
    ...(file.hasChanged === undefined
      ? {}
      : { hasChanged: () => call(async () => (await file.hasChanged?.()) ?? false) }),
    ...(file.hasSettled === undefined ? {} : { hasSettled: () => file.hasSettled?.() === true }),
    close() {
      closing ??= close();
      return closing;
    },
    closeNow() {
      if (closing !== undefined) return true;
      if (callsAtDisk > 0 || time.hangs(segments) || file.closeNow?.() !== true) return false;
      closing = CLOSED;
      return true;
    },
  };
}

const CLOSED = Promise.resolve();
