import { isoTime } from '../kernel/index.ts';
import type { RolloutDeps } from './ports.ts';
import { approvalFor, isAnswered, requestApproval, settleApproval } from './read-approval.ts';
import { loadRollout } from './rollout.ts';

export type AwaitInput = {
  readonly rolloutId: string;
  readonly state: string;
  readonly token: string;
  readonly waitSeconds: number;
};

/**
 * Asks a person where the rollout is held, stores the workflow's token for a state, then reads the awaited fact again:
 * it may have come first.
 */
export async function awaitRollout(deps: RolloutDeps, input: AwaitInput): Promise<void> {
  const before = await loadRollout(deps.store, input.rolloutId);
  await settleApproval(deps, before);
  await requestApproval(deps, before);
  const deadline = isoTime(deps.clock() + (input.waitSeconds / deps.factor) * 1000);
  await deps.work.putWait(input.rolloutId, { token: input.token, state: input.state, deadline });
  const rollout = await loadRollout(deps.store, input.rolloutId);
  const answered = isAnswered(await approvalFor(deps.store, rollout));
  if (rollout.state.kind !== input.state || answered) await deps.workflow.wake(input.token, { woken: true });
}
