import {
  type Approval,
  approvalIdFor,
  askApproval,
  closeApproval,
  findApproval,
  type Plan,
  type PlanNow,
} from '../approvals/index.ts';
import { type DecideDeps, isFault, type Store } from '../kernel/index.ts';
import { type Deployment, loadDeployment } from './deployment.ts';
import { plannedNow } from './planned-rollout.ts';

/** The approval that a deployment waits for, whether or not it has been asked for yet. */
export function approvalIdOf({ id, state, data }: Deployment): string | undefined {
  return state.kind === 'AwaitingApproval' ? approvalIdFor(id, data.enteredAt) : undefined;
}

/** The approval of a deployment that waits for one; undefined where nobody asked yet. */
export async function approvalFor(store: Store, deployment: Deployment): Promise<Approval | undefined> {
  const id = approvalIdOf(deployment);
  return id === undefined ? undefined : findApproval(store, id);
}

export function isAnswered(approval: Approval | undefined): boolean {
  return approval?.state === 'Approved' || approval?.state === 'Rejected';
}

/** Asks people about a deployment: bound to revision, versions, what was read of the change, and its rollout. Safe to repeat. */
export async function requestApproval(deps: DecideDeps, deployment: Deployment): Promise<void> {
  const { data, service, environment, correlationId } = deployment;
  if (deployment.state.kind !== 'AwaitingApproval' || data.deadlineAt === undefined) return;
  await askApproval(deps, {
    for: { kind: 'deployment', id: deployment.id },
    since: data.enteredAt,
    ...{ service, environment, correlationId, overridable: [], deadlineAt: data.deadlineAt },
    notBy: notByOf(deployment),
    facts: planFactsOf(deployment),
  });
}

/**
 * What a yes is bound to: revision, versions, what was read of the change, and the rollout that it sets going. A question
 * of an earlier release did not name the rollout: its facts, and so its hash, stay as it asked them.
 */
export function planFactsOf({ data }: Deployment): Plan['facts'] {
  return {
    ...{ revision: data.revision, canary: data.canary ?? '', baseline: data.baseline ?? '' },
    ...{ score: data.risk?.score ?? '', band: data.risk?.band ?? '' },
    ...{ lines: data.change?.lines ?? 0, files: data.change?.files ?? 0 },
    irreversible: data.irreversible === true ? 'yes' : 'no',
    ...(data.condemnedBy !== undefined && { condemnedBefore: 'yes' }),
    ...(data.planned !== undefined && { ...data.planned, ...touchedBy(data.change) }),
  };
}

function touchedBy(change: Deployment['data']['change']) {
  const classes = change?.dataClasses ?? [];
  return {
    migration: change?.migration === true ? 'yes' : 'no',
    dataClasses: classes.length === 0 ? 'none' : classes.join(', '),
  };
}

/**
 * What an approval of a deployment is about, as the registry has it now; undefined when it cannot be read: it is read again
 * before anything moves.
 */
export function planOfDeploymentNow(deps: { readonly store: Store }): PlanNow {
  return async ({ data: { for: about } }) => {
    if (about.kind !== 'deployment') return undefined;
    const deployment = await loadDeployment(deps.store, about.id);
    const { planned } = deployment.data;
    if (planned === undefined) return planFactsOf(deployment);
    const now = await plannedNow(deps, deployment);
    return now === undefined
      ? undefined
      : planFactsOf({ ...deployment, data: { ...deployment.data, planned: now } });
  };
}

/** Four eyes: whoever asked for it, and whoever wrote it. */
export function notByOf({ data }: Deployment): readonly string[] {
  return [...new Set([data.requestedBy, ...(data.authors ?? [])])];
}

/** Closes the approval that a deployment has done with. Safe to repeat. */
export async function settleApproval(deps: DecideDeps, deployment: Deployment): Promise<void> {
  const { lastApproval } = deployment.data;
  if (lastApproval === undefined || lastApproval === approvalIdOf(deployment)) return;
  const { state } = deployment;
  const late = state.kind === 'Aborted' && state.reason === 'APPROVAL_TIMEOUT';
  const acted =
    state.kind === 'Cleared' || (state.kind === 'Aborted' && state.reason === 'APPROVAL_REJECTED');
  const because = late ? 'deadline' : actedOn(acted);
  try {
    await closeApproval(deps, lastApproval, because);
  } catch (thrown) {
    // Somebody answered in this moment: what they said is closed instead.
    if (!isFault(thrown, 'Conflict')) throw thrown;
    await closeApproval(deps, lastApproval, because);
  }
}

function actedOn(acted: boolean): 'acted' | 'moved-on' {
  return acted ? 'acted' : 'moved-on';
}
