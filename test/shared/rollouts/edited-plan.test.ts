import { afterEach, describe, expect, test } from 'vitest';
import type { Head } from '../../../shared/kernel/index.ts';
import type { RolloutData } from '../../../shared/rollouts/index.ts';
import { otherPlanOf } from '../../../shared/rollouts/rules/plan-rollout.ts';
import { putService, readService } from '../../../shared/services/index.ts';
import { type DeploymentRun, deploymentRun, SHORT } from '../../support/deployment-run.ts';

let run: DeploymentRun;
afterEach(() => run.close());

type Plan = RolloutData['plan'];
const straightToAll = (plan: Plan): Plan => ({ ...plan, stages: plan.stages.filter((_, at) => at !== 1) });
const twiceAsMuch = (plan: Plan): Plan => ({
  ...plan,
  stages: plan.stages.map((stage) => ({ ...stage, weight: Math.min(1, stage.weight * 1.5) })),
});

/** A rollout at its first stage. */
async function started() {
  run = await deploymentRun();
  run.publish();
  const id = await run.request();
  await run.minute();
  expect([await run.stands(id), run.weight()]).toEqual(['AtStage', 0.1]);
  return id;
}

/**
 * From now on the stored heads of rollouts read as somebody has edited them, once or again and again; their digest is the
 * one of the start.
 */
function edit(change: (plan: Plan) => Plan, whenever: (head: Head) => boolean = () => true, again = false) {
  const { head, heads } = run.store;
  const edited = (found: Head): Head => {
    const data = found.data as RolloutData;
    const edits =
      found.kind === 'rollout' &&
      (again || otherPlanOf(data.plan).otherPlan === undefined) &&
      whenever(found);
    return edits ? { ...found, data: { ...data, plan: change(data.plan) } } : found;
  };
  Object.assign(run.store, {
    head: async (subject: Parameters<typeof head>[0]) => {
      const found = await head(subject);
      return found === undefined ? undefined : edited(found);
    },
    heads: async (query: Parameters<typeof heads>[0]) => {
      const page = await heads(query);
      return { ...page, items: page.items.map(edited) };
    },
  });
}

async function lastReason(id: string): Promise<string> {
  const steps = await run.store.decisions({ kind: 'rollout', id: id.replace(/^dep_/, 'rol_') });
  const reason = steps.at(-1)?.decision?.reasons[0];
  return `${reason?.code}: ${reason?.text}`;
}

describe('a plan that is edited while it runs', () => {
  test('is held for a person at the next look, and nothing is moved by it', async () => {
    const id = await started();
    edit(straightToAll);
    await run.minutes(12);
    expect([await run.stands(id), run.weight()]).toEqual(['Held PLAN_CHANGED', 0.1]);
    expect(await lastReason(id)).toMatch(
      /^PLAN_CHANGED: its plan is not the one that it was pinned to at its start: what is stored now has the digest [0-9a-f]{12}$/,
    );
    const [asked] = await run.approvals();
    expect(asked?.data.plan.facts).toMatchObject({
      held: 'PLAN_CHANGED',
      planNow: '10 % (120 to 600 s, 100 requests), 100 % (0 to 0 s, 0 requests); bake 300 s',
      reject: 'take the canary back',
    });
    const { plan, otherPlan } = asked?.data.plan.facts ?? {};
    expect([plan, plan === otherPlan]).toEqual([(await run.rollout(id)).data.plan.digest, false]);
  });

  test('does not keep the canary from going back: by a no, by an abort, by a verdict', async () => {
    const id = await started();
    edit(straightToAll);
    await run.minutes(2);
    await run.answer('reject');
    expect([await run.stands(id), run.weight()]).toEqual(['Aborted REJECTED', 0]);
    await run.close();

    const aborted = await started();
    edit(straightToAll);
    await run.control(aborted, 'abort');
    expect([await run.stands(aborted), run.weight()]).toEqual(['Aborted ABORTED_BY_PERSON', 0]);
    await run.close();

    run = await deploymentRun();
    run.publish({ failing: 0.05, slow: 0.01 });
    const bad = await run.request();
    edit(straightToAll);
    await run.minutes(8, async () => (await run.stands(bad)) === 'RolledBack VERDICT');
    expect([await run.stands(bad), run.weight()]).toEqual(['RolledBack VERDICT', 0]);
  });

  test('is held on the way up as well, also where the stage to go to is no more', async () => {
    for (const change of [twiceAsMuch, (plan: Plan) => ({ ...plan, stages: plan.stages.slice(0, 1) })]) {
      const id = await started();
      edit(change, ({ state }) => state.kind === 'Shifting');
      await run.minutes(12, async () => (await run.stands(id)).startsWith('Held'));
      expect([await run.stands(id), run.weight()]).toEqual(['Held PLAN_CHANGED', 0.1]);
      expect(await lastReason(id)).toContain(
        'version 2 stays at 10 % of the traffic: its plan is not the one that it was pinned to',
      );
      if (change === twiceAsMuch) await run.close();
    }
  });

  test('goes on by a yes for one step, and is asked about again at the next', async () => {
    const id = await started();
    edit(twiceAsMuch);
    await run.minutes(1);
    await run.answer('approve');
    expect([await run.stands(id), run.weight()]).toEqual(['AtStage', 0.1]);
    await run.minutes(12, async () => (await run.stands(id)).startsWith('Held'));
    expect([await run.stands(id), run.weight()]).toEqual(['Held PLAN_CHANGED', 0.75]);
  });

  test('is held in the bake, and a yes lets the bake go on to its end', async () => {
    const id = await started();
    await run.minutes(20, async () => (await run.stands(id)) === 'Baking');
    edit((plan) => ({ ...plan, bakeSeconds: 0 }));
    await run.minute();
    expect(await run.stands(id)).toBe('Held PLAN_CHANGED');
    await run.answer('approve');
    await run.minutes(12, async () => (await run.stands(id)) === 'Promoted');
    expect(await run.stands(id)).toBe('Promoted');
  });
});

describe('a yes to an edited plan', () => {
  /** One that reads as `change` has it now, and that can be changed again. */
  async function editable(change: (plan: Plan) => Plan) {
    const id = await started();
    const pinned = (await run.rollout(id)).data.plan;
    const now = { change };
    edit(
      () => now.change(pinned),
      () => true,
      true,
    );
    return { id, now };
  }
  const weights = async () => {
    const [asked] = await run.approvals();
    return String(asked?.data.plan.facts.planNow).match(/\d+ %/g);
  };

  test('is none to the plan that it was edited to after the question: that one is asked about anew', async () => {
    const { id, now } = await editable(twiceAsMuch);
    await run.minute();
    expect(await weights()).toEqual(['15 %', '75 %', '100 %']);
    now.change = straightToAll;
    await run.answer('approve');
    expect([await run.stands(id), run.weight()]).toEqual(['Held PLAN_CHANGED', 0.1]);
    expect(await weights()).toEqual(['10 %', '100 %']);
    expect((await run.approvals()).map(({ state }) => state)).toEqual(['Open', 'Spent']);
    expect(await lastReason(id)).toMatch(
      /^PLAN_CHANGED: the yes was to the plan with the digest [0-9a-f]{12}, and what is stored now has the digest [0-9a-f]{12}$/,
    );
    await run.answer('approve', 'ada');
    expect([await run.stands(id), run.weight()]).toEqual(['AtStage', 0.1]);
  });

  test('is none to the plan that it was edited to after the yes, in the stage and in the bake', async () => {
    const { id, now } = await editable(twiceAsMuch);
    await run.minute();
    await run.answer('approve');
    expect(await run.stands(id)).toBe('AtStage');
    now.change = straightToAll;
    await run.minute();
    expect([await run.stands(id), run.weight()]).toEqual(['Held PLAN_CHANGED', 0.1]);
    expect(await weights()).toEqual(['10 %', '100 %']);
    now.change = (plan) => plan;
    await run.answer('approve');
    await run.minutes(20, async () => (await run.stands(id)) === 'Baking');
    now.change = (plan) => ({ ...plan, bakeSeconds: 600 });
    await run.minute();
    await run.answer('approve');
    expect(await run.stands(id)).toBe('Baking');
    now.change = (plan) => ({ ...plan, bakeSeconds: 0 });
    await run.minute();
    expect(await run.stands(id)).toBe('Held PLAN_CHANGED');
  });
});

test('stages that the service changes in the registry while it runs change nothing of the rollout', async () => {
  const id = await started();
  const before = (await run.rollout(id)).data.plan;
  const document = await readService(run.deps, 'shop');
  const stages = [{ weight: 1, minSeconds: 0, maxSeconds: 0, minRequests: 0 }];
  await putService(run.deps, {
    ...{ name: 'shop', document: { ...document, rollouts: { bake: 'hold', bakeSeconds: 0, stages } } },
    ...{ actor: { type: 'person', id: 'ada', via: 'api' }, correlationId: 'edit', key: 'edit' },
  });
  const weights = new Set<number>();
  await run.minutes(30, async () => {
    weights.add(run.weight());
    return (await run.stands(id)) === 'Promoted';
  });
  expect([...weights]).toEqual(SHORT.map(({ weight }) => weight));
  expect((await run.rollout(id)).data).toMatchObject({ plan: before, bakeChoice: 'page' });
});
