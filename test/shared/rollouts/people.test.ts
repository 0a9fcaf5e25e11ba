import { afterEach, describe, expect, test } from 'vitest';
import { putPeople } from '../../../shared/approvals/index.ts';
import { controlRolloutBy, type Verb } from '../../../shared/rollouts/index.ts';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

const ADA = { type: 'person', id: 'ada', via: 'api' } as const;
let run: DeploymentRun;
afterEach(() => run.close());

async function atStage(options: Parameters<typeof deploymentRun>[0] = {}) {
  run = await deploymentRun(options);
  run.publish();
  return run.request();
}

/** Leads a rollout into a state. */
const LEADS: Readonly<Record<string, (id: string) => Promise<unknown>>> = {
  AtStage: async () => undefined,
  Paused: (id) => run.control(id, 'pause'),
  Held: async () => {
    await run.killSwitch(true);
    await run.minute();
  },
  Baking: async (id) => run.control(id, 'promote'),
  RolledBack: async (id) => {
    run.traffic.world.publish('2', run.change, { failing: 0.3, slow: 0 });
    await run.minutes(5, async () => (await run.stands(id)) === 'RolledBack VERDICT');
  },
  Promoted: async (id) => {
    await run.control(id, 'promote');
    await run.minutes(8, async () => (await run.stands(id)) === 'Promoted');
  },
  Aborted: (id) => run.control(id, 'abort'),
};

describe('what a person may do about a rollout', () => {
  test.each<[state: string, verb: Verb, then: string]>([
    ['AtStage', 'pause', 'Paused'],
    ['AtStage', 'promote', 'Baking'],
    ['AtStage', 'abort', 'Aborted ABORTED_BY_PERSON'],
    ['Paused', 'pause', 'Paused'],
    ['Paused', 'resume', 'AtStage'],
    ['Paused', 'promote', 'Baking'],
    ['Paused', 'abort', 'Aborted ABORTED_BY_PERSON'],
    ['Held', 'abort', 'Aborted ABORTED_BY_PERSON'],
    ['Baking', 'abort', 'Aborted ABORTED_BY_PERSON'],
  ])('from %s, %s leads to %s', async (state, verb, then) => {
    const id = await atStage();
    await LEADS[state]?.(id);
    await run.control(id, verb);
    expect(await run.stands(id)).toBe(then);
    expect(run.weight()).toBe({ Baking: 1, Paused: 0.1, AtStage: 0.1 }[then] ?? 0);
  });

  test.each<[state: string, verb: Verb]>([
    ['AtStage', 'resume'],
    ['Held', 'pause'],
    ['Held', 'resume'],
    ['Baking', 'pause'],
    ['Baking', 'resume'],
    ['Baking', 'promote'],
    ['RolledBack', 'abort'],
    ['RolledBack', 'promote'],
    ['Promoted', 'abort'],
    ['Promoted', 'pause'],
    ['Aborted', 'resume'],
    ['Aborted', 'promote'],
  ])('in %s, %s is refused, and recorded once for a person', async (state, verb) => {
    const id = await atStage();
    await LEADS[state]?.(id);
    const before = await run.events('rollout', id);
    const weight = run.weight();
    for (const person of ['grace', 'grace', 'ada'])
      await expect(run.control(id, verb, person)).rejects.toMatchObject({ name: 'Conflict' });
    expect((await run.events('rollout', id)).length).toBe(before.length + 2);
    expect(run.weight()).toBe(weight);
  });
});

describe('four eyes and the order of things', () => {
  test.each(['linus', 'dev', 'DEV'])(
    '%s asked for it or wrote it, and may not promote it',
    async (person) => {
      const id = await atStage();
      await expect(run.control(id, 'promote', person)).rejects.toMatchObject({ name: 'Forbidden' });
      await run.control(id, 'abort', person);
      expect(run.weight()).toBe(0);
    },
  );

  test('who wrote it is known by the login that is mapped now, whenever it was', async () => {
    const id = await atStage();
    const dana = {
      person: 'dana',
      role: 'approver' as const,
      identities: [{ via: 'github' as const, id: 'Dev' }],
    };
    await putPeople(run.deps, { people: [dana] }, { actor: ADA, correlationId: 'dana', key: 'dana' });
    await expect(run.control(id, 'promote', 'dana')).rejects.toMatchObject({ name: 'Forbidden' });
    expect(run.weight()).toBe(0.1);
  });

  test('an identity that is mapped to nobody may do nothing', async () => {
    const id = await atStage();
    const input = { rolloutId: id.replace('dep_', 'rol_'), reason: 'because', via: 'api' as const };
    await expect(
      controlRolloutBy(run.rolloutDeps, { ...input, verb: 'abort', person: undefined }),
    ).rejects.toMatchObject({ name: 'Forbidden' });
  });

  test('Argo #4461: an abort after a request for full promotion is obeyed', async () => {
    const id = await atStage();
    const input = { rolloutId: id.replace('dep_', 'rol_'), person: 'grace', via: 'api' as const };
    await controlRolloutBy(run.rolloutDeps, { ...input, verb: 'promote', reason: 'now' });
    await controlRolloutBy(run.rolloutDeps, { ...input, verb: 'abort', reason: 'no' });
    await run.pass(60);
    expect([await run.stands(id), run.weight()]).toEqual(['Aborted ABORTED_BY_PERSON', 0]);
    expect((await run.deployment(id)).state.kind).toBe('Aborted');
  });

  test('a pause does not use up the time of its stage, and ends after a day', async () => {
    const id = await atStage();
    await run.control(id, 'pause');
    await run.serve(30);
    await run.control(id, 'resume');
    await run.minute();
    expect(await run.stands(id)).toBe('AtStage');
    await run.control(id, 'pause');
    await run.pass(86_500);
    expect([await run.stands(id), run.weight()]).toEqual(['Aborted HOLD_TIMEOUT', 0]);
  });

  test('what is paused again and again is too old at last', async () => {
    const id = await atStage();
    for (let day = 0; day < 3; day += 1) {
      await run.control(id, 'pause').catch(() => undefined);
      await run.serve(1);
      await run.pass(72_000);
      await run.control(id, 'resume').catch(() => undefined);
    }
    expect([await run.stands(id), run.weight()]).toEqual(['Aborted STALE', 0]);
  });
});

describe('a switch', () => {
  test.each([
    ['the kill switch', () => run.killSwitch(true), () => run.killSwitch(false), 'Held KILL_SWITCH'],
    ['a lower level', () => run.setLevel('observe'), () => run.setLevel('governed'), 'Held AUTONOMY'],
  ])(
    'at a stage: %s holds it where it stands, and it goes on when it is lifted',
    async (_what, on, off, held) => {
      const id = await atStage();
      await run.minute();
      await on();
      await run.minute();
      expect([await run.stands(id), run.weight()]).toEqual([held, 0.1]);
      await run.minutes(5);
      await off();
      await run.minute();
      expect([await run.stands(id), run.weight()]).toEqual(['AtStage', 0.1]);
      await run.minutes(20, async () => (await run.stands(id)) === 'Promoted');
      expect(await run.stands(id)).toBe('Promoted');
    },
  );

  test.each([
    ['the kill switch', () => run.killSwitch(true), () => run.killSwitch(false), 'Held KILL_SWITCH'],
    ['a lower level', () => run.setLevel('observe'), () => run.setLevel('governed'), 'Held AUTONOMY'],
  ])(
    '%s on the way to a stage keeps the traffic, and the stage is not jumped over after it',
    async (_what, on, off, held) => {
      const id = await atStage();
      await run.minute();
      // between the judge's look and the workflow's move
      run.lost.wakes = true;
      await run.minutes(3, async () => (await run.stands(id)) === 'Shifting');
      await on();
      run.lost.wakes = false;
      await run.minute();
      expect([await run.stands(id), run.weight()]).toEqual([held, 0.1]);
      await off();
      await run.minute();
      expect([await run.stands(id), run.weight()]).toEqual(['AtStage', 0.5]);
    },
  );

  test('before the first stage nothing is moved, and it goes on when it is lifted', async () => {
    run = await deploymentRun();
    run.publish();
    const { startRollout } = run.deps;
    Object.assign(run.deps, {
      startRollout: async (...given: Parameters<typeof startRollout>) => {
        await run.killSwitch(true);
        await startRollout(...given);
      },
    });
    const id = await run.request();
    expect([await run.stands(id), run.weight()]).toEqual(['Held KILL_SWITCH', 0]);
    await run.minutes(20);
    expect(await run.stands(id)).toBe('Held KILL_SWITCH');
    await run.killSwitch(false);
    await run.minute();
    expect([await run.stands(id), run.weight()]).toEqual(['AtStage', 0.1]);
  });

  test('does not keep a canary that a person takes back', async () => {
    const id = await atStage();
    await run.killSwitch(true);
    await run.setLevel('observe');
    await run.control(id, 'abort');
    expect([await run.stands(id), run.weight()]).toEqual(['Aborted ABORTED_BY_PERSON', 0]);
  });
});

describe('blue/green', () => {
  test('compares nothing, so a person decides before anything moves', async () => {
    run = await deploymentRun({ stages: 'ladder' });
    run.publish();
    const id = await run.request(run.change, { preset: 'blue-green' });
    expect([await run.stands(id), run.weight()]).toEqual(['Held UNDECIDED', 0]);
    await run.answer('approve');
    expect([await run.stands(id), run.weight()]).toEqual(['Baking', 1]);
  });
});
