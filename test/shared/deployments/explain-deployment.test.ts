import { afterEach, expect, test } from 'vitest';
import { explainDeployment } from '../../../shared/deployments/index.ts';
import type { DecideDeploymentInputs } from '../../../shared/deployments/rules/decide-deployment.ts';
import { askToBreakGlass, settleGlass } from '../../../shared/policies/index.ts';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

let run: DeploymentRun;
afterEach(() => run.close());

const FRIDAY = '2026-11-20T16:00:00.000Z';

test('a deployment into a freeze through broken glass says which policy was lifted, by whom and until when', async () => {
  run = await deploymentRun({ start: FRIDAY });
  run.publish();
  const glass = await askToBreakGlass(
    run.deps,
    { service: 'shop', environment: 'staging', reason: 'the fix itself', minutes: 30 },
    { actor: { type: 'person', id: 'ada', via: 'api' }, correlationId: 'glass', key: 'glass' },
  );
  await run.answer('approve', 'grace');
  await settleGlass(run.deps);
  const id = await run.request();
  const { state, policies, exceptions } = await explainDeployment(run.store, id);
  expect(state.kind).toBe('RollingOut');
  const expiresAt = expect.stringMatching(/^2026-11-20T16:30/);
  const lifted = { kind: 'break-glass', id: glass.id, expiresAt };
  expect(policies?.find((policy) => policy.id === 'freeze-windows')).toMatchObject({
    cameTo: 'nothing',
    lifted,
  });
  expect(policies?.find((policy) => policy.id === 'baseline')).not.toHaveProperty('lifted');
  expect(exceptions).toEqual([
    { ...lifted, state: 'used', owner: 'ada', grantedBy: 'grace', reason: 'the fix itself' },
  ]);
});

test('in a freeze the nearest change is its end, and never what would be riskier', async () => {
  run = await deploymentRun({ start: FRIDAY });
  run.publish();
  const { state, nearestTo, nearest, nearestNote } = await explainDeployment(run.store, await run.request());
  expect(state).toEqual({ kind: 'Blocked', reason: 'POLICY' });
  expect(nearestTo).toBe('it was blocked by freeze-windows');
  expect(nearest[0]).toMatchObject({
    ...{ facts: ['at'], to: 'Cleared', would: 'it would have been cleared', better: true },
    text: 'after the freeze friday-afternoon, which ends at 2026-11-21T00:00:00.000Z (8 h later)',
  });
  expect(nearest.every(({ better, to }) => better && to === 'Cleared')).toBe(true);
  expect(nearest[0]).not.toHaveProperty('situation');
  expect(nearestNote).toBeUndefined();
});

test('of what a person approved it is told what would have spared the question', async () => {
  run = await deploymentRun({ environment: 'production', level: 'auto' });
  run.publish();
  const id = await run.request();
  await run.answer('approve', 'grace');
  const { state, nearestTo, nearest } = await explainDeployment(run.store, id);
  expect(state.kind).toBe('RollingOut');
  expect(nearestTo).toBe('it was put to a person for approval');
  expect(nearest[0]).toMatchObject({
    text: 'in staging, at the same level (auto)',
    would: 'it would have been cleared',
  });
});

test('what was not decided, was erased, or was decided by other rules: that it cannot be told', async () => {
  run = await deploymentRun();
  const unknown = await run.request('f'.repeat(40));
  const early = await explainDeployment(run.store, unknown);
  expect(early).toMatchObject({ state: { kind: 'Blocked', reason: 'REVISION_UNKNOWN' }, nearest: [] });
  expect(early.nearestNote).toContain('have not been asked');

  run.publish();
  const id = await run.request();
  const records = await run.store.decisions({ kind: 'deployment', id });
  const reading = (decisions: unknown) =>
    explainDeployment({ ...run.store, decisions: async () => decisions as typeof records }, id);
  const erased = await reading(records.map(({ envelope }) => ({ envelope })));
  expect(erased).toMatchObject({ nearest: [], nearestNote: expect.stringContaining('was erased') });
  const older = await reading(
    records.map(({ envelope, decision }) => ({
      envelope,
      decision: decision && { ...decision, rule: { ...decision.rule, version: 0 } },
    })),
  );
  expect(older).toMatchObject({ nearest: [], nearestNote: expect.stringContaining('another version') });
});

test('where nothing would have let it come further it says so', async () => {
  run = await deploymentRun({ environment: 'production' });
  const always = {
    ...{ id: 'always', title: 'a person looks at everything', severity: 'low' as const },
    ...{ effect: 'require-approval' as const, condition: { op: 'value' as const, value: true } },
  };
  run.publish();
  const id = await run.request();
  const records = await run.store.decisions({ kind: 'deployment', id });
  const asking = records.map((record) => {
    const inputs = record.decision?.inputs as DecideDeploymentInputs | undefined;
    if (record.decision === undefined || inputs?.policies === undefined) return record;
    const policies = [...inputs.policies.set.policies, always];
    const set = { ...inputs.policies.set, policies };
    return {
      ...record,
      decision: { ...record.decision, inputs: { ...inputs, policies: { ...inputs.policies, set } } },
    };
  });
  const told = await explainDeployment({ ...run.store, decisions: async () => asking as typeof records }, id);
  expect(told.nearest.length).toBeGreaterThan(0);
  expect(told.nearestNote).toContain('would have let it come further');
});
