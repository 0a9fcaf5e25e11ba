import { afterEach, expect, test } from 'vitest';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

let run: DeploymentRun;
afterEach(() => run.close());

/** A Friday; from 16:00 on the built-in calendar freezes. */
const JUST_BEFORE = '2026-11-20T15:56:00.000Z';
const FREEZE = '2026-11-20T16:00:00.000Z';

test('a rollout that has begun goes to all of the traffic in a freeze; what is asked for there is blocked', async () => {
  run = await deploymentRun({ start: JUST_BEFORE });
  run.publish();
  const id = await run.request();
  await run.minutes(60, async () => (await run.deployment(id)).state.kind === 'Completed');
  const { times } = (await run.rollout(id)).data;
  expect((times.started ?? '') < FREEZE).toBe(true);
  expect((times.promoted ?? '') > FREEZE).toBe(true);
  const later = await run.request(run.base);
  expect((await run.deployment(later)).state).toEqual({ kind: 'Blocked', reason: 'POLICY' });
});

test('a yes to a hold leads on in a freeze: what is asked of people there is the rollout, not the policies', async () => {
  run = await deploymentRun({ start: JUST_BEFORE, perMinute: 20 });
  run.publish();
  const id = await run.request();
  await run.minutes(20, async () => (await run.stands(id)) === 'Held TOO_FEW_REQUESTS');
  expect(new Date().toISOString() > FREEZE).toBe(true);
  await run.answer('approve');
  await run.pass(30);
  expect([await run.stands(id), run.weight()]).toEqual(['AtStage', 0.5]);
});

test('a yes to a deployment that has not begun is held to the freeze', async () => {
  run = await deploymentRun({ start: JUST_BEFORE, environment: 'production' });
  run.publish();
  const id = await run.request();
  await run.pass(300);
  await run.answer('approve');
  expect((await run.deployment(id)).state).toEqual({ kind: 'Blocked', reason: 'POLICY' });
});
