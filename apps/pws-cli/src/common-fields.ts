/**
 * The field lines of all answers: Server and Date.
 * Owns that they are made once a second, and written once for all heads that were prepared.
 *
 * RFC 9110 §6.6.1 (Date), §10.2.4 (Server).
 */
import { LeadingLines } from '@pws/http-wire';
import type { FieldLines } from '@pws/static-fs';

/** What all answers begin with. */
export class CommonFields {
  /** The same, for heads that are prepared; as of the last time that the date was asked for. */
  readonly leading: LeadingLines = new LeadingLines();
  readonly #server: FieldLines;
  readonly #now: () => number;
  #second = -1;
  #date = '';

  /**
   * @param server - value of the Server field; `false` for none
   * @param now - milliseconds since 1970
   */
  constructor(server: string | false, now: () => number) {
    this.#server = server === false ? [] : [['Server', server]];
    this.#now = now;
  }

  /** Value of the Date field. */
  get date(): string {
    const second = Math.floor(this.#now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      // An IMF-fixdate (RFC 9110 §5.6.7) is what toUTCString() writes.
      this.#date = new Date(second * 1000).toUTCString();
      this.leading.replace([...this.#server, ['Date', this.#date]]);
    }
    return this.#date;
  }

  /** The lines of now. */
  get lines(): FieldLines {
    return this.date === '' ? [] : this.leading.fields;
  }
}
