import { afterEach, expect, test } from 'vitest';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

let run: DeploymentRun;
afterEach(() => run.close());

const ASKING = { reason: 'once more', person: 'grace', via: 'api', isApprover: true } as const;
const rolloutOf = (id: string) => id.replace('dep_', 'rol_');

test('a revision that was ended without a verdict is tried again from nothing: frozen anew, judged anew, nobody asked', async () => {
  run = await deploymentRun();
  run.publish();
  const first = await run.request();
  await run.minutes(4);
  const seen = run.judged.get(rolloutOf(first));
  expect(seen?.logE).not.toBe('0');
  await run.control(first, 'abort');
  await run.minutes(2);
  expect((await run.deployment(first)).state.kind).toBe('Aborted');
  const { id } = await run.verb(first, 'retry', ASKING);
  await run.minutes(5);
  expect(await run.approvals()).toEqual([]);
  const rollout = await run.rollout(id);
  expect(rollout.id).toBe(rolloutOf(id));
  expect(rollout.data.before).not.toEqual((await run.rollout(first)).data.before);
  const { started } = rollout.data.times;
  const judged = run.judged.get(rollout.id)?.intervals ?? [];
  expect(judged.length).toBeGreaterThan(0);
  expect(judged.every(({ at }) => at >= (started ?? '').slice(0, 16))).toBe(true);
});

test('a pause is no new try: every interval since the first stage is judged', async () => {
  run = await deploymentRun();
  run.publish();
  const id = await run.request();
  await run.minutes(4);
  const [first] = run.judged.get(rolloutOf(id))?.intervals ?? [];
  await run.control(id, 'pause');
  await run.minutes(3);
  await run.control(id, 'resume');
  await run.minutes(2);
  expect(run.judged.get(rolloutOf(id))?.intervals[0]?.at).toBe(first?.at);
});
