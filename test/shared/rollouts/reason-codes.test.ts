import { afterEach, expect, test } from 'vitest';
import { reasonCode } from '../../../shared/kernel/index.ts';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

let run: DeploymentRun;
afterEach(() => run?.close());

test.each([
  ['RolloutRolledBack', 'ROLLOUT_ROLLED_BACK'],
  ['HoldEnded', 'HOLD_ENDED'],
  ['Paged', 'PAGED'],
])('the reason that is named after %s is %s', (event, code) => {
  expect(reasonCode(event)).toBe(code);
});

async function atStage() {
  run = await deploymentRun();
  run.publish();
  return run.request();
}

/** The codes of every reason of a deployment and its rollout, oldest first. */
async function codes(id: string): Promise<readonly string[]> {
  const subjects = [
    { kind: 'rollout', id: id.replace(/^dep_/, 'rol_') },
    { kind: 'deployment', id },
  ] as const;
  const steps = await Promise.all(subjects.map((subject) => run.store.decisions(subject)));
  return steps.flat().flatMap(({ decision }) => decision?.reasons.map(({ code }) => code) ?? []);
}

test('what a person ordered, and how it ended for the deployment, is told in codes of words', async () => {
  const id = await atStage();
  await run.control(id, 'pause');
  await run.control(id, 'resume');
  await run.control(id, 'abort');
  const said = await codes(id);
  expect(said).toEqual(
    expect.arrayContaining(['ROLLOUT_PAUSED', 'ROLLOUT_RESUMED', 'ABORT_REQUESTED', 'ROLLOUT_ABORTED']),
  );
});

test('so is the answer to a hold', async () => {
  const id = await atStage();
  await run.killSwitch(true);
  await run.minute();
  expect(await run.stands(id)).toMatch(/^Held/);
  await run.answer('reject');
  expect(await codes(id)).toContain('HOLD_REJECTED');
});
