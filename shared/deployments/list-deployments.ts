import { type HeadQuery, type Page, type Store, viewDecisions } from '../kernel/index.ts';
import { type Deployment, deploymentOf, loadDeployment } from './deployment.ts';
import { approvalIdOf } from './read-approval.ts';

/** The public form of a deployment: subject fields, then what an operator asks for first. */
export function deploymentView(deployment: Deployment) {
  const { id, rev, state, service, environment, correlationId, createdAt, updatedAt, data } = deployment;
  const { revision, change, risk, mode, rollout, verdict, baseline, canary, retryOf, deadlineAt, times } =
    data;
  const approval = approvalIdOf(deployment);
  return {
    ...{
      kind: 'deployment' as const,
      id,
      rev,
      state,
      service,
      environment,
      correlationId,
      createdAt,
      updatedAt,
    },
    ...{ revision, times },
    ...(change !== undefined && { change }),
    ...(risk !== undefined && { risk }),
    ...(mode !== undefined && { mode }),
    ...(baseline !== undefined && { baseline }),
    ...(canary !== undefined && { canary }),
    ...(rollout !== undefined && { rollout }),
    ...(verdict !== undefined && { verdict }),
    ...(retryOf !== undefined && { retryOf }),
    ...(approval !== undefined && { approval }),
    ...(deadlineAt !== undefined && { deadlineAt }),
  };
}

/** One deployment. Throws Fault('NotFound'). */
export async function getDeployment(store: Store, id: string) {
  return deploymentView(await loadDeployment(store, id));
}

/** Deployments, newest first. */
export async function listDeployments(
  store: Store,
  query: Omit<HeadQuery, 'kind'>,
): Promise<Page<ReturnType<typeof deploymentView>>> {
  const page = await store.heads({ ...query, kind: 'deployment' });
  return {
    items: page.items.map((head) => deploymentView(deploymentOf(head))),
    ...(page.cursor !== undefined && { cursor: page.cursor }),
  };
}

/** A deployment's decisions, whole, oldest first. Throws Fault('NotFound'). */
export async function listDeploymentDecisions(store: Store, id: string) {
  await loadDeployment(store, id);
  return viewDecisions(await store.decisions({ kind: 'deployment', id }));
}
