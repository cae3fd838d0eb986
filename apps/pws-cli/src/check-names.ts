/**
 * What is wrong with the names that lie in a folder: those that nobody can ask for, and those that
 * nobody should.
 * Owns how many are looked at.
 */
import { type WalkedName, walkFolder } from '@pws/static-fs';
import type { CheckedFolder } from './checked-folder.ts';
import type { FileProblem } from './rule-problem.ts';

/** Names that are looked at; a site has fewer, a home folder more. */
export const MOST_NAMES = 20_000;

/** What was found. */
export interface CheckedNames {
  readonly problems: readonly FileProblem[];
  /** How many names were looked at. */
  readonly count: number;
  /** Whether there are more. */
  readonly isCut: boolean;
}

/** Looks at the names in a folder, so many of them. */
export async function checkNames(
  { options, prefix }: Pick<CheckedFolder, 'options' | 'prefix'>,
  most: number = MOST_NAMES,
): Promise<CheckedNames> {
  const { root, dotfiles = 'deny' } = options;
  const problems: FileProblem[] = [];
  let count = 0;
  for await (const name of walkFolder({ root, dotfiles })) {
    if (count === most) return { problems, count, isCut: true };
    count += 1;
    const found = findingOf(name);
    if (found !== undefined) problems.push({ file: prefix + name.segments.join('/'), ...found });
  }
  return { problems, count, isCut: false };
}

/** Secrets and histories, by their names. */
const PRIVATE = /^\.(?:env(?:\..+)?|git|svn|hg|ssh|aws|npmrc|netrc|htpasswd)$/;

function findingOf({
  segments,
  kind,
  standing,
}: WalkedName): Pick<FileProblem, 'message' | 'severity'> | undefined {
  switch (standing) {
    case 'served':
      if (!PRIVATE.test(segments.at(-1) ?? '')) return undefined;
      return {
        message: 'expected no secrets among what is served, got a name of theirs',
        severity: 'error',
      };
    case 'hidden':
      return {
        message: `expected names that are served, got a ${kind} that is not: it begins with a dot`,
        severity: 'warning',
      };
    case 'unreachable':
      return {
        message: 'expected a name that can be asked for, got one that no path can hold',
        severity: 'error',
      };
    case 'unreadable':
      return {
        message: 'expected a folder that can be read, got one that is closed to this program',
        severity: 'error',
      };
  }
}
