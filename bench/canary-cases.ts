import type { JudgeSettings } from '../shared/rollouts/judge-contract.ts';
import { type GivenSettings, judgeSettings } from '../shared/rollouts/rules/judge-settings.ts';
import { slowShares, THRESHOLDS } from './canary-latency.ts';
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
  /** The Fano factor is read from so many minutes before the release, and frozen. */
  readonly minutesBefore?: number;
};

export const GROUPS = {
  errors: 'Failures watched, as in the handbook',
  both: 'Failures and latency watched, one alpha for all of it',
  ladder: 'Ladder 1-5-25-50-100 %, 10 minutes each, failures and latency watched',
  stress: 'Where the promise is hardest to keep (healthy, failures watched)',
  bursts: 'Failures in bursts of 5 (Fano factor 5), failures watched',
} as const;

const HEALTHY_RUNS = 20_000;
const POWER_RUNS = 10_000;
const SHOWN_RUNS = 4_000;

const ERRORS = 0.005;

const minutes = (...stages: readonly number[]) =>
  stages.flatMap((share) => new Array<number>(10).fill(share));
const STAGES = minutes(0.05, 0.1, 0.25, 0.5);
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
  readonly minutesBefore?: number;
};

function of(group: Case['group'], name: string, given: Given): Case {
  const { rate, runs, truth = 'healthy', reference = 'errors', table, warning, minutesBefore } = given;
  const isWatched = group === 'both' || group === 'ladder';
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
    ...(minutesBefore !== undefined && { minutesBefore }),
  };
}

const BOTH_WATCHED: GivenSettings = {
  latency: { thresholds: THRESHOLDS.slice(0, -1) },
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

function healthy(
  group: Case['group'],
  rate: number,
  table?: Floor,
  more: Partial<Given> = {},
  name = 'healthy',
): Case {
  return of(group, name, { rate, runs: HEALTHY_RUNS, ...(table !== undefined && { table }), ...more });
}

function failing(group: Case['group'], times: number, rate: number, rollback?: number, safe?: number): Case {
  return of(group, `fails x${times}`, {
    rate,
    runs: POWER_RUNS,
    truth: 'bad',
    canary: { errors: ERRORS * times },
    ...(rollback !== undefined && { table: { rollback, ...(safe !== undefined && { safe }) } }),
  });
}

function slow(name: string, rate: number, shares: readonly number[], rollback: number): Case {
  const more = { truth: 'worse' as const, canary: { slow: shares }, reference: 'latency' as const };
  return of('both', name, { rate, runs: POWER_RUNS, table: { rollback }, ...more });
}

const slower = slowShares(1.2);
/** Two in a hundred hang until something gives up. */
const stuck = slowShares().map((share) => 0.02 + 0.98 * share);
const BEFORE = 'healthy, divided by what the hour before shows';
const AS_THEY_COME = 'healthy, divided by what the minutes show as they come';
const bursts = { traffic: { burst: 5 } };
const FOUR_HOURS = new Array<number>(210).fill(0.5);

/** Every row of the handbook's table, and what the promise has to stand besides. */
export const CASES: readonly Case[] = [
  healthy('errors', 200, { rollback: 0.0018, safe: 0.056 }),
  healthy('errors', 2000, { rollback: 0.0034, safe: 0.768 }),
  healthy('errors', 20_000, { rollback: 0.0018, safe: 0.998 }),
  failing('errors', 1.5, 2000, 0.53, 0.033),
  failing('errors', 1.5, 20_000, 1, 0),
  failing('errors', 2, 2000, 0.997),
  failing('errors', 3, 200, 0.615),
  failing('errors', 3, 2000, 1),
  failing('errors', 10, 200, 1),
  failing('errors', 10, 2000, 1),
  healthy('both', 200, { rollback: 0.0007 }, { reference: 'latency' }),
  healthy('both', 2000, { rollback: 0.0023 }, { reference: 'latency' }),
  healthy('both', 20_000, undefined, { reference: 'latency' }),
  slow('all x1.2 slower', 200, slower, 0.52),
  slow('all x1.2 slower', 2000, slower, 1),
  slow('2 % stuck', 200, stuck, 0.9),
  slow('2 % stuck', 2000, stuck, 1),
  failing('both', 1.5, 2000),
  failing('both', 3, 200),
  failing('both', 10, 200),
  ...[200, 2000, 20_000].map((rate) => healthy('ladder', rate)),
  ...[200, 2000].map((rate) =>
    healthy(
      'stress',
      rate,
      undefined,
      { errors: 0.05 },
      'fails 5 % as the baseline does: the kill switch at its limit',
    ),
  ),
  ...[200, 2000].map((rate) =>
    healthy('stress', rate, undefined, { errors: 0.08 }, 'fails 8 % as the baseline does, in one outage'),
  ),
  healthy(
    'stress',
    2000,
    undefined,
    { errors: 0.08, traffic: { weights: minutes(0.5) } },
    'fails 8 % as the baseline does, from the first stage half of the traffic each',
  ),
  ...[200, 2000, 20_000].map((rate) =>
    healthy('stress', rate, undefined, {}, 'requests as they come (Poisson)'),
  ),
  healthy(
    'stress',
    2000,
    undefined,
    { traffic: { weights: [...STAGES, ...FOUR_HOURS] } },
    'four hours, 250 looks',
  ),
  healthy('bursts', 2000, undefined, { ...bursts, warning: true, runs: SHOWN_RUNS }, 'healthy, not deflated'),
  healthy('bursts', 2000, undefined, { ...bursts, given: { fano: 5 } }, 'healthy, divided by 5'),
  ...[2000, 20_000].map((rate) =>
    healthy('bursts', rate, undefined, { ...bursts, minutesBefore: 60 }, BEFORE),
  ),
  ...[2000, 20_000].map((rate) =>
    healthy('bursts', rate, undefined, { ...bursts, given: { fano: 'estimate' } }, AS_THEY_COME),
  ),
];
