import type { Chance } from '../cli/study/chance.ts';
import { binomialDraw, type Draw, poissonDraw } from '../cli/study/draw.ts';

/** What one arm does: how often a request fails, and how often it is slower than each threshold (ever rarer). */
export type Behaviour = { readonly errors: number; readonly slow: readonly number[] };

export type Traffic = {
  /** Share of the canary in each minute, 0 to 1; 1: no baseline beside it. */
  readonly weights: readonly number[];
  readonly perMinute: number;
  /** Poisson: each arm's requests are counted as they come. Fixed: the same numbers each minute. */
  readonly arrivals: 'poisson' | 'fixed';
  readonly baseline: Behaviour;
  readonly canary: Behaviour;
  /** Failures come in bursts of this many; 1: each by itself. */
  readonly burst: number;
  /** Slow requests come in bursts of this many; without it, each by itself. */
  readonly slowBurst?: number;
};

/** One arm in one minute; slower: than each threshold. */
export type Counts = {
  readonly requests: number;
  readonly failures: number;
  readonly slower: readonly number[];
};
export type Minute = { readonly canary: Counts; readonly baseline: Counts };

type DrawCounts = (chance: Chance) => Counts;

/**
 * A simulator of this traffic. Whether a request fails and how slow it is are independent, request by request and
 * minute by minute; the counts are drawn from their exact distributions, never approximated.
 */
export function simulator(traffic: Traffic): (chance: Chance) => readonly Minute[] {
  const arms = new Map<number, { readonly canary: DrawCounts; readonly baseline: DrawCounts }>();
  for (const weight of new Set(traffic.weights))
    arms.set(weight, {
      canary: arm(traffic, traffic.perMinute * weight, traffic.canary),
      baseline: arm(traffic, traffic.perMinute * (1 - weight), traffic.baseline),
    });
  return (chance) =>
    traffic.weights.flatMap((weight) => {
      const draw = arms.get(weight);
      return draw === undefined ? [] : [{ canary: draw.canary(chance), baseline: draw.baseline(chance) }];
    });
}

function arm(traffic: Traffic, mean: number, behaviour: Behaviour): DrawCounts {
  return traffic.arrivals === 'poisson'
    ? poissonArm(mean, behaviour, traffic)
    : fixedArm(Math.round(mean), behaviour);
}

/** Poisson arrivals, sorted by failing and by slowness, are independent Poisson counts. */
function poissonArm(
  mean: number,
  { errors, slow }: Behaviour,
  { burst, slowBurst = 1 }: Pick<Traffic, 'burst' | 'slowBurst'>,
): DrawCounts {
  const shares = [1, ...slow].map((share, index) => share - (slow[index] ?? 0));
  const size = (level: number) => (level === 0 ? 1 : slowBurst);
  const good = shares.map((share, level) => poissonDraw((mean * (1 - errors) * share) / size(level)));
  const bad = shares.map((share) => poissonDraw((mean * errors * share) / burst));
  return (chance) => {
    const slower = new Array<number>(slow.length).fill(0);
    let [requests, failures] = [0, 0];
    for (let level = slow.length; level >= 0; level -= 1) {
      const failed = burst * (bad[level]?.(chance) ?? 0);
      failures += failed;
      requests += failed + size(level) * (good[level]?.(chance) ?? 0);
      if (level > 0) slower[level - 1] = requests;
    }
    return { requests, failures, slower };
  };
}

/** So many requests each minute, of which a binomial share fails and a multinomial share is slow. */
function fixedArm(requests: number, { errors, slow }: Behaviour): DrawCounts {
  const failing = binomialDraw(requests, errors);
  const known = slow.map(() => new Map<number, Draw>());
  const among = (level: number, rest: number): Draw => {
    const rarer = slow[level + 1] ?? 0;
    const draw = known[level]?.get(rest) ?? binomialDraw(rest, ((slow[level] ?? 0) - rarer) / (1 - rarer));
    known[level]?.set(rest, draw);
    return draw;
  };
  return (chance) => {
    const failures = failing(chance);
    const slower = new Array<number>(slow.length).fill(0);
    let above = 0;
    for (let level = slow.length - 1; level >= 0; level -= 1) {
      above += among(level, requests - above)(chance);
      slower[level] = above;
    }
    return { requests, failures, slower };
  };
}
