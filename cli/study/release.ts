import { makePlan } from '../../shared/rollouts/rules/plan-rollout.ts';
import { metMinutes, noticed } from './after-release.ts';
import { type Arm, MINUTE } from './arm-state.ts';
import { ASSUMPTIONS } from './assumptions.ts';
import { canaryTraffic } from './canary-intervals.ts';
import { stream } from './chance.ts';
import type { Arrival } from './change.ts';
import type { Risk } from './govern.ts';
import { DRAWS } from './organisation.ts';
import { answerMinutes } from './people.ts';
import { type RolloutEnd, rollOut } from './rollout.ts';

/** A change that may go out goes out: on a canary, or at once where there is none. */
export function release(
  arm: Arm,
  arrival: Arrival,
  now: number,
  { score, band }: Risk,
  approvals: number,
): void {
  const { service, fault } = arrival;
  const rolled = arm.settings.pillars.canary ? climb(arm, arrival, now, band) : AT_ONCE;
  const ended = now + (rolled.minutes + ASSUMPTIONS.minutes.shift) * MINUTE;
  const seen =
    rolled.to === 'promoted' ? noticed(arm.organisation, arrival, ended, rolled.minutes) : undefined;
  const shown = Math.max(0, (fault?.onset ?? 0) - rolled.minutes);
  const metLater = fault === undefined || seen === undefined ? 0 : Math.max(0, seen.after - shown);
  const met = metMinutes(arrival, rolled.weights, arm.settings.step) + metLater;
  arm.memory.occupy(service, ended);
  arm.memory.harm(service, ended, met * excess(arrival));
  arm.fates.push({
    ...{ arrival, to: rolled.to, score, met, released: true, asked: approvals + rolled.asked },
    minutes: (ended - arrival.at) / MINUTE,
    ...(rolled.to === 'rolled-back' && { seenAfter: rolled.minutes, seenBy: rolled.by }),
    ...(fault !== undefined && seen !== undefined && { seenAfter: seen.after, seenBy: seen.by }),
  });
  // what nobody saw counts as a success, and what people let lapse tells nothing
  if (rolled.to !== 'lapsed')
    arm.queue.push(ended, { kind: 'ended', arrival, failed: rolled.to === 'rolled-back' });
}

const AT_ONCE: RolloutEnd = { to: 'promoted', minutes: 0, asked: 0, weights: [] };
const plans = new Map<string, ReturnType<typeof makePlan>>();

function climb(
  { organisation, settings: { step } }: Arm,
  arrival: Arrival,
  now: number,
  risk: string,
): RolloutEnd {
  const { index, service, fault } = arrival;
  const plan = plans.get(risk) ?? makePlan({ risk, preset: null, stages: null, bakeSeconds: 600 });
  plans.set(risk, plan);
  return rollOut({
    ...{ stages: plan.stages, step },
    draw: canaryTraffic(service, fault, step, stream(organisation.seed, DRAWS.traffic, index)),
    answer: (turn, after) =>
      answerMinutes({ organisation, index, service }, 'hold', now + after * MINUTE, turn),
  });
}

/** Requests that fail beyond what fails anyway, a minute at all of the traffic. */
function excess({ service, fault }: Arrival): number {
  return fault === undefined ? 0 : service.perMinute * Math.max(0, fault.failureRate - service.failureRate);
}
