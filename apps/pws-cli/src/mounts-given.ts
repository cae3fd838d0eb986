/**
 * How folders below paths are written as a flag: `--mount /docs=../docs/dist`.
 * What becomes of them is in mounts.ts.
 */
import { parseBase } from './option-values.ts';

/** A mount as it was said. */
export interface GivenMount {
  /** With a slash at both ends. */
  readonly base: string;
  /** The folder, from wherever it was said. */
  readonly root: string;
}

/** What {@link parseMounts} takes, for a message. */
export const MOUNTS_EXPECTED = 'a path, = and a folder, such as /docs=../docs/dist';

/** Mounts, one a line: a path, the first `=`, and a folder. */
export function parseMounts(text: string): readonly GivenMount[] | undefined {
  const mounts = text.split('\n').map((line) => {
    const equals = line.indexOf('=');
    const base = equals === -1 ? undefined : parseBase(line.slice(0, equals));
    const root = line.slice(equals + 1);
    return base === undefined || !isFolderName(root) ? undefined : { base, root };
  });
  return mounts.every((mount) => mount !== undefined) ? mounts : undefined;
}

function isFolderName(text: string): boolean {
  return text !== '' && !text.includes('\0');
}
