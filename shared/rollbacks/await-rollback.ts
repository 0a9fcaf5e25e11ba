import { isoTime } from '../kernel/index.ts';
import { loadAttempt } from './attempt.ts';
import type { WorldDeps } from './ports.ts';
import { approvalFor, isAnswered } from './read-approval.ts';
import { ciInputs } from './record-ci.ts';
import { requestApproval } from './request-approval.ts';
import { judgeCi } from './rules/judge-ci.ts';

export type AwaitInput = {
  readonly rollbackId: string;
  readonly state: string;
  /** The wait is for a person's approval: one that has answered already ends it at once. */
  readonly asks?: boolean | undefined;
  readonly token: string;
  /** Which try of the task this is: see the port's Wait. A machine of an earlier release says nothing of it. */
  readonly visit?: string;
  readonly waitSeconds: number;
};

/**
 * Asks people for their approval where the attempt needs one, stores the workflow's token for a state, then reads the
 * awaited fact again: it may have come first. What is awaited of health comes with the next reading.
 */
export async function awaitRollback(deps: WorldDeps, input: AwaitInput): Promise<void> {
  await requestApproval(deps, await loadAttempt(deps.store, input.rollbackId));
  const deadline = isoTime(deps.clock() + (input.waitSeconds / deps.factor) * 1000);
  const { token, state, visit } = input;
  const wait = { token, state, deadline, ...(visit !== undefined && { visit }) };
  if (!(await deps.work.putWait(input.rollbackId, wait))) return;
  const attempt = await loadAttempt(deps.store, input.rollbackId);
  const moved = attempt.state.kind !== input.state;
  const ciDone =
    input.state === 'PullRequestOpen' &&
    !moved &&
    judgeCi.decide(await ciInputs(deps, attempt)).verdict !== 'pending';
  const answered = input.asks === true && isAnswered(await approvalFor(deps, attempt));
  if (moved || ciDone || answered) await deps.workflow.wake(input.token, { woken: true });
}
