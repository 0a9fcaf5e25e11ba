import { reasonCode } from '../kernel/index.ts';
import { loadRollout, type Rollout } from '../rollouts/index.ts';
import { type Deployment, loadDeployment } from './deployment.ts';
import type { DeploymentDeps, TaskInput, TaskResult } from './ports.ts';
import { type RolloutEnd, recordRollout } from './rules/record-step.ts';
import { standing, takeStep } from './take-step.ts';

/** Records how the rollout of a deployment ended; one that has not ended stands as it is. */
export async function recordRolloutOfDeployment(deps: DeploymentDeps, input: TaskInput): Promise<TaskResult> {
  const deployment = await loadDeployment(deps.store, input.deploymentId);
  const { rollout: id } = deployment.data;
  const waits = deployment.state.kind === 'RollingOut' || deployment.state.kind === 'AwaitingHumanReview';
  if (!waits || id === undefined) return standing(deps, deployment);
  const inputs = endOf(await loadRollout(deps.store, id));
  if (inputs === undefined) return standing(deps, deployment);
  return standing(deps, await record(deps, deployment, input.key, inputs));
}

function endOf({ id, state, data }: Rollout): RolloutEnd | undefined {
  if (state.kind !== 'Promoted' && state.kind !== 'RolledBack' && state.kind !== 'Aborted') return undefined;
  const condemnedBy = data.condemned?.by ?? (data.bakeDegraded === undefined ? undefined : 'bake');
  return { state: state.kind, rollout: id, ...(condemnedBy !== undefined && { condemnedBy }) };
}

function record(
  deps: DeploymentDeps,
  deployment: Deployment,
  key: string,
  inputs: RolloutEnd,
): Promise<Deployment> {
  return takeStep(deps, deployment, {
    key,
    rule: recordRollout,
    inputs,
    move: ({ to, event }) => ({
      event,
      state: to === 'Aborted' ? { kind: to, reason: 'ROLLOUT_ABORTED' } : { kind: to },
      reasons: [{ code: reasonCode(event), text: endText(inputs) }],
      ...(inputs.condemnedBy !== undefined && { data: { verdict: 'condemned' } }),
    }),
  });
}

function endText({ rollout, state, condemnedBy }: RolloutEnd): string {
  const found = condemnedBy === undefined ? '' : `, and had been found worse (${condemnedBy})`;
  return `${rollout} ended as ${state}${found}`;
}
