import type { JudgeSettings } from '../shared/rollouts/judge-contract.ts';
import { type GivenSettings, judgeSettings } from '../shared/rollouts/rules/judge-settings.ts';
import { slowShares, THRESHOLDS, WEIGHTS } from './canary-latency.ts';
import type { Behaviour, Traffic } from './canary-traffic.ts';

/** What the handbook's table says (spec canary.md 3.3): the e-process with all of alpha, and the others. */
export type Floor = { readonly rollback: number; readonly safe?: number };

export type Case = {
  readonly name: string;
  readonly group: keyof typeof GROUPS;
  readonly traffic: Traffic;
  /** ms of traffic's thresholds; the last one is the kill switch's. Empty: only failures are watched. */
  readonly thresholds: readonly number[];
  readonly settings: JudgeSettings;
  readonly runs: number;
  /** What the canary must not be: 'healthy' is never to be rolled back, 'bad' never to be certified. */
  readonly truth: 'healthy' | 'bad' | 'worse';
  /** Not held to the promise: shown for what it would be. */
  readonly warning?: boolean;
  readonly reference: 'errors' | 'latency';
  readonly table?: Floor;
  /** The Fano factors are read from so many windows before the release, as production does, and frozen. */
  readonly windowsBefore?: number;
};

export const GROUPS = {
  errors: 'Failures watched, as in the handbook',
  both: 'Failures and latency watched, one alpha for all of it',
  ladder: 'Ladder 1-5-25-50-100 %, 10 minutes each, failures and latency watched',
  stress: 'Where the promise is hardest to keep (healthy, failures watched)',
  bursts: 'Failures in bursts of 5 (Fano factor 5), failures watched',
  slow: 'Slow requests in bursts of 5, failures independent, failures and latency watched',
} as const;

const HEALTHY_RUNS = 20_000;
const POWER_RUNS = 10_000;
export const SHOWN_RUNS = 4_000;

const ERRORS = 0.005;

export const minutes = (...stages: readonly number[]) =>
  stages.flatMap((share) => new Array<number>(10).fill(share));
export const STAGES = minutes(0.05, 0.1, 0.25, 0.5);
const LADDER = minutes(0.01, 0.05, 0.25, 0.5, 1);

type Given = {
  readonly rate: number;
  readonly runs: number;
  readonly truth?: Case['truth'];
  readonly canary?: Partial<Behaviour>;
  readonly errors?: number;
  readonly traffic?: Partial<Traffic>;
  readonly given?: GivenSettings;
  readonly table?: Floor;
  readonly warning?: boolean;
  readonly reference?: Case['reference'];
  readonly windowsBefore?: number;
};

function of(group: Case['group'], name: string, given: Given): Case {
  const { rate, runs, truth = 'healthy', reference = 'errors', table, warning, windowsBefore } = given;
  const isWatched = group === 'both' || group === 'ladder' || group === 'slow';
  return {
    name: `${name}, ${rate.toLocaleString('en')}/min`,
    group,
    traffic: trafficOf(group, isWatched, given),
    thresholds: isWatched ? THRESHOLDS : [],
    settings: judgeSettings({ ...(isWatched && BOTH_WATCHED), ...given.given }),
    runs,
    truth,
    reference,
    ...(table !== undefined && { table }),
    ...(warning !== undefined && { warning }),
    ...(windowsBefore !== undefined && { windowsBefore }),
  };
}

const BOTH_WATCHED: GivenSettings = {
  latency: { thresholds: THRESHOLDS.slice(0, -1), weights: WEIGHTS },
  killSwitch: { slowerThan: THRESHOLDS.at(-1) ?? null },
};

/** The handbook's rows have the same numbers each minute, as its table shows (Argo's column); the others come as they come. */
function trafficOf(group: Case['group'], isWatched: boolean, given: Given): Traffic {
  const baseline = { errors: given.errors ?? ERRORS, slow: isWatched ? slowShares() : [] };
  return {
    weights: group === 'ladder' ? LADDER : STAGES,
    perMinute: given.rate,
    arrivals: group === 'errors' || group === 'both' ? 'fixed' : 'poisson',
    burst: 1,
    baseline,
    canary: { ...baseline, ...given.canary },
    ...given.traffic,
  };
}

export function healthy(
  group: Case['group'],
  rate: number,
  table?: Floor,
  more: Partial<Given> = {},
  name = 'healthy',
): Case {
  return of(group, name, { rate, runs: HEALTHY_RUNS, ...(table !== undefined && { table }), ...more });
}

export function failing(
  group: Case['group'],
  times: number,
  rate: number,
  rollback?: number,
  safe?: number,
): Case {
  return of(group, `fails x${times}`, {
    rate,
    runs: POWER_RUNS,
    truth: 'bad',
    canary: { errors: ERRORS * times },
    ...(rollback !== undefined && { table: { rollback, ...(safe !== undefined && { safe }) } }),
  });
}

export function slow(name: string, rate: number, shares: readonly number[], rollback: number): Case {
  const more = { truth: 'worse' as const, canary: { slow: shares }, reference: 'latency' as const };
  return of('both', name, { rate, runs: POWER_RUNS, table: { rollback }, ...more });
}
