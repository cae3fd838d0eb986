// Dates as HTTP writes them: three forms in, one out. RFC 9110 §5.6.7. What is not exactly one of
// the three is no date, and nor is a day that no calendar has; names are case-sensitive.
//
//   IMF-fixdate  = day-name "," SP date1 SP time-of-day SP GMT     Sun, 06 Nov 1994 08:49:37 GMT
//   rfc850-date  = day-name-l "," SP date2 SP time-of-day SP GMT   Sunday, 06-Nov-94 08:49:37 GMT
//   asctime-date = day-name SP date3 SP time-of-day SP year        Sun Nov  6 08:49:37 1994

/** The last millisecond that an IMF-fixdate can name: its year has four digits. */
const MAX_DATE_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

// Every repetition has a fixed count, so a text of any length costs the same.
const IMF_FIXDATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;
const RFC850_DATE =
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d GMT$/;
const ASCTIME_DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} (?:\d| )\d \d\d:\d\d:\d\d \d{4}$/;

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** The parts of a date that stand in all three forms, as text. */
interface DateText {
  readonly day: string;
  readonly month: string;
  /** `hh:mm:ss` */
  readonly time: string;
}

/**
 * Writes a date as IMF-fixdate; parts of a second are dropped.
 *
 * @param epochMs - Milliseconds since the epoch.
 * @returns `undefined` for what has no such form: before the epoch, after the year 9999, NaN.
 * @see RFC 9110 §5.6.7
 */
export function formatHttpDate(epochMs: number): string | undefined {
  if (!(epochMs >= 0 && epochMs <= MAX_DATE_MS)) return undefined;
  // ECMA-262 gives toUTCString exactly this form for years of four digits.
  return new Date(epochMs).toUTCString();
}

/** The instant that `formatHttpDate()` names for a date: without parts of a second. */
export function toWholeSecond(epochMs: number): number {
  return Math.floor(epochMs / 1000) * 1000;
}

/**
 * Reads a date in any of the three forms.
 *
 * The name of the day has to be one, but need not be that of the date: it adds nothing to a date
 * that is complete without it, and §5.6.7 asks recipients to be robust. (An RFC 850 date that the
 * rule of fifty years moves by a century has the wrong one of necessity.)
 *
 * @param text - The field value, without blanks around it.
 * @param nowMs - The time, in milliseconds since the epoch: it decides the century of an RFC 850
 * date.
 * @returns Milliseconds since the epoch, negative before it; whole seconds but for a leap second,
 * which is the last millisecond before midnight. `undefined` where the text is no date.
 * @see RFC 9110 §5.6.7
 */
export function parseHttpDate(text: string, nowMs: number): number | undefined {
  if (IMF_FIXDATE.test(text)) {
    const date = { day: text.slice(5, 7), month: text.slice(8, 11), time: text.slice(17, 25) };
    return toEpochMs(date, Number(text.slice(12, 16)));
  }
  if (RFC850_DATE.test(text)) {
    const rest = text.slice(-22); // the name of the day is all that differs in length
    const date = { day: rest.slice(0, 2), month: rest.slice(3, 6), time: rest.slice(10, 18) };
    return toEpochMs(date, fullYear(date, Number(rest.slice(7, 9)), nowMs));
  }
  if (ASCTIME_DATE.test(text)) {
    const date = { day: text.slice(8, 10), month: text.slice(4, 7), time: text.slice(11, 19) };
    return toEpochMs(date, Number(text.slice(20)));
  }
  return undefined;
}

// "A timestamp that appears to be more than 50 years in the future" is of "the most recent year in
// the past that had the same last two digits": of all years with these digits, the last whose date
// is not more than fifty years ahead, to the second.
function fullYear(date: DateText, lastTwoDigits: number, nowMs: number): number {
  const limit = new Date(nowMs);
  limit.setUTCFullYear(limit.getUTCFullYear() + 50);
  const limitYear = limit.getUTCFullYear();
  const year = limitYear - ((limitYear - lastTwoDigits) % 100);
  const epochMs = toEpochMs(date, year);
  return epochMs !== undefined && epochMs > limit.getTime() ? year - 100 : year;
}

function toEpochMs(date: DateText, year: number): number | undefined {
  const month = MONTHS.indexOf(date.month);
  const day = Number(date.day);
  // Not Date.UTC(), which takes the year 94 for 1994.
  const midnightMs = new Date(0).setUTCFullYear(year, month, day);
  // A day that the month does not have comes out as another day of another month.
  if (month === -1 || new Date(midnightMs).getUTCDate() !== day) return undefined;
  const timeMs = toTimeMs(date.time);
  return timeMs === undefined ? undefined : midnightMs + timeMs;
}

function toTimeMs(time: string): number | undefined {
  // A leap second is only ever the last of a day. It has no number of its own, so it is put where
  // it is later than 23:59:59, earlier than midnight, and exactly equal to neither: counted as the
  // midnight, it would make a file that was changed then "not modified since".
  if (time === '23:59:60') return 86_399_999;
  const hour = Number(time.slice(0, 2));
  const minute = Number(time.slice(3, 5));
  const second = Number(time.slice(6, 8));
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return ((hour * 60 + minute) * 60 + second) * 1000;
}
