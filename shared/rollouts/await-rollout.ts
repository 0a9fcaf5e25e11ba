import { isoTime } from '../kernel/index.ts';
import type { RolloutDeps } from './ports.ts';
import { approvalFor, isAnswered, requestApproval, settleApproval } from './read-approval.ts';
import { loadRollout } from './rollout.ts';

export type AwaitInput = {
  readonly rolloutId: string;
  readonly state: string;
  readonly token: string;
  /** Which try of the task this is: see the port's Wait. A machine of an earlier release says nothing of it. */
  readonly visit?: string;
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
  const { token, state, visit } = input;
  const wait = { token, state, deadline, ...(visit !== undefined && { visit }) };
  if (!(await deps.work.putWait(input.rolloutId, wait))) return;
  const rollout = await loadRollout(deps.store, input.rolloutId);
  const answered = isAnswered(await approvalFor(deps.store, rollout));
  if (rollout.state.kind !== input.state || answered) await deps.workflow.wake(input.token, { woken: true });
}
