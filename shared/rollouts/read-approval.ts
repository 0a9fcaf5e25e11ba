import {
  type Approval,
  approvalIdFor,
  askApproval,
  closeApproval,
  findApproval,
} from '../approvals/index.ts';
import { type DecideDeps, isFault, type Store } from '../kernel/index.ts';
import type { HoldReason, RolloutState } from './contract.ts';
import type { Plan } from './plan-contract.ts';
import { ladderText } from './plan-text.ts';
import { type Rollout, stageIndex } from './rollout.ts';
import { otherPlanOf } from './rules/plan-rollout.ts';
import { FREEZES, ONWARD } from './rules/record-step.ts';

/** What a person's yes and no do at each hold: the plan that they answer to. */
const ANSWERS: Readonly<Record<HoldReason, { readonly approve: string; readonly reject: string }>> = {
  UNDECIDED: { approve: 'promote without a certificate of safety', reject: 'take the canary back' },
  TOO_FEW_REQUESTS: { approve: 'go to the next stage all the same', reject: 'take the canary back' },
  NO_DATA: { approve: 'go on without data', reject: 'take the canary back' },
  GUARD: { approve: 'let this guard pass in this stage', reject: 'take the canary back' },
  TRAFFIC_MOVED: { approve: 'move the traffic again', reject: 'take the canary back' },
  TRAFFIC_FAILED: { approve: 'move the traffic again', reject: 'take the canary back' },
  KILL_SWITCH: { approve: 'go on, once the kill switch is off', reject: 'take the canary back' },
  AUTONOMY: { approve: 'go on at the level set now', reject: 'take the canary back' },
  IRREVERSIBLE: { approve: 'take the canary back', reject: 'leave the traffic where it is and end' },
  BAKE_DEGRADED: { approve: 'keep it', reject: 'take it back' },
  PLAN_CHANGED: { approve: 'let the next step go by the plan as it is now', reject: 'take the canary back' },
  LATE_VERDICT: { approve: 'take the canary back', reject: 'leave the traffic where it is and end' },
  UNEXPECTED: { approve: 'go on where it stood', reject: 'take the canary back' },
};

/** What yes and no do to this rollout: where the next stage is all of the traffic, a yes says so. */
function answersOf(rollout: Rollout, reason: HoldReason) {
  const { condemned, plan, weight } = rollout.data;
  if (condemned !== undefined && !FREEZES.includes(reason))
    return { ...ANSWERS[reason], approve: 'take the canary back: the judge has condemned it' };
  if (weight >= 1 && reason === 'NO_DATA') return { approve: 'keep it, unmeasured', reject: 'take it back' };
  const last = stageIndex(rollout) >= plan.stages.length - 2;
  return last && ONWARD.includes(reason)
    ? { ...ANSWERS[reason], approve: 'send it to all of the traffic without a certificate of safety' }
    : ANSWERS[reason];
}

/** The approval that a rollout waits for, whether or not it has been asked for yet. */
export function approvalIdOf({ id, state, data }: Rollout): string | undefined {
  return state.kind === 'Held' ? approvalIdFor(id, data.enteredAt) : undefined;
}

/** The approval of a hold; undefined where none is waited for, or nobody asked yet. */
export async function approvalFor(store: Store, rollout: Rollout): Promise<Approval | undefined> {
  const id = approvalIdOf(rollout);
  return id === undefined ? undefined : findApproval(store, id);
}

export function isAnswered(approval: Approval | undefined): boolean {
  return approval?.state === 'Approved' || approval?.state === 'Rejected';
}

/** Asks people how a held rollout goes on. Safe to repeat. */
export async function requestApproval(deps: DecideDeps, rollout: Rollout): Promise<void> {
  const { state, data, service, environment, correlationId } = rollout;
  if (state.kind !== 'Held' || data.deadlineAt === undefined) return;
  await askApproval(deps, {
    for: { kind: 'rollout', id: rollout.id },
    since: data.enteredAt,
    ...{
      service,
      environment,
      correlationId,
      notBy: data.notBy,
      overridable: [],
      deadlineAt: data.deadlineAt,
    },
    facts: planFactsOf(rollout, state),
  });
}

type Held = Extract<RolloutState, { readonly kind: 'Held' }>;

/** What a person's answer is bound to, with what yes and no do at this hold. */
export function planFactsOf(rollout: Rollout, { reason, stage }: Held) {
  const { data } = rollout;
  return {
    ...{ deployment: data.deployment, revision: data.revision, plan: data.plan.digest },
    ...{ held: reason, stage, weight: data.weight, ...answersOf(rollout, reason) },
    ...(reason === 'PLAN_CHANGED' && { planNow: planText(data.plan), ...otherPlanOf(data.plan) }),
  };
}

function planText({ stages, bakeSeconds }: Plan): string {
  return `${ladderText(stages)}; bake ${bakeSeconds} s`;
}

/** What the step that leaves a hold says of its question, by the rule that takes it. */
export function closingOf(rule: string): 'acted' | 'deadline' | 'moved-on' {
  if (rule === 'answer-hold') return 'acted';
  return rule === 'expire-rollout' ? 'deadline' : 'moved-on';
}

/**
 * Closes the approval that a rollout has done with: acted on, out of time, or overtaken by the judge, a person or a switch.
 * Safe to repeat, and repeated at each wait: whoever took the step may have died before.
 */
export async function settleApproval(deps: DecideDeps, rollout: Rollout): Promise<void> {
  const { lastApproval, approvalEnd = 'moved-on' } = rollout.data;
  if (lastApproval === undefined || lastApproval === approvalIdOf(rollout)) return;
  try {
    await closeApproval(deps, lastApproval, approvalEnd);
  } catch (thrown) {
    // Somebody answered in this moment: what they said is closed instead.
    if (!isFault(thrown, 'Conflict')) throw thrown;
    await closeApproval(deps, lastApproval, approvalEnd);
  }
}
