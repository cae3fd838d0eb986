// The dates of RFC 9110 §5.6.7 once more, by other means than ours: what others make of a date is
// asked in the one form that everybody reads.

const MONTHS = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
const TIME = '(?<time>(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]|23:59:60)';
const FORMS = [
  `(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?<day>\\d\\d) (?<month>${MONTHS}) (?<year>\\d{4}) ${TIME} GMT`,
  `(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\\d\\d)-(?<month>${MONTHS})-(?<year>\\d\\d) ${TIME} GMT`,
  `(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?<month>${MONTHS}) (?<day>[\\d ]\\d) ${TIME} (?<year>\\d{4})`,
].map((form) => new RegExp(`^${form}$`));

/** The same date as IMF-fixdate; `undefined` where the text is none. */
export function toImfFixdate(text: string, nowMs: number): string | undefined {
  const parts = FORMS.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (parts === undefined) return undefined;
  const { day = '', month = '', time = '' } = parts;
  const monthIndex = MONTHS.split('|').indexOf(month);
  const rest = `${String(monthIndex + 1).padStart(2, '0')}-${day}T${time}`;
  const year = toFullYear(parts['year'] ?? '', rest, nowMs);
  const at = new Date(0);
  at.setUTCFullYear(Number(year), monthIndex, Number(day));
  if (at.getUTCDate() !== Number(day)) return undefined;
  const dayOfWeek = at.toUTCString().slice(0, 3);
  return `${dayOfWeek}, ${day.replace(' ', '0')} ${month} ${year} ${time} GMT`;
}

// Of the years of this century and the last one with these two digits, the later one that is not
// more than fifty years from now. Written from large to small, dates compare as text.
function toFullYear(digits: string, rest: string, nowMs: number): string {
  if (digits.length === 4) return digits;
  const limit = new Date(nowMs);
  limit.setUTCFullYear(limit.getUTCFullYear() + 50);
  return `20${digits}-${rest}` > limit.toISOString() ? `19${digits}` : `20${digits}`;
}
