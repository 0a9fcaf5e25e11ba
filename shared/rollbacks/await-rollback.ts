import { isoTime } from '../kernel/index.ts';
import { loadAttempt } from './attempt.ts';
import type { WorldDeps } from './ports.ts';
import { ciInputs } from './record-ci.ts';
import { judgeCi } from './rules/judge-ci.ts';

export type AwaitInput = {
  readonly rollbackId: string;
  readonly state: string;
  readonly token: string;
  readonly waitSeconds: number;
};

/**
 * Stores the workflow's token for a state, then reads the awaited fact again: it may have come first. What is awaited
 * of health comes with the next reading, so it is not read here.
 */
export async function awaitRollback(deps: WorldDeps, input: AwaitInput): Promise<void> {
  const deadline = isoTime(deps.clock() + (input.waitSeconds / deps.factor) * 1000);
  await deps.work.putWait(input.rollbackId, { token: input.token, state: input.state, deadline });
  const attempt = await loadAttempt(deps.store, input.rollbackId);
  const moved = attempt.state.kind !== input.state;
  const ciDone =
    input.state === 'PullRequestOpen' &&
    !moved &&
    judgeCi.decide(await ciInputs(deps, attempt)).verdict !== 'pending';
  if (moved || ciDone) await deps.workflow.wake(input.token, { woken: true });
}
