import { afterEach, expect, test } from 'vitest';
import { explainDeployment } from '../../../shared/deployments/index.ts';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

let run: DeploymentRun;
afterEach(() => run.close());

test('who is asked to approve a condemned revision is told which rollout condemned it and who tries it again', async () => {
  run = await deploymentRun();
  run.publish({ failing: 0.05, slow: 0.01 });
  const first = await run.request();
  await run.minutes(30, async () => (await run.deployment(first)).state.kind === 'RolledBack');
  const asking = { reason: 'the database was down', person: 'grace', via: 'api', isApprover: true } as const;
  const { id } = await run.verb(first, 'retry', asking);
  const rollout = first.replace('dep_', 'rol_');
  const { steps, state } = await explainDeployment(run.store, id);
  expect(state.kind).toBe('AwaitingApproval');
  expect(steps.at(-1)?.reasons).toContainEqual({
    code: 'CONDEMNED',
    text: `${rollout} condemned this revision before; it is tried again by grace`,
  });
  expect((await run.approvals())[0]?.data.plan.facts).toMatchObject({ condemnedBefore: 'yes' });
  await run.answer('approve', 'ada');
  expect((await run.deployment(id)).state.kind).toBe('RollingOut');
});

test('the approval of any other revision says nothing of it', async () => {
  run = await deploymentRun({ environment: 'production' });
  run.publish();
  await run.request();
  expect((await run.approvals())[0]?.data.plan.facts).not.toHaveProperty('condemnedBefore');
});
