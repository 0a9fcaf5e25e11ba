import type { World } from '../world.ts';
import { pullRequestsOf } from './at-forge.ts';
import {
  attemptOf,
  decisionsOf,
  follow,
  measuredOf,
  outcomeOf,
  type Rollback,
  timelineOf,
} from './attempt.ts';
import { deploy, prepareService } from './prepare.ts';
import type { Measured, Scenario } from './scenario.ts';

const GITOPS = 'acme/gitops-shop';
const SERVICES = ['cart', 'stock', 'prices', 'reviews', 'wishlist'] as const;

/** W9: five services of one repository are degraded together: each has its own attempt and its own pull request. */
export const fiveAtOnce: Scenario = {
  name: 'five-at-once',
  expected: '5 RollbackComplete, 5 correlation ids, 5 pull requests, nothing mixed',
  run: async (world, tell, turn) => {
    const stable = new Map(
      await Promise.all(SERVICES.map(async (service) => [service, await prepare(world, service)] as const)),
    );
    return turn(SERVICES.length, async () => {
      tell.note(`${SERVICES.join(', ')}: the same bad change is deployed to all five at once`);
      await Promise.all(
        SERVICES.map((service) => deploy(world, service, 'crashing', 'Join replica 0 at the start')),
      );
      const ended = await Promise.all(
        SERVICES.map(async (service) => follow(world, (await attemptOf(world, service)).id, tell)),
      );
      const own = await Promise.all(ended.map((rollback) => isUnmixed(world, rollback, stable)));
      const opened = (await pullRequestsOf(world, GITOPS)).filter(({ title }) =>
        title.startsWith('Rollback: '),
      );
      return {
        outcome: [
          tally(ended.map(outcomeOf)),
          `${new Set(ended.map(({ correlationId }) => correlationId)).size} correlation ids`,
          `${opened.length} pull requests`,
          own.every(Boolean) ? 'nothing mixed' : 'mixed up',
        ].join(', '),
        subjects: ended.map(({ id }) => ({ kind: 'rollback', id })),
        timeline: (await Promise.all(ended.map(({ id }) => timelineOf(world, id)))).flat(),
        measured: slowest(await Promise.all(ended.map((rollback) => measuredOf(world, rollback)))),
      };
    });
  },
};

function prepare(world: World, service: string): Promise<string> {
  // two replicas: five services of three would leave this machine little else to do
  return prepareService(world, service, 'auto', { gitops: GITOPS, replicas: 2 });
}

/** Whether an attempt went back to its own service's revision, in its own manifest, under its own correlation id. */
async function isUnmixed(
  world: World,
  { id, service, correlationId, candidate, pullRequest }: Rollback,
  stable: ReadonlyMap<string, string>,
): Promise<boolean> {
  const decisions = await decisionsOf(world, id);
  return (
    candidate?.revision === stable.get(service) &&
    pullRequest?.path === `apps/${service}/staging.yaml` &&
    decisions.every((decision) => decision.correlationId === correlationId)
  );
}

/** `5 RollbackComplete`, or `4 RollbackComplete and 1 Aborted(SECURITY)`. */
function tally(outcomes: readonly string[]): string {
  return [...new Set(outcomes)]
    .map((outcome) => `${outcomes.filter((each) => each === outcome).length} ${outcome}`)
    .join(' and ');
}

/** Of each span the longest of the five. */
function slowest(all: readonly Measured[]): Measured {
  const names = new Set(all.flatMap((measured) => Object.keys(measured)));
  return Object.fromEntries(
    [...names].map((name) => [name, Math.max(...all.map((measured) => Number(measured[name] ?? 0)))]),
  );
}
