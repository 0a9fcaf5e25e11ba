import { afterEach, expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

let run: DeploymentRun;
const startedBy = async (id: string) =>
  (await run.store.decisions({ kind: 'deployment', id })).find(
    ({ envelope }) => envelope.event === 'RolloutStarted',
  )?.decision;

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
  const started = await startedBy(id);
  const { plan, settings, source } = data;
  const { notes, ...choice } = source ?? { notes: [] };
  expect(started?.inputs).toEqual({
    rollout: data.deployment.replace(/^dep_/, 'rol_'),
    plan: { ...choice, settings },
    notes,
  });
  expect(started?.outcome).toMatchObject({ plan: { digest: plan.digest } });
});

test('the forecast of a start is of all that SAFE asks about, slowness included', async () => {
  run = await deploymentRun();
  run.publish();
  const started = await startedBy(await run.request());
  // a hundredth is slower than 400 ms, five times as many than 200 ms
  expect(started?.inputs).toMatchObject({
    plan: {
      settings: { latency: { certify: [200, 400] } },
      traffic: { slower: { 200: expect.closeTo(0.05, 2), 400: expect.closeTo(0.01, 3) } },
    },
  });
  expect(started?.outcome).toMatchObject({ certification: { slowest: expect.any(String) } });
  const said = started?.reasons.map(({ text }) => text).join('; ');
  expect(said).toContain('failures, and as many slow requests at each threshold');
  expect(said).not.toContain('at present nothing');
});
