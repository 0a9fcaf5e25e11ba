import { decisionsOf, until } from '../../../local/scenarios/attempt.ts';
import { deploy, prepareService } from '../../../local/scenarios/prepare.ts';
import type { World } from '../../../local/world.ts';
import type { TestWorld } from '../../support/local-world.ts';

export const QUIET = { note: () => {}, step: () => {} };

/** Each case has a repository of manifests of its own, so that nothing of one case is in the way of another. */
export function gitopsOf(service: string): string {
  return `acme/gitops-${service}`;
}

/** A service of two replicas that a crashing revision degrades; answers the revision before. */
export async function degraded(world: World, service: string, level: 'auto' | 'suggest'): Promise<string> {
  const stable = await prepareService(world, service, level, { gitops: gitopsOf(service), replicas: 2 });
  await deploy(world, service, 'crashing', 'Join replica 0 at the start');
  return stable;
}

export async function eventsOf(world: World, id: string): Promise<readonly string[]> {
  return (await decisionsOf(world, id)).map(({ event }) => event);
}

/** Waits until the health of every service has been read again: two sweeps, the first may have begun before. */
export async function afterSweeps(world: TestWorld): Promise<void> {
  const before = world.metric('health_sweeps_total');
  await until('two health sweeps', 120, async () =>
    world.metric('health_sweeps_total') >= before + 2 ? true : undefined,
  );
}
