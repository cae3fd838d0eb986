/** What a person is told who typed more than there is. */

/** @param names - as they were typed */
export function surplus(names: readonly string[]): string {
  return `expected one folder and known flags, got ${names.join(' ')}\nRun pws --help for all flags.`;
}
