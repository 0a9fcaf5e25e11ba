import { afterEach, describe, expect, test } from 'vitest';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

let run: DeploymentRun;
afterEach(() => run.close());

const BAD = { failing: 0.05, slow: 0.01 };

async function minutes(count: number, until: () => Promise<boolean> = async () => false) {
  for (let i = 0; i < count; i += 1) {
    await run.minute();
    if (await until()) return i + 1;
  }
  return count;
}

describe('a rollout', () => {
  test('of a healthy change climbs the ladder stage by stage, bakes and ends as Promoted', async () => {
    run = await deploymentRun({ perMinute: 20_000 });
    run.traffic.world.publish('2', run.change);
    await run.warmUp();
    const id = await run.request();
    await minutes(90, async () => (await run.deployment(id)).state.kind === 'Completed');
    expect(await run.events('deployment', id)).toEqual([
      'DeploymentRequested',
      'FactsGathered',
      'RiskAssessed',
      'DeploymentCleared',
      'RolloutStarted',
      'RolloutPromoted',
    ]);
    expect(
      run.traffic.moves.map(({ arms }) => arms.find(({ revision }) => revision === '2')?.weight),
    ).toEqual([0.01, 0.05, 0.25, 0.5, 1]);
    expect((await run.rollout(id)).state).toEqual({ kind: 'Promoted' });
  });

  test('of a change that fails ten times as often goes back to 0 % and its revision on the block-list', async () => {
    run = await deploymentRun({ perMinute: 20_000 });
    run.traffic.world.publish('2', run.change, BAD);
    await run.warmUp();
    const id = await run.request();
    await minutes(30, async () => (await run.deployment(id)).state.kind === 'RolledBack');
    expect((await run.rollout(id)).state).toEqual({ kind: 'RolledBack', reason: 'VERDICT' });
    expect(run.traffic.arms()).toEqual([{ revision: '1', weight: 1 }]);
    await run
      .request()
      .then(async (again) =>
        expect((await run.deployment(again)).state).toEqual({
          kind: 'Blocked',
          reason: 'REVISION_CONDEMNED',
        }),
      );
  });
});
