import { afterEach, describe, expect, test } from 'vitest';
import { pastDeployments } from '../../../shared/deployments/past-deployments.ts';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

let run: DeploymentRun;
afterEach(() => run.close());

const BAD = { failing: 0.05, slow: 0.01 };
const DROP = { 'db/migrate/001_drop.sql': 'ALTER TABLE orders DROP COLUMN total;\n' };

async function started(options: Parameters<typeof deploymentRun>[0] = {}, behaviour?: typeof BAD) {
  run = await deploymentRun(options);
  run.publish(behaviour);
  const id = await run.request();
  if ((await run.deployment(id)).state.kind === 'AwaitingApproval') await run.answer('approve');
  return id;
}

/** Where it ended, what is kept of it, and what later deployments learn. */
async function learned(id: string) {
  await run.pass(5);
  const { state, data } = await run.deployment(id);
  const past = await pastDeployments(run.store, ['shop'], run.environment);
  return [state.kind, data.verdict, past.find((each) => each.id === id)?.outcome];
}

async function degraded(bake: 'page' | 'hold' | 'rollback') {
  const id = await started({ bake });
  await run.minutes(15, async () => (await run.stands(id)) === 'Baking');
  await run.minute();
  run.traffic.world.publish('2', run.change, BAD);
  await run.minutes(4, async () => (await run.stands(id)) !== 'Baking');
  return id;
}

describe('a change that a bake found worse is learned as a failure', () => {
  test('where the service only pages, so that it ends with all of the traffic', async () => {
    const id = await degraded('page');
    expect((await run.rollout(id)).data.bakeDegraded).toBeDefined();
    expect(await learned(id)).toEqual(['Completed', 'condemned', 'failed']);
    const [last] = (await run.store.decisions({ kind: 'deployment', id })).slice(-1);
    expect(last?.decision?.reasons[0]?.text).toContain('had been found worse (bake)');
  });

  test('where a person takes it back', async () => {
    const id = await degraded('hold');
    await run.answer('reject');
    expect(await learned(id)).toEqual(['Aborted', 'condemned', 'failed']);
  });

  test('where it goes back by itself: that is a rollback', async () => {
    expect(await learned(await degraded('rollback'))).toEqual(['RolledBack', 'condemned', 'rolled-back']);
  });

  test('by minutes of the split that close after the promotion, also where the service only pages', async () => {
    const id = await started({ bake: 'page' }, { failing: 0.3, slow: 0 });
    const { metrics } = run.rolloutDeps;
    const counts = metrics.counts;
    const late = (end: string) => Date.parse(end) + 150_000;
    Object.assign(metrics, {
      counts: async (...given: Parameters<typeof counts>) =>
        (await counts(...given))
          .filter(({ end }) => late(end) <= Date.now())
          .map((each) => ({ ...each, watermark: new Date(late(each.end)).toISOString() })),
    });
    await run.pass(5);
    await run.serve(2);
    await run.control(id, 'promote');
    run.traffic.world.publish('2', run.change);
    await run.minutes(6, async () => (await run.stands(id)) === 'Promoted');
    expect(await learned(id)).toEqual(['Completed', 'condemned', 'failed']);
  });
});

describe('a condemned change that a person ends is learned as a failure', () => {
  test('where it cannot be undone and is left where it is', async () => {
    const id = await started({ files: DROP });
    run.traffic.world.publish('2', run.change, BAD);
    await run.minutes(20, async () => (await run.stands(id)).startsWith('Held'));
    await run.answer('reject');
    expect(await run.stands(id)).toBe('Aborted FROZEN');
    expect(await learned(id)).toEqual(['Aborted', 'condemned', 'failed']);
  });

  test('where the kill switch kept it from going back by itself', async () => {
    const id = await started({}, BAD);
    await run.killSwitch(true);
    await run.minutes(20, async () => (await run.rollout(id)).data.condemned !== undefined);
    expect(await run.stands(id)).toBe('Held KILL_SWITCH');
    await run.control(id, 'abort');
    expect(await learned(id)).toEqual(['Aborted', 'condemned', 'failed']);
  });
});

describe('of a change that nothing found worse', () => {
  test('a promotion is learned as a success', async () => {
    const id = await started();
    await run.minutes(30, async () => (await run.stands(id)) === 'Promoted');
    expect(await learned(id)).toEqual(['Completed', undefined, 'succeeded']);
  });

  test('an end by a person, or by nobody, says nothing', async () => {
    const id = await started();
    run.traffic.world.perMinute = 0;
    await run.minutes(13);
    expect(await run.stands(id)).toBe('Held NO_DATA');
    await run.answer('reject');
    expect(await learned(id)).toEqual(['Aborted', undefined, undefined]);
  });

  test('a bake that somebody else moved the traffic from says nothing against it', async () => {
    const id = await started({ bake: 'hold' });
    await run.minutes(15, async () => (await run.stands(id)) === 'Baking');
    await run.minute();
    run.traffic.world.publish('2', run.change, BAD);
    run.traffic.world.move([
      { revision: '2', weight: 0.9 },
      { revision: '1', weight: 0.1 },
    ]);
    await run.minutes(4, async () => (await run.stands(id)) !== 'Baking');
    expect(await run.stands(id)).toBe('Held TRAFFIC_MOVED');
    expect((await run.rollout(id)).data).not.toHaveProperty('bakeDegraded');
  });
});
