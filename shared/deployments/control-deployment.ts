import { type Actor, decide, Fault, isFault } from '../kernel/index.ts';
import { condemnedBy, controlRolloutBy, type RolloutDeps } from '../rollouts/index.ts';
import type { DeploymentEvent, Verb } from './contract.ts';
import { type Deployment, isOpen, loadDeployment } from './deployment.ts';
import type { DeploymentDeps } from './ports.ts';
import { settleApproval } from './read-approval.ts';
import { refuseRequest } from './refuse-request.ts';
import { requestDeployment } from './request-deployment.ts';
import { abortDeploymentRule, refuseDeploymentEvent } from './rules/record-step.ts';
import { takeStep, wakeDeployment } from './take-step.ts';

export type ControlInput = {
  readonly deploymentId: string;
  readonly reason: string;
  /** The mapped person; an identity that maps to nobody may not act. */
  readonly person: string | undefined;
  readonly via: Actor['via'];
};
type Deps = DeploymentDeps & { readonly rollouts: RolloutDeps };

/** A person aborts, promotes or retries a deployment. */
export async function controlDeployment(
  deps: Deps,
  verb: Verb,
  input: ControlInput & { readonly isApprover: boolean },
): Promise<Deployment> {
  switch (verb) {
    case 'abort':
      return abortDeployment(deps, input);
    case 'promote':
      return promoteDeployment(deps, input);
    case 'retry':
      return retryDeployment(deps, input);
  }
}

/**
 * A person ends a deployment: at once before anything was moved, by way of its rollout after that. Aborting one that was
 * aborted is success. Throws Fault: Forbidden (unmapped identity), NotFound, Conflict (it has ended).
 */
async function abortDeployment(deps: Deps, input: ControlInput): Promise<Deployment> {
  const person = personOf(input);
  const deployment = await loadDeployment(deps.store, input.deploymentId);
  const { state, data } = deployment;
  if (state.kind === 'Aborted') {
    await settleApproval(deps, deployment);
    return deployment;
  }
  if (data.rollout !== undefined && isOpen(deployment)) {
    await controlRolloutBy(deps.rollouts, { ...input, rolloutId: data.rollout, verb: 'abort' });
    return deployment;
  }
  if (!isOpen(deployment)) return refuse(deps, deployment, 'AbortRequested', input, person);
  const moved = await takeStep(deps, deployment, {
    key: `abort/${person}/${deployment.rev}`,
    rule: abortDeploymentRule,
    inputs: { person, reason: input.reason, state: state.kind },
    actor: { type: 'person', id: person, via: input.via },
    move: ({ reason }) => ({
      event: 'AbortRequested',
      state: { kind: 'Aborted', reason },
      reasons: [{ code: reason, text: input.reason }],
    }),
  });
  await wakeDeployment(deps, deployment.id, state.kind);
  return moved;
}

/** A person sends a rolling-out change to all of the traffic without waiting. Throws Fault as `controlRolloutBy`. */
async function promoteDeployment(deps: Deps, input: ControlInput): Promise<Deployment> {
  const person = personOf(input);
  const deployment = await loadDeployment(deps.store, input.deploymentId);
  const { rollout } = deployment.data;
  if (rollout === undefined || !isOpen(deployment))
    return refuse(deps, deployment, 'RolloutPromoted', input, person);
  await controlRolloutBy(deps.rollouts, { ...input, rolloutId: rollout, verb: 'promote' });
  return deployment;
}

/**
 * A person tries an ended deployment again, without a new commit: a new one that names it. Of a condemned revision only an
 * approver may, and another person must approve it. Throws Fault: Forbidden, NotFound, Conflict (it has not ended, it was
 * completed, or another is under way).
 */
async function retryDeployment(
  deps: Deps,
  input: ControlInput & { readonly isApprover: boolean },
): Promise<Deployment> {
  const person = personOf(input);
  const deployment = await loadDeployment(deps.store, input.deploymentId);
  const { id, service, environment, state, data } = deployment;
  if (isOpen(deployment) || state.kind === 'Completed')
    return refuse(deps, deployment, 'DeploymentRequested', input, person);
  const asked = {
    ...{ service, environment, revision: data.revision, retryOf: id },
    actor: { type: 'person', id: person, via: input.via },
  } as const;
  const condemned = await condemnedBy(deps.store, service, data.revision);
  if (condemned !== undefined && !input.isApprover) {
    const text = `${condemned} condemned ${data.revision.slice(0, 7)}: only an approver may try it again`;
    return refuseRequest(deps, asked, { refusal: 'RETRY_OF_CONDEMNED', fault: new Fault('Forbidden', text) });
  }
  return requestDeployment(deps, {
    ...{ ...asked, declared: data.declared },
    ...(data.preset !== undefined && { preset: data.preset }),
  });
}

function personOf({ person }: ControlInput): string {
  if (person === undefined)
    throw new Fault('Forbidden', 'this identity is mapped to no person and may not act');
  return person;
}

/** A decision from the state to itself, once for each person, event and state; then the Conflict that says so. */
async function refuse(
  deps: Deps,
  deployment: Deployment,
  event: DeploymentEvent,
  input: ControlInput,
  person: string,
): Promise<never> {
  const { id, rev, state, data, service, environment, correlationId, createdAt } = deployment;
  const said = `${person}/${event}/${state.kind}`;
  const what =
    event === 'DeploymentRequested' ? 'there is nothing to try again' : 'this is not possible there';
  const text = `deployment ${id} is ${state.kind}: ${what}`;
  if (data.refused?.includes(said)) throw new Fault('Conflict', text);
  try {
    await decide(deps, {
      subject: { kind: 'deployment', id },
      expectedRev: rev,
      key: `refused/${said}`,
      ...{ correlationId, service, environment, createdAt, from: state.kind },
      actor: { type: 'person', id: person, via: input.via },
      rule: refuseDeploymentEvent,
      inputs: { state: state.kind, event },
      step: (outcome) => ({
        event,
        events: [{ type: 'EventRefused', data: { event: outcome.refused } }],
        reasons: [{ code: 'REFUSED', text }],
        state,
        data: { ...data, refused: [...(data.refused ?? []), said] },
      }),
    });
  } catch (thrown) {
    // The workflow moved it meanwhile: the refusal is said all the same.
    if (!isFault(thrown, 'Conflict')) throw thrown;
  }
  throw new Fault('Conflict', text);
}
