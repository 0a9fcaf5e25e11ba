import type { judgeRollout } from '../../shared/rollouts/rules/judge-rollout.ts';
import { judgeSettings } from '../../shared/rollouts/rules/judge-settings.ts';
import { type Chance, poisson } from './chance.ts';
import type { SimulatedService } from './organisation.ts';
import { type Behaviour, behaviourOf, type Fault } from './truth.ts';

export type JudgeInputs = Parameters<typeof judgeRollout.decide>[0];
export type Interval = JudgeInputs['intervals'][number];
type Arm = NonNullable<Interval['canary']>;

/** Names of the frozen thresholds: the baseline's p90, its p99, and five times that. Small numbers are the quickest keys. */
const [P90, P99, FAR] = [1, 2, 3] as const;

/** As production freezes them before the start: failures, both quantiles, and the kill switch on both. */
export const SETTINGS: JudgeInputs['settings'] = judgeSettings({
  killSwitch: { slowerThan: FAR },
  latency: { thresholds: [P90, P99] },
});

/** Draws the interval of that index (from 0) of a canary with this share of the traffic; named by the minute it ends. */
export type DrawInterval = (index: number, weight: number) => Interval;

/**
 * The traffic of one canary and of the version beside it. Requests come as Poisson counts; of them a Poisson count fails,
 * and one is slower than each threshold, at most all: close to binomial where shares are small, as they are of whatever is
 * healthy.
 */
export function canaryTraffic(
  service: SimulatedService,
  fault: Fault | undefined,
  step: number,
  chance: Chance,
): DrawInterval {
  const healthy = ratesOf(behaviourOf(service));
  const faulty = fault === undefined ? healthy : ratesOf(behaviourOf(service, fault));
  const onset = fault?.onset ?? 0;
  const requests = service.perMinute * step;
  return (index, weight) => ({
    at: String((index + 1) * step),
    canary: arm(requests * weight, index * step < onset ? healthy : faulty, chance),
    baseline: arm(requests * (1 - weight), healthy, chance),
  });
}

/** Shares that fail, and whose latency is beyond each threshold and not beyond the next. */
type Rates = { readonly failing: number; readonly far: number; readonly p99: number; readonly p90: number };

function ratesOf({ failures, slower: [p90, p99, far] }: Behaviour): Rates {
  return { failing: failures, far, p99: p99 - far, p90: p90 - p99 };
}

function arm(mean: number, { failing, far, p99, p90 }: Rates, chance: Chance): Arm {
  const requests = poisson(mean, chance);
  const failed = Math.min(requests, poisson(requests * failing, chance));
  const farthest = Math.min(requests, poisson(requests * far, chance));
  const beyond99 = Math.min(requests, farthest + poisson(requests * p99, chance));
  const beyond90 = Math.min(requests, beyond99 + poisson(requests * p90, chance));
  // by P90, P99 and FAR; literal keys are quicker than computed ones
  return { requests, failures: failed, slower: { 1: beyond90, 2: beyond99, 3: farthest } };
}
