import { afterEach, expect, test } from 'vitest';
import { putService, readService } from '../../../shared/services/index.ts';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

let run: DeploymentRun;
afterEach(() => run.close());

test.each(['payment', 'Payment', 'PAYMENT '])(
  'a deployment whose class of data reads %j is blocked: a name that no policy knows is no way around one',
  async (name) => {
    run = await deploymentRun();
    run.publish();
    const id = await run.request(run.change, { declared: { dataClasses: [name] } });
    expect((await run.deployment(id)).state).toEqual({ kind: 'Blocked', reason: 'POLICY' });
    const decided = (await run.store.decisions({ kind: 'deployment', id })).at(-1)?.decision;
    expect(decided?.reasons.map(({ text }) => text).join()).toContain('pci-compliance-check');
  },
);

/** The registry's entry of the service, with these classes of data from now on. */
async function registered(dataClasses: readonly string[]) {
  const document = { ...(await readService(run.deps, 'shop')), dataClasses: [...dataClasses] };
  const actor = { type: 'person', id: 'ada', via: 'api' } as const;
  await putService(run.deps, { name: 'shop', document, actor, correlationId: 'classes', key: 'classes' });
}

test.each([
  ['nothing', {}],
  ['that there are none', { dataClasses: [] }],
  ['another class', { dataClasses: ['internal'] }],
])(
  'of a service that the registry lists under payment, a caller who says %s is blocked by the policy',
  async (_what, declared) => {
    run = await deploymentRun();
    run.publish();
    await registered(['payment']);
    const id = await run.request(run.change, { declared });
    const { state, data } = await run.deployment(id);
    expect(state).toEqual({ kind: 'Blocked', reason: 'POLICY' });
    expect(data.change?.dataClasses).toContain('payment');
    const decisions = await run.store.decisions({ kind: 'deployment', id });
    const texts = decisions.flatMap(({ decision }) => decision?.reasons.map(({ text }) => text) ?? []).join();
    expect(texts).toContain('pci-compliance-check');
    expect(texts).toContain('the registry says of the service: payment');
  },
);

test('of a service without an entry of classes only what the caller says is known', async () => {
  run = await deploymentRun();
  run.publish();
  const id = await run.request();
  const { state, data } = await run.deployment(id);
  expect([state.kind, data.change?.dataClasses]).toEqual(['RollingOut', []]);
});
