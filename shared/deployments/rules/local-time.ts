import { Fault, isoTime, millis, zoneShift } from '../../kernel/index.ts';

/** Hour 0..23 and day of the week (0 = Monday .. 6) where people live. */
export type LocalHour = { readonly hour: number; readonly day: number };
export type LocalTime = LocalHour & { readonly text: string };

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
/** Making a format reads the tables of its zone, which costs more than everything else here together. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** A time in an IANA zone. Throws Fault('InvalidInput') for a zone that does not exist and a time that cannot be read. */
export function localTime(at: string, zone: string): LocalTime {
  const time = millis(at);
  if (Number.isNaN(time)) throw new Fault('InvalidInput', `at ${at} is no time`);
  const format = formatOf(zone);
  const shift = zoneShift(zone, time);
  if (shift !== undefined) return shown(time + shift, zone);
  const parts = format.formatToParts(time);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? '';
  const day = DAYS.indexOf(part('weekday'));
  const clock = `${part('hour')}:${part('minute')}`;
  return { hour: Number(part('hour')), day, text: `${part('weekday')} ${clock} in ${zone}` };
}

/** As `localTime` has it, of a time in milliseconds since 1970 and without its text. */
export function localHour(at: number, zone: string): LocalHour {
  const shift = zoneShift(zone, at);
  if (shift === undefined) return localTime(isoTime(at), zone);
  const hours = Math.floor((at + shift) / 3_600_000);
  return { hour: hours % 24, day: (Math.floor(hours / 24) + 3) % 7 };
}

const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));

/** What a clock shows, from what it shows in milliseconds. 1970-01-01 was a Thursday. */
function shown(local: number, zone: string): LocalTime {
  const minutes = Math.floor(local / 60_000);
  const [minute, hour] = [minutes % 60, Math.floor(minutes / 60) % 24];
  const day = (Math.floor(minutes / 1440) + 3) % 7;
  return { hour, day, text: `${DAYS[day]} ${TWO_DIGITS[hour]}:${TWO_DIGITS[minute]} in ${zone}` };
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'long',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(timeZone, format);
    return format;
  } catch (cause) {
    throw new Fault('InvalidInput', `zone ${timeZone} is no time zone`, { cause });
  }
}
