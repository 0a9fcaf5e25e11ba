import { afterEach, expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

let run: DeploymentRun;
afterEach(() => run.close());

test('a start that died after it had pinned its rollout records the forecast of that rollout, whatever is measured now', async () => {
  run = await deploymentRun();
  run.publish();
  const { write } = run.store;
  let died = false;
  Object.assign(run.store, {
    write: async (given: Parameters<typeof write>[0]) => {
      if (given.envelope.event !== 'RolloutStarted' || died) return write(given);
      died = true;
      // meanwhile the version before fails more, and serves twice as much
      run.traffic.world.publish('1', run.base, { failing: 0.02, slow: 0.05 });
      for (let ago = 40; ago >= 0; ago -= 1) run.traffic.world.serveMinute(ago);
      throw new Fault('Unavailable', 'cut off');
    },
  });
  const id = await run.request();
  await run.pass(30);
  expect([died, (await run.deployment(id)).state.kind]).toEqual([true, 'RollingOut']);
  const { data } = await run.rollout(id);
  const steps = await run.store.decisions({ kind: 'deployment', id });
  const started = steps.find(({ envelope }) => envelope.event === 'RolloutStarted')?.decision;
  const { plan, settings, source } = data;
  const { notes, ...choice } = source ?? { notes: [] };
  expect(started?.inputs).toEqual({
    rollout: data.deployment.replace(/^dep_/, 'rol_'),
    plan: { ...choice, settings },
    notes,
  });
  expect(started?.outcome).toMatchObject({ plan: { digest: plan.digest } });
});
