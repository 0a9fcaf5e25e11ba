import { expect, test } from 'vitest';
import { explainApproval, listApprovalDecisions } from '../../../shared/approvals/index.ts';
import { explainDeployment, listDeploymentDecisions } from '../../../shared/deployments/index.ts';
import type { ExplainedStep, Head } from '../../../shared/kernel/index.ts';
import { explainRollout, listRolloutDecisions } from '../../../shared/rollouts/index.ts';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

/** What the API shows of a subject, by its kind. */
const VIEWS = {
  deployment: { explain: explainDeployment, decisions: listDeploymentDecisions },
  rollout: { explain: explainRollout, decisions: listRolloutDecisions },
  approval: { explain: explainApproval, decisions: listApprovalDecisions },
};

/** Erases a subject, and looks at what is left of it. */
async function expectErased({ store }: DeploymentRun, kind: keyof typeof VIEWS, { id, rev }: Head) {
  const { explain, decisions } = VIEWS[kind];
  const before = await explain(store, id);
  for (let at = 1; at <= rev; at += 1) store.erase({ kind, id }, at);
  const told = await explain(store, id);
  expect(told).toMatchObject({ state: before.state, summary: before.summary });
  const places = (steps: readonly ExplainedStep[]) => steps.map((step) => `${step.rev} ${step.at}`);
  expect(places(told.steps)).toEqual(places(before.steps));
  for (const step of told.steps) expect(step.reasons.map(({ code }) => code)).toEqual(['ERASED']);
  const { items } = await decisions(store, id);
  expect(items).toHaveLength(rev);
  for (const item of items) {
    expect(item).toMatchObject({ kind, id, erased: true });
    expect(Object.keys(item)).not.toEqual(expect.arrayContaining(['inputs']));
    for (const name of ['outcome', 'reasons', 'actor', 'seal']) expect(item).not.toHaveProperty(name);
  }
}

test('what was erased is still told by its envelope: every step, and that its content is gone', async () => {
  const run = await deploymentRun({ environment: 'production' });
  run.publish();
  const id = await run.request();
  await run.answer('approve', 'grace');
  await run.minutes(40, async () => (await run.deployment(id)).state.kind === 'Completed');
  await run.close();
  for (const kind of Object.keys(VIEWS) as (keyof typeof VIEWS)[]) {
    const { items } = await run.store.heads({ kind });
    expect(items.length).toBeGreaterThan(0);
    for (const head of items) await expectErased(run, kind, head);
  }
});
