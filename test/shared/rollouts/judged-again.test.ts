import { afterEach, expect, test } from 'vitest';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

let run: DeploymentRun;
afterEach(() => run.close());

test('a verdict that a pause came before is given in the same sweep: the change goes back', async () => {
  run = await deploymentRun();
  run.publish({ failing: 0.3, slow: 0 });
  const id = await run.request();
  const { write } = run.store;
  const first: string[] = [];
  Object.assign(run.store, {
    write: async (given: Parameters<typeof write>[0]) => {
      const { kind, event, to } = given.envelope;
      if (kind === 'rollout' && to === 'RollingBack' && first.length === 0) {
        first.push(event);
        await run.control(id, 'pause');
      }
      return write(given);
    },
  });
  await run.minutes(10, async () => first.length > 0);
  expect(first).toEqual(['CanaryCondemned']);
  expect(await run.events('rollout', id)).toEqual(expect.arrayContaining(['RolloutPaused', ...first]));
  await run.pass(5);
  expect([await run.stands(id), run.weight()]).toEqual(['RolledBack VERDICT', 0]);
});
