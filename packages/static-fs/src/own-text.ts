// A text for whoever keeps it. What was cut out of a larger text is a view of that for the engine,
// and keeps all of it in memory: a path the line that it stood in, with a query of 8 KiB. Refuses
// nothing; whoever only looks at a text does not need it.

/** Gives the same text, as one that keeps nothing else in memory. Takes a tenth of a microsecond. */
export function ownText(text: string): string {
  // Made the key of an object it is a text of its own, and one for all that are equal.
  return Object.keys({ [text]: true })[0] as string;
}
