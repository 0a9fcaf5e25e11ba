import { afterEach, expect, test } from 'vitest';
import { explainRollout } from '../../../shared/rollouts/index.ts';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

let run: DeploymentRun;
afterEach(() => run.close());

const seconds = (from = '', to = '') => (Date.parse(to) - Date.parse(from)) / 1000;

async function failing() {
  run = await deploymentRun();
  run.publish({ failing: 0.1, slow: 0.01 });
  return run.request();
}

test('explain of a condemned rollout says how quickly it was found and taken back, and what it cost', async () => {
  const id = await failing();
  await run.minutes(20, async () => (await run.stands(id)).startsWith('RolledBack'));
  const { times } = (await run.rollout(id)).data;
  const { recovery } = await explainRollout(run.store, id.replace('dep_', 'rol_'));
  expect(recovery).toMatchObject({
    timeToDetect: seconds(times.started, times.verdict),
    timeToAcknowledge: null,
    timeToMitigate: seconds(times.verdict, times.zero),
    timeToRecover: seconds(times.started, times.zero),
  });
  // It fails in 10 % where the version beside it does in 0.5 %, with a tenth of 20,000 requests a minute.
  expect(Number(recovery?.depth)).toBeGreaterThan(0.07);
  expect(Number(recovery?.depth)).toBeLessThan(0.12);
  expect(Number(recovery?.area)).toBeGreaterThan(150);
  expect(recovery?.text).toMatch(/ s from its first traffic to the verdict; .* failures more than beside it/);
});

test('a verdict that the kill switch only holds counts from then on, and the answer from its question', async () => {
  const id = await failing();
  await run.killSwitch(true);
  await run.minutes(20, async () => (await run.rollout(id)).data.condemned !== undefined);
  const held = (await run.rollout(id)).data.enteredAt;
  await run.pass(100);
  await run.control(id, 'abort');
  const { times } = (await run.rollout(id)).data;
  const { recovery, steps } = await explainRollout(run.store, id.replace('dep_', 'rol_'));
  const first = steps.find(({ text }) => text.endsWith('-> Held'))?.at;
  const answer = steps.find(({ text }) => text.startsWith('AbortRequested'))?.at;
  expect(first).toBeDefined();
  expect(recovery).toMatchObject({
    timeToDetect: seconds(times.started, held),
    timeToAcknowledge: seconds(first, answer),
    timeToMitigate: seconds(held, times.zero),
  });
});

test('nothing is said where a part of it was erased', async () => {
  const id = (await failing()).replace('dep_', 'rol_');
  expect(await explainRollout(run.store, id)).toHaveProperty('recovery');
  const { decisions } = run.store;
  const erased: typeof run.store = {
    ...run.store,
    decisions: async (subject) => (await decisions(subject)).map(({ envelope }) => ({ envelope })),
  };
  expect(await explainRollout(erased, id)).not.toHaveProperty('recovery');
});
