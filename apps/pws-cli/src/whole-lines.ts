/**
 * Whole lines from pieces of text.
 * Owns that what several processes write at the same time ends up line by line: each writes to a
 * pipe of its own, and only what has its line end is passed on. One pipe for all would not do:
 * a write of more than PIPE_BUF octets (4096 on Linux) may be interrupted by that of another.
 */

/** More than any line has; what has no line end by then is passed on as it is. */
const LONGEST_LINE = 1024 * 1024;

/**
 * Makes a function that takes pieces and passes on lines with their line ends. The last line of
 * a process that was killed has none, and is never passed on.
 */
export function createLineJoiner(pass: (line: string) => void): (piece: string) => void {
  let begun = '';
  return (piece) => {
    let from = 0;
    for (let end = piece.indexOf('\n'); end !== -1; end = piece.indexOf('\n', from)) {
      pass(begun + piece.slice(from, end + 1));
      begun = '';
      from = end + 1;
    }
    begun += piece.slice(from);
    if (begun.length <= LONGEST_LINE) return;
    pass(`${begun}\n`);
    begun = '';
  };
}
