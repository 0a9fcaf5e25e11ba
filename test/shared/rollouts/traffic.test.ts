import { afterEach, describe, expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import { trafficLease } from '../../../shared/ports/traffic.ts';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

let run: DeploymentRun;
afterEach(() => run.close());

const BAD = { failing: 0.05, slow: 0.01 };
const TARGET = {
  ...{ platform: 'lambda' as const, service: 'shop', environment: 'staging' },
  ...{ function: 'shop', alias: 'live' },
};
const foreign = (weight: number) => [
  { revision: '9', weight },
  ...(weight < 1 ? [{ revision: '1', weight: 1 - weight }] : []),
];

async function atStage(options: Parameters<typeof deploymentRun>[0] = {}) {
  run = await deploymentRun(options);
  run.publish();
  run.traffic.world.publish('9', run.base);
  return run.request();
}

describe('somebody else who moves the alias', () => {
  test('before the first stage: nothing is moved, a person is asked', async () => {
    run = await deploymentRun();
    run.publish();
    const { startRollout } = run.deps;
    Object.assign(run.deps, {
      startRollout: async (...given: Parameters<typeof startRollout>) => {
        run.traffic.world.move(foreign(0.4));
        await startRollout(...given);
      },
    });
    const id = await run.request();
    expect([await run.stands(id), run.traffic.moves]).toEqual(['Held TRAFFIC_MOVED', []]);
    await run.answer('reject');
    expect([await run.stands(id), run.traffic.arms()]).toEqual(['Aborted REJECTED', foreign(0.4)]);
  });

  test('in a stage: it holds, whatever is measured, and a yes moves the traffic again', async () => {
    const id = await atStage();
    await run.minute();
    run.traffic.world.move(foreign(0.4));
    await run.minute();
    expect([await run.stands(id), run.traffic.arms()]).toEqual(['Held TRAFFIC_MOVED', foreign(0.4)]);
    await run.minutes(14);
    expect(await run.stands(id)).toBe('Held TRAFFIC_MOVED');
    await run.answer('approve');
    expect([await run.stands(id), run.weight()]).toEqual(['AtStage', 0.1]);
  });

  test('in the moment of the move: it is theirs, and it holds', async () => {
    const id = await atStage();
    const { shift } = run.traffic.traffic;
    Object.assign(run.traffic.traffic, {
      shift: async (...given: Parameters<typeof shift>) => {
        run.traffic.world.move(foreign(1));
        return shift(...given);
      },
    });
    await run.minutes(5, async () => (await run.stands(id)).startsWith('Held'));
    expect([await run.stands(id), run.traffic.arms()]).toEqual(['Held TRAFFIC_MOVED', foreign(1)]);
  });

  test.each([
    ['all of it is theirs: it stays', foreign(1), foreign(1)],
    [
      'beside the canary: theirs gets what the canary had',
      [
        { revision: '9', weight: 0.6 },
        { revision: '2', weight: 0.4 },
      ],
      foreign(1),
    ],
    ['without the canary: nothing is moved', foreign(0.3), foreign(0.3)],
  ])('before it goes back, %s', async (_what, arms, then) => {
    const id = await atStage();
    run.traffic.world.move(arms);
    await run.control(id, 'abort');
    expect(await run.stands(id)).toBe('Aborted ABORTED_BY_PERSON');
    expect(run.traffic.arms()).toEqual(then);
  });

  test('while it goes back: it is tried until the canary has nothing, and not in a hurry', async () => {
    const id = await atStage();
    const { shift } = run.traffic.traffic;
    let times = 0;
    Object.assign(run.traffic.traffic, {
      shift: async (...given: Parameters<typeof shift>) => {
        times += 1;
        const answer = await shift(...given);
        if (times < 12) run.traffic.world.move([{ revision: '2', weight: 1 }]);
        return answer;
      },
    });
    await run.control(id, 'abort');
    await run.pass(240);
    expect([await run.stands(id), run.weight(), times]).toEqual(['Aborted ABORTED_BY_PERSON', 0, 12]);
  });
});

describe('the platform', () => {
  const broken = (calls: readonly string[], fault: 'Unavailable' | 'PermissionDenied') => {
    run.traffic.world.refuse = (call) => (calls.includes(call) ? new Fault(fault, 'no') : undefined);
  };

  test('that refuses to move holds the rollout; a yes tries again', async () => {
    const id = await atStage();
    broken(['shift'], 'PermissionDenied');
    await run.minutes(5, async () => (await run.stands(id)).startsWith('Held'));
    expect([await run.stands(id), run.weight()]).toEqual(['Held TRAFFIC_FAILED', 0.1]);
    broken([], 'Unavailable');
    await run.answer('approve');
    expect([await run.stands(id), run.weight()]).toEqual(['AtStage', 0.5]);
  });

  test('that does not answer holds the rollout; a yes goes to the stage it was on the way to', async () => {
    const id = await atStage();
    broken(['read'], 'Unavailable');
    await run.minutes(5, async () => (await run.stands(id)).startsWith('Held'));
    expect([await run.stands(id), run.weight()]).toEqual(['Held UNEXPECTED', 0.1]);
    broken([], 'Unavailable');
    await run.answer('approve');
    expect([await run.stands(id), run.weight()]).toEqual(['AtStage', 0.5]);
  });

  test.each(['read', 'shift'])(
    'that fails to %s while it goes back is tried for as long as it takes',
    async (call) => {
      const id = await atStage();
      run.traffic.world.publish('2', run.change, BAD);
      broken([call], 'PermissionDenied');
      await run.minutes(20, async () => (await run.stands(id)).startsWith('RollingBack'));
      await run.pass(3600);
      expect([await run.stands(id), run.weight()]).toEqual(['RollingBack VERDICT', 0.1]);
      broken([], 'Unavailable');
      await run.pass(60);
      expect([await run.stands(id), run.weight()]).toEqual(['RolledBack VERDICT', 0]);
    },
  );

  test('whose answer to a move is lost is not asked to move twice', async () => {
    const id = await atStage();
    const { shift } = run.traffic.traffic;
    let lost = 0;
    Object.assign(run.traffic.traffic, {
      shift: async (...given: Parameters<typeof shift>) => {
        const answer = await shift(...given);
        lost += 1;
        if (lost === 1) throw new Fault('Unavailable', 'the answer is lost');
        return answer;
      },
    });
    await run.minutes(5, async () => (await run.rollout(id)).data.stage?.index === 1);
    expect([await run.stands(id), run.weight(), lost]).toEqual(['AtStage', 0.5, 1]);
  });

  test('that another mover holds: up it asks a person, back it waits for its turn', async () => {
    const id = await atStage();
    await run.traffic.leases.acquire(trafficLease(TARGET), 'somebody', 900_000, Date.now());
    await run.minutes(5, async () => (await run.stands(id)).startsWith('Held'));
    expect([await run.stands(id), run.weight()]).toEqual(['Held TRAFFIC_MOVED', 0.1]);
    await run.answer('reject');
    expect([await run.stands(id), run.weight()]).toEqual(['RollingBack REJECTED', 0.1]);
    await run.pass(900);
    expect([await run.stands(id), run.weight()]).toEqual(['Aborted REJECTED', 0]);
  });
});
