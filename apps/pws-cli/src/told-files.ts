/**
 * What a person was told of files that several processes read, each when it is asked for something.
 * Owns that each thing is told once, whoever reads it first: any of them may be the only one that is
 * asked, or be gone. What was mended in between is told again.
 */
export class ToldFiles {
  readonly #told = new Map<string, string>();

  /**
   * Takes what one of them has to say of a file; nothing, where nothing is wrong with it any more.
   *
   * @returns what is to be told
   */
  take(file: string, lines: readonly string[]): readonly string[] {
    const text = lines.join('\n');
    if (text === (this.#told.get(file) ?? '')) return [];
    this.#told.set(file, text);
    return lines;
  }

  /** From now on all is to be told again. */
  forget(): void {
    this.#told.clear();
  }
}
