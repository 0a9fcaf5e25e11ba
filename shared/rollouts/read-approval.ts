import {
  type Approval,
  approvalIdFor,
  askApproval,
  closeApproval,
  findApproval,
} from '../approvals/index.ts';
import { type DecideDeps, isFault, type Store } from '../kernel/index.ts';
import type { HoldReason } from './contract.ts';
import type { Rollout } from './rollout.ts';

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
  UNEXPECTED: { approve: 'go on where it stood', reject: 'take the canary back' },
};

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
    facts: {
      ...{ deployment: data.deployment, revision: data.revision, plan: data.plan.digest },
      ...{ held: state.reason, stage: state.stage, weight: data.weight, ...ANSWERS[state.reason] },
    },
  });
}

/** Closes the approval that a rollout has done with: acted on, out of time, or no longer needed. Safe to repeat. */
export async function settleApproval(deps: DecideDeps, rollout: Rollout): Promise<void> {
  const { lastApproval } = rollout.data;
  if (lastApproval === undefined || lastApproval === approvalIdOf(rollout)) return;
  const late = rollout.state.kind === 'RollingBack' && rollout.state.reason === 'HOLD_TIMEOUT';
  const answered = isAnswered(await findApproval(deps.store, lastApproval));
  const because = answered ? 'acted' : unanswered(late);
  try {
    await closeApproval(deps, lastApproval, because);
  } catch (thrown) {
    // Somebody answered in this moment: what they said is closed instead.
    if (!isFault(thrown, 'Conflict')) throw thrown;
    await closeApproval(deps, lastApproval, because);
  }
}

function unanswered(late: boolean): 'deadline' | 'moved-on' {
  return late ? 'deadline' : 'moved-on';
}
