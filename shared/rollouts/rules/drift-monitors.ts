import type { Arm, Interval } from '../judge-contract.ts';
import {
  type Counted,
  inverseOf,
  map3,
  type Spread,
  spreadOf,
  squaredDistance,
  type Vector,
} from './covariance.ts';
import { closeIntervals } from './intervals.ts';

/** Weight of the newest interval. */
const LAMBDA = 0.1;
/** Standard deviations of the moving average (Roberts 1959). */
const EWMA_WIDTH = 3;
/** Of one standard deviation each: what is let pass in every interval, and what then may add up (Page 1954). */
const CUSUM_SLACK = 0.5;
const CUSUM_LIMIT = 5;
/**
 * Upper 1 % of chi-square with 3 degrees of freedom, for three measures. 13.277 is that of 4: with three measures it
 * would be exceeded in 0.41 % of healthy intervals, so the monitor would miss more than its 1 % says.
 */
const MAHALANOBIS_LIMIT = 11.345;
/** Intervals of the baseline that a canary's interval is held against: the last ones, its own among them. */
const WINDOW = 50;

export type Monitor = 'ewma' | 'cusum' | 'mahalanobis';
export type Drift = {
  readonly monitor: Monitor;
  /** `errors`, `slower than 300 ms`, or `all three`. */
  readonly of: string;
  /** After the last interval; the monitor signals above its limit. */
  readonly value: number;
  readonly limit: number;
  /** Intervals that it could compare: with none it has said nothing. */
  readonly compared: number;
  /** The first interval after which it signalled; null where it never did. */
  readonly firstAt: string | null;
};

/**
 * What drifts in a canary against the baseline beside it: EWMA and one-sided CUSUM of each measure, and Mahalanobis'
 * distance of all three. Evidence for people only: each is a test of one look that is taken anew after every interval,
 * so that a healthy canary that is watched for long enough makes each of them signal (ADR 0044). Nothing is held, paged or
 * taken back for it.
 *
 * The measures are failures and the slow ones beyond the least and the greatest threshold (ms); with fewer than two
 * thresholds there are fewer measures, and no distance. Intervals in which an arm has no traffic are passed over, and by
 * all but failures those in which an arm lacks one of the counts.
 * Throws Fault('InvalidInput') for intervals that contradict each other.
 */
export function driftMonitors(
  intervals: readonly Interval[],
  thresholds: readonly number[],
): readonly Drift[] {
  const latency = [...new Set([Math.min(...thresholds), Math.max(...thresholds)])].filter(Number.isFinite);
  const names = ['errors', ...latency.map((ms) => `slower than ${ms} ms`)];
  const [failing, rest] = chartsOf(names);
  const { closed } = closeIntervals(intervals);
  follow(failing, closed, []);
  follow(rest, closed, latency);
  return [...failing, ...rest].map(({ found }) => found());
}

/** Takes the charts through the intervals in which each arm has requests, and says how many were slow. */
function follow(charts: readonly Chart[], closed: readonly Interval[], latency: readonly number[]): void {
  const window: Counted[] = [];
  for (const { at, canary, baseline } of closed) {
    if (!isMeasured(canary, latency) || !isMeasured(baseline, latency)) continue;
    window.push(countedIn(baseline, latency));
    if (window.length > WINDOW) window.shift();
    const step = stepOf(countedIn(canary, latency), spreadOf(window));
    for (const chart of charts) chart.take(step, at);
  }
}

/** Whether the arm has requests, and says how many were slower than each threshold. */
function isMeasured(arm: Arm | undefined, latency: readonly number[]): arm is Arm {
  return arm !== undefined && arm.requests > 0 && latency.every((ms) => arm.slower[ms] !== undefined);
}

function countedIn({ requests, failures, slower }: Arm, [first, last]: readonly number[]): Counted {
  const slow = (ms: number | undefined) => (ms === undefined ? 0 : (slower[ms] ?? 0));
  return { requests, hits: [failures, slow(first), slow(last)] };
}

/** How far the canary's shares lie above the baseline's, each in its own standard deviations, and all of them together. */
type Step = { readonly scores: Vector; readonly distance: number };

function stepOf({ requests, hits }: Counted, { requests: beside, shares, covariance }: Spread): Step {
  // what is known of the baseline's shares is not exact either
  const root = Math.sqrt(1 / (1 / requests + 1 / beside));
  const apart = map3((k) => (hits[k] / requests - shares[k]) * root);
  return {
    scores: map3((k) => apart[k] / Math.sqrt(covariance[k][k])),
    distance: squaredDistance(apart, inverseOf(covariance)),
  };
}

type Chart = { readonly take: (step: Step, at: string) => void; readonly found: () => Drift };

/** Those of failures, and those that need the latency too. */
function chartsOf(names: readonly string[]): readonly [failing: readonly Chart[], rest: readonly Chart[]] {
  const each = names.map((of, k) => {
    const score = ({ scores }: Step) => scores[k] ?? 0;
    return [
      chart({ monitor: 'ewma', of, next: (value, step) => ewma(value, score(step)), limit: ewmaLimit }),
      chart({
        ...{ monitor: 'cusum', of, next: (value, step) => cusum(value, score(step)) },
        limit: () => CUSUM_LIMIT,
      }),
    ];
  });
  const [failing = [], ...slow] = each;
  if (names.length < 3) return [failing, slow.flat()];
  const limit = () => MAHALANOBIS_LIMIT;
  const distance = chart({
    ...{ monitor: 'mahalanobis', of: 'all three', next: (_: number, step: Step) => step.distance },
    limit,
  });
  return [failing, [...slow.flat(), distance]];
}

type How = Pick<Drift, 'monitor' | 'of'> & {
  readonly next: (value: number, step: Step) => number;
  /** After so many intervals. */
  readonly limit: (count: number) => number;
};

function chart({ monitor, of, next, limit }: How): Chart {
  let [value, count] = [0, 0];
  let firstAt: string | null = null;
  return {
    take: (step, at) => {
      value = next(value, step);
      count += 1;
      if (value > limit(count)) firstAt ??= at;
    },
    found: () => ({ monitor, of, value, limit: limit(count), compared: count, firstAt }),
  };
}

/** The moving average of scores, each of which weighs nine tenths of the next. */
export function ewma(before: number, score: number): number {
  return LAMBDA * score + (1 - LAMBDA) * before;
}

/** Three standard deviations of the moving average after so many scores. */
export function ewmaLimit(count: number): number {
  return EWMA_WIDTH * Math.sqrt((LAMBDA / (2 - LAMBDA)) * (1 - (1 - LAMBDA) ** (2 * count)));
}

/** What has added up above the slack; never below 0. */
export function cusum(before: number, score: number): number {
  return Math.max(0, before + score - CUSUM_SLACK);
}
