import { isoTime } from '../kernel/index.ts';
import { isOpen as isOpenRollout, loadRollout } from '../rollouts/index.ts';
import { type Deployment, loadDeployment } from './deployment.ts';
import type { DeploymentDeps } from './ports.ts';
import { approvalFor, isAnswered, requestApproval, settleApproval } from './read-approval.ts';

export type AwaitInput = {
  readonly deploymentId: string;
  readonly state: string;
  readonly token: string;
  /** Which try of the task this is: see the port's Wait. A machine of an earlier release says nothing of it. */
  readonly visit?: string;
  readonly waitSeconds: number;
};

/**
 * Asks a person where the deployment needs an approval, stores the workflow's token for a state, then reads the awaited
 * fact again: it may have come first.
 */
export async function awaitDeployment(deps: DeploymentDeps, input: AwaitInput): Promise<void> {
  const before = await loadDeployment(deps.store, input.deploymentId);
  await settleApproval(deps, before);
  await requestApproval(deps, before);
  const deadline = isoTime(deps.clock() + (input.waitSeconds / deps.factor) * 1000);
  const { token, state, visit } = input;
  const wait = { token, state, deadline, ...(visit !== undefined && { visit }) };
  if (!(await deps.work.putWait(input.deploymentId, wait))) return;
  const deployment = await loadDeployment(deps.store, input.deploymentId);
  const moved = deployment.state.kind !== input.state;
  if (moved || (await hasCome(deps, deployment))) await deps.workflow.wake(input.token, { woken: true });
}

const WAITING_FOR_ROLLOUT: readonly string[] = ['RollingOut', 'AwaitingHumanReview'];

async function hasCome(deps: DeploymentDeps, deployment: Deployment): Promise<boolean> {
  if (isAnswered(await approvalFor(deps.store, deployment))) return true;
  const { rollout } = deployment.data;
  if (rollout === undefined || !WAITING_FOR_ROLLOUT.includes(deployment.state.kind)) return false;
  return !isOpenRollout(await loadRollout(deps.store, rollout));
}
