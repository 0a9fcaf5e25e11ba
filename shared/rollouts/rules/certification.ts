import type { JudgeSettings } from '../judge-contract.ts';
import type { Stage } from '../plan-contract.ts';
import { fanoAt } from './dispersion.ts';
import { limitsOf } from './judge-settings.ts';
import { addLabels, logMeanExp, safeGrid, weightTerms } from './label-process.ts';
import { poisson, seededChance } from './seeded-chance.ts';

export type PlanTraffic = {
  /** Of both arms together. */
  readonly requestsPerMinute: number;
  /** Share of them that fails. */
  readonly failureRate: number;
  /** By ms of each certified threshold: the share that is slower. Without it the forecast is of failures alone. */
  readonly slower?: Readonly<Record<string, number>>;
};

/** One thing that SAFE must rule out to be worse. */
export type Certified = {
  /** `errors`, or `slower than 300 ms`. */
  readonly of: string;
  /** Share of the requests that is bad in this sense. */
  readonly share: number;
  /** Fano factor, at least 1. */
  readonly phi: number;
};

/** What must be certified, as far as its rate is known: failures, and slowness at each threshold that SAFE asks about. */
export function certifiedOf(traffic: PlanTraffic, { fano, latency }: JudgeSettings): readonly Certified[] {
  const phi = (ms: number | undefined) => (fano === 'estimate' ? 1 : fanoAt(fano, ms));
  const slow = traffic.slower === undefined ? [] : latency.certify;
  return [
    { of: 'errors', share: traffic.failureRate, phi: phi(undefined) },
    ...slow.map((ms) => ({ of: `slower than ${ms} ms`, share: traffic.slower?.[ms] ?? 0, phi: phi(ms) })),
  ];
}

/** When healthy canaries would be certified, in minutes from the start. */
export type Certification = {
  readonly runs: number;
  /** Minutes within which half and nine tenths of the runs are certified; null: not within the horizon. */
  readonly median: number | null;
  readonly ninetieth: number | null;
  /** Share of the runs that are certified when the last stage before all of the traffic may end, and when it must. */
  readonly byEarliest: number;
  readonly byLatest: number;
};

const RUNS = 1000;
/** Four weeks: nobody waits longer. */
const HORIZON_MINUTES = 40_320;
/** Looks of a run: the longer the horizon, the coarser. */
const LOOKS = 240;

type Leg = { readonly minutes: number; readonly share: number };

/**
 * Plays the judge's SAFE form on healthy canaries (each arm fails at the present rate, one Poisson count an interval)
 * up the ladder at its least times, and then at its last shared stage for as long as it takes. What else is certified has
 * counts of its own, independent of the others, and SAFE is there when all of them are. The same seed always:
 * a plan replays to the same bytes. With 1,000 runs a share is known to about +-0.03.
 */
export function playCertification(
  stages: readonly Stage[],
  traffic: PlanTraffic,
  settings: JudgeSettings,
  expected: number,
): Certification {
  const legs = stages
    .filter(({ weight }) => weight < 1)
    .map(({ weight, minSeconds, maxSeconds }) => ({
      share: weight,
      least: minSeconds / 60,
      most: maxSeconds / 60,
    }));
  const earliest = legs.reduce((sum, leg) => sum + leg.least, 0);
  const latest = legs.reduce((sum, leg) => sum + leg.most, 0);
  const horizon = Math.min(HORIZON_MINUTES, Math.max(latest, 6 * expected));
  const climb = legs.map((leg) => ({ minutes: leg.least, share: leg.share }));
  const stay = { minutes: Math.max(0, horizon - earliest), share: legs.at(-1)?.share ?? 0 };
  const chance = seededChance(1);
  const times = Array.from({ length: RUNS }, () =>
    timeToSafe([...climb, stay], horizon / LOOKS, traffic, settings, chance),
  );
  times.sort((a, b) => a - b);
  return {
    runs: RUNS,
    median: minutesAt(times, 0.5),
    ninetieth: minutesAt(times, 0.9),
    byEarliest: times.filter((time) => time <= earliest).length / RUNS,
    byLatest: times.filter((time) => time <= latest).length / RUNS,
  };
}

function minutesAt(times: readonly number[], part: number): number | null {
  const time = times[Math.ceil(times.length * part) - 1];
  return time === undefined || !Number.isFinite(time) ? null : Math.ceil(time);
}

/** Minutes until E' is there for the first time; infinite where it never is. */
function timeToSafe(
  legs: readonly Leg[],
  look: number,
  traffic: PlanTraffic,
  settings: JudgeSettings,
  chance: () => number,
): number {
  const grid = safeGrid(settings.rBad);
  const streams = certifiedOf(traffic, settings).map((certified) => ({
    expected: (minutes: number) => traffic.requestsPerMinute * certified.share * minutes,
    phi: certified.phi,
    sums: [...grid.zeros],
  }));
  const goal = limitsOf(settings).safe;
  let now = 0;
  for (const { minutes, share } of legs) {
    const terms = weightTerms(grid, share);
    const looks = Math.max(1, Math.ceil(minutes / Math.max(1, look)));
    for (let index = 0; index < looks && minutes > 0; index += 1) {
      now += minutes / looks;
      let isSafe = true;
      for (const { sums, expected, phi } of streams) {
        const bad = expected(minutes) / looks / phi;
        addLabels(sums, grid, terms, poisson(bad * share, chance), poisson(bad * (1 - share), chance));
        isSafe &&= logMeanExp(sums) >= goal;
      }
      if (isSafe) return now;
    }
  }
  return Number.POSITIVE_INFINITY;
}
