/** The next time a schedule fires strictly after a time, both in milliseconds; undefined when it never fires again. */
export type Schedule = (after: number) => number | undefined;

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const UNITS: Readonly<Record<string, number>> = { minute: MINUTE, hour: 60 * MINUTE, day: DAY };
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/**
 * Reads rate(...) and cron(...) as EventBridge does, in UTC; the year of a cron may be left out.
 * A rate counts from `origin`. Throws for what it cannot read, L, W and # included.
 */
export function parseSchedule(expression: string, origin: number): Schedule {
  const [, value, unit, plural] = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression) ?? [];
  if (value !== undefined && unit !== undefined) {
    const count = Number(value);
    if (count < 1 || (count === 1) === (plural === 's'))
      throw new Error(`${expression} is no schedule: 1 minute, 2 minutes`);
    const interval = count * (UNITS[unit] ?? DAY);
    return (after) => origin + (Math.floor((after - origin) / interval) + 1) * interval;
  }
  const fields = /^cron\((.+)\)$/.exec(expression)?.[1]?.split(/\s+/);
  if (fields === undefined) throw new Error(`${expression} is no schedule: rate(...) or cron(...)`);
  return parseCron(fields, expression);
}

function parseCron(fields: readonly string[], expression: string): Schedule {
  const [minute, hour, date, month, day, year = '*', ...more] = fields;
  if (day === undefined || more.length > 0) throw new Error(`${expression} must have five or six fields`);
  if ((date === '?') === (day === '?'))
    throw new Error(`${expression}: exactly one of the two day fields is ?`);
  const read = (
    field: string | undefined,
    low: number,
    high: number,
    names: readonly string[] = [],
    base = 0,
  ) => parseField(String(field), { low, high, names, base, expression });
  const minutes = read(minute, 0, 59);
  const hours = read(hour, 0, 23);
  const dates = read(date, 1, 31);
  const months = read(month, 1, 12, MONTHS, 1);
  const days = read(day, 1, 7, DAYS, 1);
  const years = read(year, 1970, 2199);
  const onDay = (at: Date) =>
    years.has(at.getUTCFullYear()) &&
    months.has(at.getUTCMonth() + 1) &&
    dates.has(at.getUTCDate()) &&
    days.has(at.getUTCDay() + 1);
  const times = [...hours]
    .flatMap((h) => [...minutes].map((m) => (h * 60 + m) * MINUTE))
    .sort((a, b) => a - b);
  const lastYear = Math.max(...years);
  return (after) => {
    for (
      let start = Math.floor(after / DAY) * DAY;
      new Date(start).getUTCFullYear() <= lastYear;
      start += DAY
    ) {
      const time = onDay(new Date(start)) ? times.find((offset) => start + offset > after) : undefined;
      if (time !== undefined) return start + time;
    }
    return undefined;
  };
}

type Range = {
  readonly low: number;
  readonly high: number;
  readonly names: readonly string[];
  readonly base: number;
  readonly expression: string;
};

function parseField(field: string, range: Range): ReadonlySet<number> {
  const { low, high, names, base, expression } = range;
  const number = (text: string) => {
    const named = names.indexOf(text.toUpperCase());
    const value = named >= 0 ? named + base : Number(text);
    if (!/^\w+$/.test(text) || !(value >= low && value <= high))
      throw new Error(`${expression}: ${text} is not in ${low}-${high}`);
    return value;
  };
  const values = field.split(',').flatMap((part) => {
    const [span = '', step = '1', ...more] = part.split('/');
    const [from = '', to, ...rest] = /^[*?]$/.test(span) ? [String(low), String(high)] : span.split('-');
    const first = number(from);
    // A start with a step runs to the end of the field; a start alone is itself.
    const open = part.includes('/') ? high : first;
    const last = to === undefined ? open : number(to);
    const by = Number(step);
    const wellFormed = more.length + rest.length === 0 && Number.isInteger(by) && by >= 1 && last >= first;
    if (!wellFormed) throw new Error(`${expression}: ${part} cannot be read`);
    return Array.from({ length: Math.floor((last - first) / by) + 1 }, (_, index) => first + index * by);
  });
  return new Set(values);
}

/** A timer of Node holds no longer wait. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Fires along a schedule on a clock that runs `speed` times as fast from the start on. Each fire is computed from the
 * clock, so a slow fire delays none after it, and those missed are not made up. Gives the function that stops it.
 */
export function runSchedule(options: {
  readonly expression: string;
  readonly now: () => number;
  readonly speed: number;
  readonly fire: () => void;
}): () => void {
  const { expression, now, speed, fire } = options;
  const origin = now();
  const schedule = parseSchedule(expression, origin);
  let timer: NodeJS.Timeout | undefined;
  const plan = (after: number) => {
    const next = schedule(after);
    if (next !== undefined) wait(next);
  };
  const wait = (next: number) => {
    const virtual = origin + (now() - origin) * speed;
    const delay = (next - virtual) / speed;
    if (delay > 0) {
      timer = setTimeout(wait, Math.min(Math.ceil(delay), LONGEST_TIMER), next);
      return;
    }
    fire();
    plan(Math.max(next, virtual));
  };
  plan(origin);
  return () => clearTimeout(timer);
}
