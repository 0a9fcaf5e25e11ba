import { afterEach, describe, expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import { METRICS } from '../../../shared/rollouts/contract.ts';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

let run: DeploymentRun;
afterEach(() => run.close());

const split = (canary: number) => [
  { revision: '2', weight: canary },
  { revision: '1', weight: 1 - canary },
];
const HOTFIX = [
  { revision: '9', weight: 0.6 },
  { revision: '2', weight: 0.4 },
];

async function atStage(behaviour?: { readonly failing: number; readonly slow: number }) {
  run = await deploymentRun();
  run.publish(behaviour);
  run.traffic.world.publish('9', run.base);
  const id = await run.request();
  await run.minute();
  return id;
}

/** What the ledger says of the last step with this event. */
async function told(id: string, event: string) {
  const steps = await run.store.decisions({ kind: 'rollout', id: id.replace(/^dep_/, 'rol_') });
  const step = steps.findLast(({ envelope }) => envelope.event === event)?.decision;
  return step?.reasons.map(({ code, text }) => `${code}: ${text}`) ?? [];
}

describe('the judge’s look', () => {
  test('after somebody else moved the alias holds within a minute, and says the share it found', async () => {
    const id = await atStage();
    run.traffic.world.move(split(0.7));
    await run.minute();
    expect([await run.stands(id), run.weight()]).toEqual(['Held TRAFFIC_MOVED', 0.7]);
    expect((await told(id, 'RolloutHeld'))[0]).toBe(
      'TRAFFIC_MOVED: somebody else moved the traffic: the canary has 70 %, and was left with 10 %',
    );
    await run.answer('approve');
    expect([await run.stands(id), run.weight()]).toEqual(['AtStage', 0.1]);
    expect(await told(id, 'StageStarted')).toEqual([
      'StageStarted: version 2 went from 70 % to 10 % of the traffic',
      'TRAFFIC_MOVED: somebody else moved the traffic: it was left at 10 % for version 2 and 90 % for version 1, and found at 70 % for version 2 and 30 % for version 1',
    ]);
  });

  test('at a hotfix beside the canary that leaves it its share names the other version', async () => {
    const id = await atStage();
    run.traffic.world.move([
      { revision: '9', weight: 0.9 },
      { revision: '2', weight: 0.1 },
    ]);
    await run.minute();
    expect(await run.stands(id)).toBe('Held TRAFFIC_MOVED');
    expect((await told(id, 'RolloutHeld'))[0]).toContain('another version takes part');
  });

  test('at a canary that fails takes it back, whoever moved it, and the ledger names both', async () => {
    const id = await atStage();
    run.traffic.world.publish('2', run.change, { failing: 0.3, slow: 0.01 });
    await run.serve(4);
    run.traffic.world.move(split(0.9));
    await run.minute();
    expect([await run.stands(id), run.weight()]).toEqual(['RolledBack VERDICT', 0]);
    expect(await told(id, 'TrafficRestored')).toEqual([
      'TrafficRestored: version 2 went from 90 % to 0 % of the traffic',
      'TRAFFIC_MOVED: somebody else moved the traffic: it was left at 10 % for version 2 and 90 % for version 1, and found at 90 % for version 2 and 10 % for version 1',
    ]);
  });

  test('at traffic that nobody can read is no verdict: it is counted, and judged without', async () => {
    run = await deploymentRun();
    run.publish();
    const id = await run.request();
    run.traffic.world.move(split(0.7));
    run.traffic.world.refuse = (call) => (call === 'read' ? new Fault('Unavailable', 'no') : undefined);
    await run.minute();
    expect(await run.stands(id)).toBe('AtStage');
    expect(run.counted.filter((name) => name === METRICS.judgeErrors)).toHaveLength(1);
    expect(run.judged.get(id.replace(/^dep_/, 'rol_'))?.at).toBe(new Date(Date.now()).toISOString());
    run.traffic.world.refuse = () => undefined;
    await run.minute();
    expect(await run.stands(id)).toBe('Held TRAFFIC_MOVED');
  });
});

describe('a bake', () => {
  async function baking() {
    const id = await atStage();
    await run.minutes(15, async () => (await run.stands(id)) === 'Baking');
    expect([await run.stands(id), run.weight()]).toEqual(['Baking', 1]);
    return id;
  }

  test('whose traffic somebody else moves holds within a minute; a yes moves it again, and the bake begins anew', async () => {
    const id = await baking();
    await run.minutes(2);
    run.traffic.world.move(split(0.7));
    await run.minute();
    expect([await run.stands(id), run.weight()]).toEqual(['Held TRAFFIC_MOVED', 0.7]);
    expect((await told(id, 'RolloutHeld'))[0]).toBe(
      'TRAFFIC_MOVED: somebody else moved the traffic: the canary has 70 %, and was left with 100 %',
    );
    await run.minutes(2);
    await run.answer('approve');
    expect([await run.stands(id), run.weight()]).toEqual(['Baking', 1]);
    // what a person let pass once is no leave for the next one
    run.traffic.world.move([{ revision: '9', weight: 1 }]);
    await run.minute();
    expect(await run.stands(id)).toBe('Held TRAFFIC_MOVED');
    await run.answer('reject');
    expect([await run.stands(id), run.traffic.arms()]).toEqual([
      'Aborted REJECTED',
      [{ revision: '9', weight: 1 }],
    ]);
  });

  test('whose traffic nobody can read goes on and is watched again', async () => {
    const id = await baking();
    run.traffic.world.move(split(0.7));
    run.traffic.world.refuse = (call) => (call === 'read' ? new Fault('Unavailable', 'no') : undefined);
    await run.minute();
    expect(await run.stands(id)).toBe('Baking');
    run.traffic.world.refuse = () => undefined;
    await run.minute();
    expect(await run.stands(id)).toBe('Held TRAFFIC_MOVED');
  });
});

describe('going back', () => {
  test('says what the canary had, and names the hotfix that it leaves alone', async () => {
    const id = await atStage();
    run.traffic.world.move(HOTFIX);
    await run.control(id, 'abort');
    expect(run.traffic.arms()).toEqual([{ revision: '9', weight: 1 }]);
    expect(await told(id, 'TrafficRestored')).toEqual([
      'TrafficRestored: version 2 went from 40 % to 0 % of the traffic',
      'TRAFFIC_MOVED: somebody else moved the traffic: it was left at 10 % for version 2 and 90 % for version 1, and found at 60 % for version 9 and 40 % for version 2',
    ]);
  });

  test('from where it was left names nobody', async () => {
    const id = await atStage();
    await run.control(id, 'abort');
    expect(await told(id, 'TrafficRestored')).toEqual([
      'TrafficRestored: version 2 went from 10 % to 0 % of the traffic',
    ]);
  });

  test('from where the canary has nothing any more moves nothing and claims no move', async () => {
    const id = await atStage();
    run.traffic.world.move([{ revision: '1', weight: 1 }]);
    await run.control(id, 'abort');
    expect(await told(id, 'TrafficRestored')).toEqual([
      'TrafficRestored: version 2 was found at 0 % of the traffic, and had been left at 10 %',
    ]);
  });
});

test('a move up that finds a foreign split stays, and says the share that the canary has', async () => {
  const id = await atStage();
  run.traffic.world.move(split(0.7));
  await run.control(id, 'promote');
  expect(await run.stands(id)).toBe('Held TRAFFIC_MOVED');
  expect((await told(id, 'RolloutHeld'))[0]).toBe(
    'TRAFFIC_MOVED: version 2 stays at 70 % of the traffic: somebody else moved the traffic: it was left at 10 % for version 2 and 90 % for version 1, and found at 70 % for version 2 and 30 % for version 1',
  );
});
