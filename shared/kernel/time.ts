/** The only source of "now" in the domain. Milliseconds since 1970-01-01T00:00Z. */
export type Clock = () => number;

/** UTC with milliseconds and Z, the one form in which times are stored and hashed. */
export function isoTime(milliseconds: number): string {
  if (!(milliseconds >= 0 && milliseconds < YEAR_10000 && Number.isInteger(milliseconds)))
    return new Date(milliseconds).toISOString();
  const day = Math.floor(milliseconds / DAY_MS);
  const seconds = Math.floor((milliseconds - day * DAY_MS) / 1000);
  const [hour, minute, second] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${dateOf(day)}${TWO_DIGITS[hour]}:${TWO_DIGITS[minute]}:${TWO_DIGITS[second]}${TAILS[milliseconds % 1000]}`;
}

const DAY_MS = 86_400_000;
const YEAR_10000 = Date.UTC(10_000, 0);
const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
const TAILS = Array.from({ length: 1000 }, (_, number) => `.${String(number).padStart(3, '0')}Z`);
const MOST_DAYS = 20_000;
const dates = new Map<number, string>();

/** YYYY-MM-DDT of a day since 1970: all times of a day share it. */
function dateOf(day: number): string {
  const known = dates.get(day);
  if (known !== undefined) return known;
  const date = new Date(day * DAY_MS).toISOString().slice(0, 11);
  if (dates.size >= MOST_DAYS) dates.clear();
  dates.set(day, date);
  return date;
}

/** Milliseconds of a stored time. Throws nothing: an unreadable text gives NaN, which every comparison refuses. */
export function millis(iso: string): number {
  const quick = iso?.length === 24 ? quickly(iso) : Number.NaN;
  return Number.isNaN(quick) ? Date.parse(iso) : quick;
}

/** Days before each month of a year that begins in March, so that a leap day is its last. */
const BEFORE_MONTH = [0, 306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275] as const;

/** The form in which times are stored, read without Date.parse, which takes five times as long; NaN for all that is not plainly that. */
function quickly(iso: string): number {
  const isForm = iso[4] === '-' && iso[7] === '-' && iso[10] === 'T' && iso[23] === 'Z';
  if (!isForm || iso[13] !== ':' || iso[16] !== ':' || iso[19] !== '.') return Number.NaN;
  const [year, month, day] = [number(iso, 0, 4), number(iso, 5, 2), number(iso, 8, 2)];
  const [hour, minute, second] = [number(iso, 11, 2), number(iso, 14, 2), number(iso, 17, 2)];
  // what may not be in the calendar is left to Date.parse
  const isDay = year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= 28;
  if (!isDay || !(hour < 24 && minute < 60 && second < 60)) return Number.NaN;
  const from = month < 3 ? year - 1 : year;
  const leaps = Math.floor(from / 4) - Math.floor(from / 100) + Math.floor(from / 400);
  // 719,469 days from the first of March of year 0 to the last day of 1969
  const days = from * 365 + leaps + (BEFORE_MONTH[month] ?? Number.NaN) + day - 719_469;
  return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + number(iso, 20, 3);
}

/** The digits from a place on; NaN where one of them is none. */
function number(iso: string, from: number, length: number): number {
  let value = 0;
  for (let index = from; index < from + length; index += 1) {
    const digit = iso.charCodeAt(index) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
