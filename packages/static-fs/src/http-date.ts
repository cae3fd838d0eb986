// Dates as HTTP writes them. RFC 9110 §5.6.7.
//
//   IMF-fixdate = day-name "," SP date1 SP time-of-day SP GMT      Sun, 06 Nov 1994 08:49:37 GMT

/** The last millisecond that an IMF-fixdate can name: its year has four digits. */
const MAX_DATE_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * Writes a date as IMF-fixdate; parts of a second are dropped.
 *
 * @param epochMs - Milliseconds since the epoch.
 * @returns `undefined` for what has no such form: before the epoch, after the year 9999, NaN.
 */
export function formatHttpDate(epochMs: number): string | undefined {
  if (!(epochMs >= 0 && epochMs <= MAX_DATE_MS)) return undefined;
  // ECMA-262 gives toUTCString exactly this form for years of four digits.
  return new Date(epochMs).toUTCString();
}
