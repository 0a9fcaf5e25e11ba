import type { Store } from '../kernel/index.ts';
import { HISTORY_LIMIT, HISTORY_PAGES } from './contract.ts';
import { type Deployment, deploymentOf } from './deployment.ts';
import type { PastDeployment } from './rules/facts.ts';
import { pastOutcome } from './rules/past-outcome.ts';

const PAGE = 100;

/**
 * Ended deployments of these services in one environment that tell how a change fared, newest first, at most
 * `HISTORY_LIMIT` of each. Those that tell nothing do not count against it.
 */
export async function pastDeployments(
  store: Store,
  services: readonly string[],
  environment: string,
): Promise<readonly PastDeployment[]> {
  const found = await Promise.all(services.map((service) => ofService(store, { service, environment })));
  return found.flat();
}

type Place = { readonly service: string; readonly environment: string };

async function ofService(store: Store, place: Place): Promise<readonly PastDeployment[]> {
  const told: PastDeployment[] = [];
  let cursor: string | undefined;
  let pages = 0;
  do {
    const page = await store.heads({
      ...{ kind: 'deployment', ...place, limit: PAGE },
      ...(cursor !== undefined && { cursor }),
    });
    told.push(...page.items.map(deploymentOf).flatMap(pastOf));
    cursor = page.cursor;
    pages += 1;
  } while (cursor !== undefined && told.length < HISTORY_LIMIT && pages < HISTORY_PAGES);
  return told.slice(0, HISTORY_LIMIT);
}

/** What a deployment tells about the change; nothing when it never took traffic. */
function pastOf({ id, service, environment, state, data }: Deployment): readonly PastDeployment[] {
  const outcome = pastOutcome(state.kind, data.verdict);
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
