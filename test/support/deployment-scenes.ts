import { Fault } from '../../shared/kernel/index.ts';
import type { Meter } from '../../shared/ports/meter.ts';
import { type DeploymentRun, deploymentRun } from './deployment-run.ts';

async function scene(
  meter: Meter,
  play: (run: DeploymentRun) => Promise<unknown>,
  options: Parameters<typeof deploymentRun>[0] = {},
): Promise<void> {
  const run = await deploymentRun(options);
  Object.assign(run.deps, { meter });
  Object.assign(run.rolloutDeps, { meter });
  await play(run);
  await run.close();
}

/** Runs in which everything that deployments and rollouts measure happens: each writes by the meter it is given. */
export const DEPLOYMENT_SCENES: readonly ((meter: Meter) => Promise<void>)[] = [
  (meter) =>
    scene(meter, async (run) => {
      run.publish();
      const id = await run.request();
      await run.minutes(60, async () => (await run.deployment(id)).state.kind === 'Completed');
    }),
  (meter) =>
    scene(meter, async (run) => {
      run.publish({ failing: 0.05, slow: 0.01 });
      const id = await run.request();
      await run.minutes(30, async () => (await run.deployment(id)).state.kind === 'RolledBack');
      // its revision is on the block-list now
      await run.request();
    }),
  (meter) =>
    scene(meter, async (run) => {
      run.publish();
      const id = await run.request();
      await run.minutes(3);
      const { counts } = run.rolloutDeps.metrics;
      const silent = async () => {
        throw new Fault('Unavailable', 'no answer');
      };
      Object.assign(run.rolloutDeps.metrics, { counts: silent });
      await run.minutes(2);
      Object.assign(run.rolloutDeps.metrics, { counts });
      await run.killSwitch(true);
      await run.minutes(5, async () => (await run.rollout(id)).state.kind === 'Held');
      await run.minutes(61);
    }),
  (meter) =>
    scene(
      meter,
      async (run) => {
        run.publish();
        await run.request();
        await run.minutes(61);
      },
      { environment: 'production' },
    ),
  (meter) =>
    scene(meter, async (run) => {
      const { write } = run.store;
      const broken = () => Promise.reject(new Fault('Unavailable', 'no table'));
      Object.assign(run.store, { write: broken });
      // refused, and not recorded
      await run.request(run.change, { environment: 'mars' }).catch(() => {});
      Object.assign(run.store, { write });
    }),
];
