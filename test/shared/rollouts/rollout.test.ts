import { afterEach, describe, expect, test } from 'vitest';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

let run: DeploymentRun;
afterEach(() => run.close());

const BAD = { failing: 0.05, slow: 0.01 };
const SLOW = { failing: 0.005, slow: 0.05 };

describe('a rollout', () => {
  test.each([false, true])(
    'of a healthy change climbs the ladder stage by stage, bakes and ends as Promoted; each task twice: %s',
    async (twice) => {
      run = await deploymentRun({ stages: 'ladder', twice });
      run.publish();
      const id = await run.request();
      await run.minutes(90, async () => (await run.deployment(id)).state.kind === 'Completed');
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
    },
  );

  test.each([
    ['fails ten times as often', BAD, 'errors'],
    ['answers slowly five times as often', SLOW, 'latency'],
  ])('of a change that %s goes back to 0 %% in the minute of its verdict', async (_how, behaviour, by) => {
    run = await deploymentRun({ stages: 'ladder' });
    run.publish(behaviour);
    const id = await run.request();
    await run.minutes(30, async () => (await run.deployment(id)).state.kind === 'RolledBack');
    const { state, data } = await run.rollout(id);
    expect(state).toEqual({ kind: 'RolledBack', reason: 'VERDICT' });
    expect(data.condemned?.by).toBe(by);
    const shown = Number(run.judged.get(id.replace('dep_', 'rol_'))?.alwaysValidP);
    expect(shown).toBeGreaterThan(0);
    expect(shown).toBeLessThanOrEqual(data.settings.judgeAlpha);
    expect(data.times.zero).toBe(data.times.verdict);
    expect(run.traffic.arms()).toEqual([{ revision: '1', weight: 1 }]);
  });

  test('that condemned a revision bars it: a new deployment is blocked, a retry asks somebody else', async () => {
    run = await deploymentRun();
    run.publish(BAD);
    const id = await run.request();
    await run.minutes(30, async () => (await run.deployment(id)).state.kind === 'RolledBack');
    const again = await run.request();
    expect((await run.deployment(again)).state).toEqual({ kind: 'Blocked', reason: 'REVISION_CONDEMNED' });
    const retry = { reason: 'the database was down', person: 'grace', via: 'api' as const };
    await expect(run.verb(again, 'retry', { ...retry, isApprover: false })).rejects.toMatchObject({
      name: 'Forbidden',
    });
    const retried = await run.verb(again, 'retry', { ...retry, isApprover: true });
    expect((await run.deployment(retried.id)).state.kind).toBe('AwaitingApproval');
    await expect(run.answer('approve', 'grace')).rejects.toMatchObject({ name: 'Forbidden' });
    await run.answer('approve', 'ada');
    expect((await run.deployment(retried.id)).state.kind).toBe('RollingOut');
  });
});
