import type { RolloutDeps, TaskInput } from './ports.ts';
import { loadRollout } from './rollout.ts';

/** Wakes the deployment that waits for this rollout; one that does not wait yet reads it when it begins to. */
export async function tellDeployment(deps: RolloutDeps, input: TaskInput): Promise<void> {
  const { data } = await loadRollout(deps.store, input.rolloutId);
  // It may have been handed over to a person meanwhile: the end of its rollout ends it there as well.
  for (const state of ['RollingOut', 'AwaitingHumanReview']) {
    const wait = await deps.work.wait(data.deployment, state);
    if (wait !== undefined) await deps.workflow.wake(wait.token, { woken: true });
  }
}
