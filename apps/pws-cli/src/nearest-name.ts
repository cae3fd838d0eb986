/**
 * Which name a person may have meant. Owns how far from it a wrong one may be.
 */

/**
 * The nearest of some names, written alike or nearly: case and dashes do not count, and one
 * character in three may be wrong. `undefined` where none is near.
 */
export function nearestName(wrong: string, names: readonly string[]): string | undefined {
  // What is much longer than any name is none of them, and would take long to compare.
  if (wrong.length > 64) return undefined;
  const plainWrong = plain(wrong);
  let nearest: string | undefined;
  let least = Math.floor(plainWrong.length / 3) + 1;
  for (const name of names) {
    const edits = editsBetween(plainWrong, plain(name));
    if (edits < least) [nearest, least] = [name, edits];
  }
  return nearest;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '');
}

/** Characters to insert, leave out, replace, or exchange with their neighbour, row by row. */
function editsBetween(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let at = 1; at <= from.length; at += 1) {
    const next = [at];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[at - 1] === to[column - 1];
      const swapped = from[at - 1] === to[column - 2] && from[at - 2] === to[column - 1];
      next.push(
        Math.min(
          (row[column - 1] as number) + (same ? 0 : 1),
          (row[column] as number) + 1,
          (next[column - 1] as number) + 1,
          swapped ? (before[column - 2] as number) + 1 : Infinity,
        ),
      );
    }
    [before, row] = [row, next];
  }
  return row.at(-1) as number;
}
