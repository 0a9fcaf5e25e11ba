import type { judgeRollout } from '../../shared/rollouts/rules/judge-rollout.ts';
import { judgeSettings } from '../../shared/rollouts/rules/judge-settings.ts';
import { type Chance, LARGE_COUNT, poisson } from './chance.ts';
import { type Draw, poissonDraw } from './draw.ts';
import type { SimulatedService } from './organisation.ts';
import { type Behaviour, behaviourOf, type Fault } from './truth.ts';

export type JudgeInputs = Parameters<typeof judgeRollout.decide>[0];
export type Interval = JudgeInputs['intervals'][number];
type Arm = NonNullable<Interval['canary']>;

/** Names of the frozen thresholds: the baseline's p75, p90 and p99, and five times that. Small numbers are the quickest keys. */
const [P75, P90, P99] = [1, 2, 3] as const;
export const FAR = 4;

/** As production freezes them before the start: failures, the quantiles as they weigh there, and the kill switch on both. */
export const SETTINGS: JudgeInputs['settings'] = judgeSettings({
  killSwitch: { slowerThan: FAR },
  latency: { thresholds: [P75, P90, P99], weights: { [P75]: 1, [P90]: 1, [P99]: 2 } },
});

/** Draws the interval of that index (from 0) of a canary with this share of the traffic; named by the minute it ends. */
export type DrawInterval = (index: number, weight: number) => Interval;

/**
 * The traffic of one canary and of the version beside it. Requests come by themselves: those between two thresholds are
 * Poisson counts that have nothing to do with each other, and so are those that fail, at most all.
 */
export function canaryTraffic(
  service: SimulatedService,
  fault: Fault | undefined,
  step: number,
  chance: Chance,
): DrawInterval {
  const requests = service.perMinute * step;
  const healthy = healthyArms(service);
  const faulty = fault === undefined ? healthy : faultyArms(behaviourOf(service, fault));
  const onset = fault?.onset ?? 0;
  const shared = (weight: number) => ({
    ...{ weight, healthy: healthy(requests * weight), faulty: faulty(requests * weight) },
    baseline: healthy(requests * (1 - weight)),
  });
  // a stage has one share for all of its intervals
  let stage = shared(0);
  return (index, weight) => {
    if (stage.weight !== weight) stage = shared(weight);
    return {
      at: String((index + 1) * step),
      canary: arm(index * step < onset ? stage.healthy : stage.faulty, chance),
      baseline: arm(stage.baseline, chance),
    };
  };
}

/** What an arm serves in an interval: requests by the threshold beyond which, and not beyond the next, they are. */
type ArmDraws = {
  readonly failing: Draw;
  readonly quick: Draw;
  readonly p75: Draw;
  readonly p90: Draw;
  readonly p99: Draw;
  readonly far: Draw;
};
type Arms = (mean: number) => ArmDraws;

function armDraws({ failures, slower }: Behaviour, mean: number, draw: (mean: number) => Draw): ArmDraws {
  const [p75, p90, p99, far] = slower;
  return {
    failing: draw(mean * failures),
    quick: draw(mean * (1 - p75)),
    p75: draw(mean * (p75 - p90)),
    p90: draw(mean * (p90 - p99)),
    p99: draw(mean * (p99 - far)),
    far: draw(mean * far),
  };
}

const known = new WeakMap<SimulatedService, Arms>();

/** A healthy version answers the same in every canary of its service: its tables are made once. */
function healthyArms(service: SimulatedService): Arms {
  const before = known.get(service);
  if (before !== undefined) return before;
  const behaviour = behaviourOf(service);
  const arms = remembered((mean) => armDraws(behaviour, mean, tabled));
  known.set(service, arms);
  return arms;
}

/** Tables of large counts would be larger than what a processor has at hand, and the rounded normal is quicker then. */
function tabled(mean: number): Draw {
  return mean > LARGE_COUNT ? (chance) => poisson(mean, chance) : poissonDraw(mean);
}

/** No fault is like another: tables would not be used twice. */
function faultyArms(behaviour: Behaviour): Arms {
  return remembered((mean) => armDraws(behaviour, mean, (of) => (chance) => poisson(of, chance)));
}

function remembered(make: Arms): Arms {
  const made = new Map<number, ArmDraws>();
  return (mean) => {
    const before = made.get(mean);
    if (before !== undefined) return before;
    const draws = make(mean);
    made.set(mean, draws);
    return draws;
  };
}

function arm(draws: ArmDraws, chance: Chance): Arm {
  const far = draws.far(chance);
  const beyond99 = far + draws.p99(chance);
  const beyond90 = beyond99 + draws.p90(chance);
  const beyond75 = beyond90 + draws.p75(chance);
  const requests = beyond75 + draws.quick(chance);
  const failures = Math.min(requests, draws.failing(chance));
  // by P75, P90, P99 and FAR; literal keys are quicker than computed ones
  return { requests, failures, slower: { 1: beyond75, 2: beyond90, 3: beyond99, 4: far } };
}
