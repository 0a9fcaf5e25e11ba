import { armMemory } from './arm-memory.ts';
import { type Arm, type ArmEvent, type ArmSettings, type Fate, MINUTE } from './arm-state.ts';
import { ASSUMPTIONS } from './assumptions.ts';
import type { Arrival } from './change.ts';
import { eventQueue } from './event-queue.ts';
import { decided, type Known, type Risk, riskOf } from './govern.ts';
import type { Organisation } from './organisation.ts';
import { answerMinutes, LONGEST_WAIT } from './people.ts';
import { release } from './release.ts';

const NO_RISK: Risk = { score: 0, band: 'low' };

/** Lets every change meet one way of working, event by event in the order of time; the fates in the order of arrival. */
export function runArm(
  organisation: Organisation,
  arrivals: readonly Arrival[],
  settings: ArmSettings,
): readonly Fate[] {
  const queue = eventQueue<ArmEvent>(
    arrivals.map((arrival) => ({ at: arrival.at, event: { kind: 'asked', arrival, times: 0 } })),
  );
  const memory = armMemory(organisation, settings);
  const arm: Arm = { organisation, settings, queue, memory, fates: [] };
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) handle(arm, next.at, next.event);
  return arm.fates.toSorted((one, other) => one.arrival.index - other.arrival.index);
}

function handle(arm: Arm, now: number, event: ArmEvent): void {
  const { arrival } = event;
  const free = arm.memory.freeAt(arrival.service);
  if (event.kind === 'ended') arm.memory.record(arrival, event.failed, now);
  // one change of a service at a time: the next waits
  else if (free > now) arm.queue.push(free, event);
  else if (event.kind === 'answered') decide(arm, { arrival, now, risk: event.risk, person: 'somebody' });
  else weigh(arm, arrival, now + ASSUMPTIONS.minutes.facts * MINUTE, event.times);
}

function weigh(arm: Arm, arrival: Arrival, now: number, times: number): void {
  const risk = arm.settings.pillars.risk ? riskNow(arm, arrival, now) : NO_RISK;
  decide(arm, { arrival, now, risk, person: null, times });
}

function riskNow(arm: Arm, arrival: Arrival, now: number): Risk {
  const { memory, settings } = arm;
  const { pillars, retrieval } = settings;
  return riskOf({
    ...knownAt(arm, arrival, now),
    history: memory.counted(arrival.service, now, pillars.history),
    past: pillars.history && retrieval ? memory.past(arrival.service) : undefined,
  });
}

function knownAt({ memory, settings: { environment } }: Arm, arrival: Arrival, now: number): Known {
  return { arrival, now, environment, budget: memory.budget(arrival.service, now) };
}

type Question = {
  readonly arrival: Arrival;
  readonly now: number;
  readonly risk: Risk;
  /** Who has approved it. */
  readonly person: string | null;
  /** Times that it was asked for again. */
  readonly times?: number;
};

function decide(arm: Arm, question: Question): void {
  const { arrival, now, risk, person, times = 0 } = question;
  const { settings, queue } = arm;
  const approvals = person === null ? 0 : 1;
  if (!settings.pillars.governance) {
    release(arm, arrival, now, risk, approvals);
    return;
  }
  const { to, frozen } = decided(knownAt(arm, arrival, now), risk, settings.policies, person);
  const { hours, times: most } = ASSUMPTIONS.askAgain;
  if (to === 'Cleared') release(arm, arrival, now, risk, approvals);
  else if (to === 'AwaitingApproval') ask(arm, question);
  else if (frozen && times < most)
    queue.push(now + hours * 60 * MINUTE, { kind: 'asked', arrival, times: times + 1 });
  else endHere(arm, question, to === 'Blocked' ? 'blocked' : 'observed', 0);
}

function ask(arm: Arm, question: Question): void {
  const { arrival, now, risk } = question;
  const { index, service } = arrival;
  const wait = answerMinutes({ organisation: arm.organisation, index, service }, 'approval', now);
  if (wait > LONGEST_WAIT) endHere(arm, question, 'lapsed', LONGEST_WAIT);
  else arm.queue.push(now + wait * MINUTE, { kind: 'answered', arrival, risk });
}

function endHere(
  { fates }: Arm,
  { arrival, now, risk, person }: Question,
  to: 'blocked' | 'observed' | 'lapsed',
  waited: number,
): void {
  const asked = person === null && waited === 0 ? 0 : 1;
  const minutes = (now - arrival.at) / MINUTE + waited;
  fates.push({ arrival, to, score: risk.score, released: false, minutes, asked, met: 0 });
}
