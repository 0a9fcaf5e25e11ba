import type { Head, Store } from '../kernel/index.ts';
import { HISTORY_LIMIT } from './contract.ts';
import { type Deployment, deploymentOf } from './deployment.ts';
import type { PastDeployment, PastOutcome } from './rules/facts.ts';

const PAGE = 100;

/** Ended deployments of these services that tell how a change fared, newest first, at most `HISTORY_LIMIT` of each. */
export async function pastDeployments(
  store: Store,
  services: readonly string[],
): Promise<readonly PastDeployment[]> {
  const found = await Promise.all(services.map((service) => ofService(store, service)));
  return found.flat();
}

async function ofService(store: Store, service: string): Promise<readonly PastDeployment[]> {
  const heads: Head[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.heads({
      kind: 'deployment',
      service,
      limit: PAGE,
      ...(cursor !== undefined && { cursor }),
    });
    heads.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined && heads.length < HISTORY_LIMIT);
  return heads.slice(0, HISTORY_LIMIT).map(deploymentOf).flatMap(pastOf);
}

/** What a deployment tells about the change; nothing when it never took traffic. */
function pastOf({ id, service, environment, state, data }: Deployment): readonly PastDeployment[] {
  const outcome = outcomeOf(state.kind);
  const at = data.times.ended;
  if (outcome === undefined || at === undefined || data.change === undefined) return [];
  const { lines, files, migration, config, hotfix, text } = data.change;
  const score = data.risk?.score;
  return [
    {
      ...{ id, service, environment, at, outcome },
      change: { lines, files, migration, config, hotfix, text },
      ...(score !== undefined && { score }),
    },
  ];
}

/** A rollout that a person ended says nothing of the change. */
function outcomeOf(state: Deployment['state']['kind']): PastOutcome | undefined {
  if (state === 'Completed') return 'succeeded';
  return state === 'RolledBack' ? 'rolled-back' : undefined;
}
