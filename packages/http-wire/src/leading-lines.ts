/**
 * The field lines that stand first in all heads of a server and change together, as Date does.
 * Owns that they are checked and written once for each change, not once for each head: a head that
 * was prepared behind them stays as it is when they change.
 */
import { UsageError } from './errors.ts';
import type { FieldLine } from './fields.ts';
import { serializeHeadStart } from './head-serializer.ts';
import { connectionFields } from './wire-connection.ts';

/** Field lines that heads begin with. */
export class LeadingLines {
  #fields: readonly FieldLine[] = [];
  /** The status lines with the field lines behind them, by status: as many as were asked for. */
  readonly #starts = new Map<number, Uint8Array>();

  /** The lines of now. */
  get fields(): readonly FieldLine[] {
    return this.#fields;
  }

  /**
   * Replaces them in all heads that are sent from now on.
   *
   * @throws {UsageError} `invalid-framing` where one is about framing or the connection
   */
  replace(fields: readonly FieldLine[]): void {
    if (connectionFields(fields).size > 0) {
      throw new UsageError('invalid-framing', 'leading lines are not about the connection');
    }
    this.#fields = fields;
    this.#starts.clear();
  }

  /**
   * The status line and these lines, without the CRLF of the last. Not to be changed.
   *
   * @throws {UsageError} `invalid-status`, `invalid-field-name`, `invalid-field-value`
   */
  startOf(status: number): Uint8Array {
    let start = this.#starts.get(status);
    if (start === undefined) {
      start = serializeHeadStart({ status, fields: this.#fields });
      this.#starts.set(status, start);
    }
    return start;
  }
}
