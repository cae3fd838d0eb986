/**
 * What the clients of a soak asked and what came of it: the log of the server has to say the same.
 */

/** Failures that are kept word for word; the rest is counted. */
const MOST_TOLD = 20;

export class Ledger {
  /** Actions by the kind of client. */
  readonly actions: Map<string, number> = new Map();
  /** Exchanges by status, as the log has to have them. */
  readonly statuses: Map<number, number> = new Map();
  /** Those of which the client did not see whether there was one. */
  readonly doubtful: Map<number, number> = new Map();
  /** What was wrong, in words. */
  readonly told: string[] = [];
  failures = 0;
  /** Requests that were asked again, since the server had ended an idle connection meanwhile. */
  askedAgain = 0;
  /** Octets of content that were compared with what they should be. */
  comparedBytes = 0;
  /** Octets of content that came in all. */
  receivedBytes = 0;

  get exchanges(): number {
    return [...this.statuses.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Notes an exchange that the log has to have. */
  note(status: number): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
  }

  /** Notes that the log may have an exchange more. */
  noteDoubtful(status: number): void {
    this.doubtful.set(status, (this.doubtful.get(status) ?? 0) + 1);
  }

  /** Whether a log that has so many exchanges of each status is of what was asked. */
  agreesWith(logged: ReadonlyMap<number, number>): boolean {
    return [...new Set([...this.statuses.keys(), ...logged.keys()])].every((status) => {
      const more = (logged.get(status) ?? 0) - (this.statuses.get(status) ?? 0);
      return more >= 0 && more <= (this.doubtful.get(status) ?? 0);
    });
  }

  /** Notes that a client of a kind has done what it does. */
  done(kind: string): void {
    this.actions.set(kind, (this.actions.get(kind) ?? 0) + 1);
  }

  fail(what: string): void {
    this.failures += 1;
    if (this.told.length < MOST_TOLD) this.told.push(what);
  }

  /** Notes an exchange whose status was expected, or fails. */
  expectStatus(what: string, status: number, expected: number): void {
    this.note(status);
    if (status !== expected) this.fail(`${what}: status ${status}, expected ${expected}`);
  }

  /** Compares octets with what they should be. */
  expectOctets(what: string, octets: Buffer, expected: Buffer): void {
    this.comparedBytes += octets.length;
    if (!octets.equals(expected)) {
      this.fail(`${what}: ${octets.length} octets came that are not the ${expected.length} of it`);
    }
  }
}
