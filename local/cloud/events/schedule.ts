const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** The interval of rate(...) in ms, as EventBridge reads it. Throws for anything else, cron(...) included. */
export function parseRate(expression: string): number {
  const [, value, unit = '', plural] = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression) ?? [];
  if (value === undefined)
    throw new Error(`the schedule ${expression} is not run locally: only rate(...) is`);
  const count = Number(value);
  if (count < 1 || (count === 1) === (plural === 's'))
    throw new Error(`${expression} is no schedule: 1 minute, 2 minutes`);
  return count * (UNITS[unit] ?? Number.NaN);
}

/** A timer of Node holds no longer wait. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Fires every `interval` ms from now on. Each fire is computed from the clock, so a slow fire delays none after it,
 * and those missed are not made up. Gives the function that stops it.
 */
export function runSchedule(interval: number, now: () => number, fire: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const wait = (due: number) => {
    const late = now() - due;
    if (late < 0) {
      timer = setTimeout(wait, Math.min(Math.ceil(-late), LONGEST_TIMER), due);
      return;
    }
    fire();
    wait(due + (Math.floor(late / interval) + 1) * interval);
  };
  wait(now() + interval);
  return () => clearTimeout(timer);
}
