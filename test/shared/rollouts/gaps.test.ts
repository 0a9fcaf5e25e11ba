import { afterEach, expect, test } from 'vitest';
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

/** So many minutes, of which the baseline is measured in the first of each `every`. */
async function tornMinutes(count: number, every: number) {
  for (let minute = 0; minute < count; minute += 1) {
    if (minute % every === 0) run.traffic.world.hidden.delete('1');
    else run.traffic.world.hidden.add('1');
    await run.minutes(1);
  }
}

async function last(id: string) {
  const rollout = await run.rollout(id);
  const decisions = await run.store.decisions({ kind: 'rollout', id: rollout.id });
  const reasons = decisions.at(-1)?.decision?.reasons.map(({ text }) => text) ?? [];
  const news = newsOfRollout(rollout, { type: 'ApprovalRequested', rev: rollout.rev });
  return { reasons, told: news?.text ?? '' };
}

test('a stage whose baseline is measured in one minute of six does not pass: it is held, says why, and goes on once it is measured', async () => {
  const id = await atStage();
  await tornMinutes(20, 6);
  expect([await run.stands(id), run.weight()]).toEqual(['Held NO_DATA', 0.1]);
  const { reasons, told } = await last(id);
  expect(reasons[0]).toMatch(
    /more than half .* was not measured: \d+ of \d+ interval\(s\) since .* lack an arm/,
  );
  expect(reasons.at(-1)).toMatch(/\d+ of \d+ interval\(s\) lack the baseline, 0 the canary/);
  expect(told).toContain('lack an arm that nobody measured');
  run.traffic.world.hidden.delete('1');
  await run.minutes(2);
  expect(await run.stands(id)).toBe('Held NO_DATA');
  await run.minutes(10, async () => (await run.stands(id)) !== 'Held NO_DATA');
  expect(await run.stands(id)).toBe('AtStage');
});

test('one whose baseline lacks every third minute passes, and says how many', async () => {
  const id = await atStage();
  await run.minutes(1);
  run.traffic.world.hidden.add('1');
  await run.minutes(1);
  run.traffic.world.hidden.delete('1');
  await run.minutes(6, async () => (await run.rollout(id)).data.stage?.index === 1);
  const decisions = await run.store.decisions({ kind: 'rollout', id: (await run.rollout(id)).id });
  const passed = decisions.find(({ envelope }) => envelope.event === 'StagePassed')?.decision;
  expect(passed?.reasons.map(({ text }) => text).join('\n')).toMatch(
    /1 of \d+ interval\(s\) lack the baseline/,
  );
});
