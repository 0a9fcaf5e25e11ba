import type { Clock } from '../deployer/types.ts';

/** One call of a function. `split`: its alias sent calls to two versions then. */
export type Call = {
  readonly function: string;
  readonly alias: string;
  readonly version: string;
  readonly split: boolean;
  readonly startedAt: number;
  readonly milliseconds: number;
  readonly failed: boolean;
};

/** Calls that began in one second. */
type Second = { errors: number; readonly durations: number[] };
export type Counted = { readonly errors: number; readonly durations: readonly number[] };

export type Measured = {
  readonly record: (call: Call) => void;
  /** Milliseconds of the first second that is still kept; undefined where nothing was measured. */
  readonly since: (dimensions: Readonly<Record<string, string>>) => number | undefined;
  /** What was measured under exactly these dimensions in a span of milliseconds; the end is exclusive. */
  readonly between: (dimensions: Readonly<Record<string, string>>, from: number, to: number) => Counted;
};

const KEPT_SECONDS = 2 * 3600;

/**
 * Every call, by the second it began in, as Lambda stamps it: the counts of a minute may still grow after its end.
 * ExecutedVersion is a dimension only while the alias splits, as on AWS.
 */
export function createMeasured(now: Clock): Measured {
  const series = new Map<string, Map<number, Second>>();
  return {
    record: (call) => {
      const second = Math.floor(call.startedAt / 1000);
      for (const dimensions of dimensionsOf(call)) {
        const key = keyOf(dimensions);
        const seconds = series.get(key) ?? new Map<number, Second>();
        series.set(key, seconds);
        const counted = seconds.get(second) ?? { errors: 0, durations: [] };
        seconds.set(second, counted);
        counted.durations.push(call.milliseconds);
        if (call.failed) counted.errors += 1;
        forget(seconds, Math.floor(now() / 1000) - KEPT_SECONDS);
      }
    },
    since: (dimensions) => {
      const [first] = series.get(keyOf(dimensions))?.keys() ?? [];
      return first === undefined ? undefined : first * 1000;
    },
    between: (dimensions, from, to) => {
      const seconds = series.get(keyOf(dimensions));
      const found: Second[] = [];
      for (let second = Math.ceil(from / 1000); second * 1000 < to; second += 1) {
        const counted = seconds?.get(second);
        if (counted !== undefined) found.push(counted);
      }
      return {
        errors: found.reduce((sum, { errors }) => sum + errors, 0),
        durations: found.flatMap(({ durations }) => durations),
      };
    },
  };
}

function dimensionsOf(call: Call): readonly Readonly<Record<string, string>>[] {
  const byName = { FunctionName: call.function };
  const byAlias = { ...byName, Resource: `${call.function}:${call.alias}` };
  return [byName, byAlias, ...(call.split ? [{ ...byAlias, ExecutedVersion: call.version }] : [])];
}

/** Seconds stand in the order in which they came: the oldest are first. */
function forget(seconds: Map<number, Second>, before: number): void {
  for (const second of seconds.keys()) {
    if (second >= before) return;
    seconds.delete(second);
  }
}

function keyOf(dimensions: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(dimensions).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
