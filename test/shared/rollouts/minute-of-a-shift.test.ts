import { afterEach, expect, test } from 'vitest';
import type { AdvanceInputs } from '../../../shared/rollouts/rules/advance-rollout.ts';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

let run: DeploymentRun;
afterEach(() => run.close());

const shifts = () => run.traffic.moves.map(({ at }) => at);
const holds = (at: number) => (start: number) => start < at && at < start + 60_000;

/**
 * In the minute of the shift to 50 % both versions begin to fail alike right after it: of the minute the canary served 30 %,
 * and of its failures half were the canary's.
 */
function incidentAfterTheShift() {
  const { counts } = run.traffic.metrics;
  Object.assign(run.traffic.metrics, {
    counts: async (...given: Parameters<typeof counts>) =>
      (await counts(...given)).map((each) => {
        const second = shifts()[1];
        if (second === undefined || !holds(second)(Date.parse(each.start))) return each;
        const arm = (n: number) => ({ n, errors: 1000, slowerThan: { '200': 0, '400': 0, '2000': 0 } });
        return { ...each, arms: { canary: arm(6000), baseline: arm(14_000) } };
      }),
  });
}

test('an incident of both versions that begins right after a shift does not condemn the canary', async () => {
  run = await deploymentRun();
  run.publish();
  incidentAfterTheShift();
  const id = await run.request();
  await run.minutes(30, async () => (await run.stands(id)) === 'Promoted');
  expect(await run.stands(id)).toBe('Promoted');
});

test('nothing is decided from an interval in which the split was changed, and no other is left out', async () => {
  run = await deploymentRun();
  run.publish();
  const id = await run.request();
  await run.minutes(15, async () => (await run.stands(id)) === 'Baking');
  const steps = await run.store.decisions({ kind: 'rollout', id: id.replace(/^dep_/, 'rol_') });
  const judged = steps.filter(({ decision }) => decision?.rule.name === 'advance-rollout').at(-1)?.decision;
  const inputs = judged?.inputs as AdvanceInputs | undefined;
  const starts = inputs?.intervals.map(({ at }) => Date.parse(at));
  const [first = 0, second = 0, third = 0] = shifts();
  const whole = Array.from({ length: 60 }, (_, index) => Math.ceil(first / 60_000) * 60_000 + index * 60_000);
  const [left] = whole.filter(holds(second));
  expect(left).toBeDefined();
  expect(starts).toEqual(whole.filter((start) => start !== left && start + 60_000 <= third));
});
