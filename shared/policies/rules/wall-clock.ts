import { isoTime, millis, zoneShift } from '../../kernel/index.ts';
import { type Calendar, type Day, WEEK } from '../contract.ts';

/** What the clock on the wall of a zone shows at a moment. */
export type WallClock = {
  /** YYYY-MM-DD */
  readonly date: string;
  readonly day: Day;
  /** HH:MM:SS, 00:00:00 to 23:59:59 */
  readonly time: string;
};

/**
 * The wall clock of an IANA zone at a moment (ISO, UTC). Not part of a rule: what zones do is decided by governments and
 * comes with the run-time, so a decision records the reading among its inputs and replays from there.
 */
export function wallClock(zone: string, at: string): WallClock {
  return wallClockAt(zone, millis(at));
}

/** The same of a moment in milliseconds since 1970. */
export function wallClockAt(zone: string, time: number): WallClock {
  const format = formatOf(zone);
  const shift = zoneShift(zone, time);
  if (shift !== undefined) return shown(time + shift);
  const parts = format.formatToParts(time);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((each) => each.type === type)?.value ?? '';
  const date = `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
  const day = WEEK[(new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7] ?? 'Mon';
  return { date, day, time: `${part('hour')}:${part('minute')}:${part('second')}` };
}

/** 1970-01-01 was a Thursday. */
function shown(local: number): WallClock {
  const text = isoTime(local);
  const day = WEEK[(Math.floor(local / 86_400_000) + 3) % 7] ?? 'Mon';
  return { date: text.slice(0, 10), day, time: text.slice(11, 19) };
}

/** To make a format takes a hundred times longer than to use it. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
  });
  formats.set(zone, made);
  return made;
}

/**
 * Whether a calendar says at this moment that nothing is deployed, and why. It looks at the clock on the wall alone: in
 * the hour that comes twice a window holds twice, in the hour that is skipped it does not hold at all.
 */
export function frozenBy(calendar: Calendar, clock: WallClock): string | undefined {
  const holiday = calendar.dates.find(({ from, to }) => from <= clock.date && clock.date <= to);
  if (holiday !== undefined) return holiday.name;
  const now = secondOfWeek(clock.day, clock.time);
  const window = calendar.weekly.find(({ from, to }) => {
    const begin = secondOfWeek(from.day, from.time);
    const end = secondOfWeek(to.day, to.time);
    return begin < end ? begin <= now && now < end : begin <= now || now < end;
  });
  if (window === undefined) return undefined;
  const { from, to } = window;
  return `${from.day} ${from.time} to ${to.day} ${to.time}, ${calendar.zone}`;
}

function secondOfWeek(day: Day, time: string): number {
  // HH:MM or HH:MM:SS
  const part = (from: number) => 10 * digitAt(time, from) + digitAt(time, from + 1);
  const seconds = time.length > 5 ? part(6) : 0;
  return WEEK.indexOf(day) * 86_400 + part(0) * 3600 + part(3) * 60 + seconds;
}

function digitAt(time: string, index: number): number {
  return time.charCodeAt(index) - 48;
}
