import { afterEach, expect, test } from 'vitest';
import { Fault, type FaultName } from '../../../shared/kernel/index.ts';
import { newsOfRollout } from '../../../shared/rollouts/index.ts';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

let run: DeploymentRun;
afterEach(() => run.close());

async function atStage() {
  run = await deploymentRun();
  run.publish();
  const id = await run.request();
  await run.minutes(12, async () => (await run.rollout(id)).data.stage?.index === 0);
  return id;
}

/** Whatever the judge finds from now on cannot be written, for this reason. */
function unwritable(name: FaultName) {
  const { judgements } = run.rolloutDeps;
  const put = async () => {
    throw new Fault(name, 'the decision on it is over 64 KB');
  };
  Object.assign(run.rolloutDeps, { judgements: { ...judgements, put } });
  return () => Object.assign(run.rolloutDeps, { judgements });
}

test('a canary whose verdict cannot be recorded is held, people are asked once, and the verdict still takes it back', async () => {
  const id = await atStage();
  run.traffic.world.publish('2', run.change, { failing: 0.3, slow: 0 });
  const mend = unwritable('TooLarge');
  await run.minutes(3);
  expect(await run.stands(id)).toBe('Held UNEXPECTED');
  const held = await run.rollout(id);
  const decisions = await run.store.decisions({ kind: 'rollout', id: held.id });
  expect(decisions.at(-1)?.decision?.reasons[0]?.text).toContain(
    'TooLarge: the decision on it is over 64 KB',
  );
  expect(newsOfRollout(held, { type: 'ApprovalRequested', rev: held.rev })?.text).toContain(
    'is held at 10 %',
  );
  await run.minutes(2);
  expect((await run.rollout(id)).rev).toBe(held.rev);
  mend();
  await run.minutes(4, async () => run.weight() === 0);
  expect(await run.stands(id)).toBe('RolledBack VERDICT');
});

test('one that is held for something else is asked about anew', async () => {
  const id = await atStage();
  await run.killSwitch(true);
  await run.minutes(1);
  expect(await run.stands(id)).toBe('Held KILL_SWITCH');
  unwritable('InvalidInput');
  await run.minutes(2);
  expect(await run.stands(id)).toBe('Held UNEXPECTED');
});

test('what is away for a while holds nothing', async () => {
  const id = await atStage();
  const mend = unwritable('Unavailable');
  await run.minutes(2);
  mend();
  expect(await run.stands(id)).toBe('AtStage');
});
