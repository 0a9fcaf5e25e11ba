const DAY_MS = 86_400_000;
/** Since then shifts are whole minutes, and no zone has set its clocks twice within six days (tz database 2026). */
const [FROM, UNTIL] = [Date.UTC(1980, 0), Date.UTC(2100, 0)];
const MOST_ZONES = 1000;
const MOST_DAYS = 20_000;

type Zone = { readonly format: Intl.DateTimeFormat; readonly atStart: Map<number, number> };
const zones = new Map<string, Zone>();

/**
 * By how many milliseconds the clocks of an IANA zone are ahead of UTC: what Intl says at both ends of the UTC day, kept
 * for all decisions of that day, since to ask costs more than everything else about a time. Undefined on a day when the
 * clocks are set, and for the far past and future: then ask Intl itself. Throws RangeError for a zone that does not exist.
 */
export function zoneShift(zone: string, time: number): number | undefined {
  if (!(time >= FROM && time < UNTIL)) return undefined;
  const known = zones.get(zone) ?? added(zone);
  const day = Math.floor(time / DAY_MS);
  const shift = shiftAt(known, day);
  return shift === shiftAt(known, day + 1) ? shift : undefined;
}

function added(timeZone: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
  });
  const made = { format, atStart: new Map<number, number>() };
  if (zones.size < MOST_ZONES) zones.set(timeZone, made);
  return made;
}

function shiftAt({ format, atStart }: Zone, day: number): number {
  const known = atStart.get(day);
  if (known !== undefined) return known;
  const time = day * DAY_MS;
  const parts = format.formatToParts(time);
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((each) => each.type === type)?.value);
  const shown = Date.UTC(
    ...([part('year'), part('month') - 1, part('day')] as const),
    ...([part('hour'), part('minute'), part('second')] as const),
  );
  if (atStart.size >= MOST_DAYS) atStart.clear();
  atStart.set(day, shown - time);
  return shown - time;
}
