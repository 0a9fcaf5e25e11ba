import { failureText, isoTime } from '../kernel/index.ts';
import { isOpen as isOpenRollout, loadRollout } from '../rollouts/index.ts';
import { type Deployment, isOpen, loadDeployment } from './deployment.ts';
import type { DeploymentDeps, TaskInput, TaskResult } from './ports.ts';
import { approvalFor, isAnswered } from './read-approval.ts';
import {
  type ExpireInputs,
  type ExpireOutcome,
  expireDeployment,
  handOverDeployment,
} from './rules/record-step.ts';
import { type Move, settled, standing, takeStep } from './take-step.ts';

/**
 * Records the end of a state whose deadline has passed, or pages whoever is on call. An answer that came in the last moment
 * counts: then the deployment is not expired.
 */
export async function expireDeploymentAtDeadline(
  deps: DeploymentDeps,
  input: TaskInput,
): Promise<TaskResult> {
  const deployment = await loadDeployment(deps.store, input.deploymentId);
  const { state, data } = deployment;
  if (data.deadlineAt === undefined) return settled(deps, deployment);
  if (isAnswered(await approvalFor(deps.store, deployment)))
    return { ...standing(deps, deployment), expired: false };
  const inputs: ExpireInputs = {
    ...{ state: state.kind, deadlineAt: data.deadlineAt, pageAt: data.pageAt ?? null },
    now: isoTime(deps.clock()),
    rolloutOpen: data.rollout !== undefined && isOpenRollout(await loadRollout(deps.store, data.rollout)),
  };
  if (expireDeployment.decide(inputs).event === 'none') return standing(deps, deployment);
  const move = (outcome: ExpireOutcome) => moveOf(deployment, outcome);
  return standing(
    deps,
    await takeStep(deps, deployment, { key: input.key, rule: expireDeployment, inputs, move }),
  );
}

function moveOf({ state }: Deployment, outcome: ExpireOutcome): Move {
  const text = `the deadline of ${state.kind} has passed`;
  switch (outcome.event) {
    case 'none':
      throw new Error('a deadline that has not passed ends nothing');
    case 'Paged':
      return {
        event: 'Paged',
        state,
        reasons: [{ code: 'PAGED', text: 'nobody has answered: whoever is on call is paged' }],
      };
    case 'ApprovalTimedOut':
    case 'ReviewTimedOut':
      return {
        event: outcome.event,
        state: { kind: 'Aborted', reason: outcome.reason },
        reasons: [{ code: outcome.reason, text }],
      };
    case 'HandedOver':
      return {
        event: 'HandedOver',
        state: { kind: 'AwaitingHumanReview', reason: outcome.reason },
        reasons: [{ code: outcome.reason, text }],
      };
  }
}

export type HandOverInput = TaskInput & {
  readonly failure: string | null;
  /** What the failed task said, as the workflow has it; of a failure before, where there is none now. */
  readonly cause?: string | null | undefined;
};

/** An error the flow does not expect, or a system that could not be read: a person takes over, with the error's name. */
export async function handOverDeploymentToPerson(
  deps: DeploymentDeps,
  input: HandOverInput,
): Promise<TaskResult> {
  const deployment = await loadDeployment(deps.store, input.deploymentId);
  const { state } = deployment;
  if (!isOpen(deployment) || state.kind === 'AwaitingHumanReview') return settled(deps, deployment);
  const message = input.failure === null ? null : failureText(input.cause);
  const failure = input.failure ?? 'UnknownState';
  const inputs = { state: state.kind, failure, ...(message !== null && { message }) };
  const moved = await takeStep(deps, deployment, {
    key: input.key,
    rule: handOverDeployment,
    inputs,
    move: ({ reason }) => ({
      event: 'HandedOver',
      state: { kind: 'AwaitingHumanReview', reason },
      reasons: [
        {
          code: reason,
          text: `${state.kind} failed with ${failure}${message === null ? '' : `: ${message}`}`,
        },
      ],
    }),
  });
  return standing(deps, moved);
}
