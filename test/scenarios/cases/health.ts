import { expect } from 'vitest';
import { pullRequestsOf } from '../../../local/scenarios/at-forge.ts';
import { attemptOf, attemptsOf, follow, type Rollback, until } from '../../../local/scenarios/attempt.ts';
import { deploy, deployAndMeasure, prepareService } from '../../../local/scenarios/prepare.ts';
import type { World } from '../../../local/world.ts';
import type { TestWorld } from '../../support/local-world.ts';
import { afterSweeps, eventsOf, gitopsOf, QUIET } from './degraded.ts';

/** Long enough for a reading in between, far from long enough to count as restored. */
const UP_MS = 3_000;

/** W8: bad, good, bad, good: never three bad readings in a row. */
export async function flapping(world: TestWorld): Promise<void> {
  const ended = await flap(world, 'w8');
  expect(ended.state).toMatchObject({ kind: 'SelfHealed', reason: 'TRANSIENT', flapping: true });
  expect(await eventsOf(world, ended.id)).toEqual(['DegradationDetected', 'NotConfirmed']);
  expect(await pullRequestsOf(world, gitopsOf('w8'))).toEqual([]);
}

/**
 * What the service depends on goes and comes until its attempt has ended. A bad spell lasts 1 to 6 s here, so this
 * service confirms only what stays bad for 12 s, and counts as healthy again after 12 s; its deadline is at 24 s.
 */
async function flap(world: World, service: string): Promise<Rollback> {
  const { dependency, deployer } = world.sandbox;
  const timings = {
    persistenceSpan: 12 * world.speed,
    healthRestored: 12 * world.speed,
    confirmationWait: 24 * world.speed,
  };
  await prepareService(world, service, 'auto', { gitops: gitopsOf(service), replicas: 1, timings });
  await deployAndMeasure(world, service, 'dependent', 'Ask the index for suggestions');
  const reached = (status: string) =>
    until(`${service} to be ${status}`, 60, async () =>
      deployer.snapshot(`${service}-staging`)?.health.status === status ? true : undefined,
    );
  let ended: Rollback | undefined;
  await dependency.stop();
  const following = attemptOf(world, service)
    .then(({ id }) => follow(world, id, QUIET))
    .then((rollback) => {
      ended = rollback;
    });
  while (ended === undefined) {
    await dependency.stop();
    await reached('Degraded');
    await dependency.start();
    await reached('Healthy');
    await Promise.race([following, new Promise((resume) => setTimeout(resume, UP_MS))]);
  }
  return ended;
}

/** W13: nothing desired, nothing missing, whatever the revision would do. */
export async function scaledToNothing(world: TestWorld): Promise<void> {
  const { deployer } = world.sandbox;
  await prepareService(world, 'w13', 'auto', { gitops: gitopsOf('w13'), replicas: 1 });
  await deployer.scale('w13-staging', 0);
  const crashing = await deploy(world, 'w13', 'crashing', 'Join replica 0 at the start');
  await until('the crashing revision to be deployed', 60, async () =>
    deployer.snapshot('w13-staging')?.deployed === crashing ? true : undefined,
  );
  await afterSweeps(world);
  expect(await attemptsOf(world, 'w13')).toEqual([]);
  expect(await pullRequestsOf(world, gitopsOf('w13'))).toEqual([]);
}
