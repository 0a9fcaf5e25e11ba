import { afterEach, expect, test } from 'vitest';
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
