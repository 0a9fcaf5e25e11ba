import { afterEach, expect, test } from 'vitest';
import { explainDeployment } from '../../../shared/deployments/index.ts';
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
