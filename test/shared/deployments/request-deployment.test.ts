import { afterEach, describe, expect, test } from 'vitest';
import type { RequestInput } from '../../../shared/deployments/index.ts';
import { Fault } from '../../../shared/kernel/index.ts';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

let run: DeploymentRun;
afterEach(() => run.close());

/** A deployment that is Requested: whoever took the question died before its workflow was started. */
async function askedFirst(more: Partial<RequestInput>) {
  run = await deploymentRun();
  run.publish();
  const { startDeployment } = run.deps;
  Object.assign(run.deps, {
    startDeployment: async () => {
      throw new Fault('Unavailable', 'no workflow');
    },
  });
  await expect(run.request(run.change, more)).rejects.toMatchObject({ name: 'Unavailable' });
  Object.assign(run.deps, { startDeployment });
  return (await run.store.heads({ kind: 'deployment' })).items[0]?.id ?? '';
}

describe('asking again while a deployment is requested', () => {
  test.each<[string, Partial<RequestInput>]>([
    ['with more facts', { declared: { hotfix: true, lines: 900 } }],
    ['with fewer facts', { declared: {} }],
    ['with a preset', { declared: { hotfix: true }, preset: 'blue-green' }],
    ['as a retry', { declared: { hotfix: true }, retryOf: 'dep_01' }],
  ])('%s is refused, naming what is under way: success would drop them', async (_how, more) => {
    const id = await askedFirst({ declared: { hotfix: true } });
    await expect(run.request(run.change, more)).rejects.toMatchObject({
      name: 'Conflict',
      message: expect.stringContaining(id),
    });
    expect((await run.deployment(id)).data.declared).toEqual({ hotfix: true });
  });

  test('with the same facts in another order starts it', async () => {
    const id = await askedFirst({ declared: { hotfix: true, lines: 9 }, preset: 'blue-green' });
    const again = { declared: { lines: 9, hotfix: true }, preset: 'blue-green' } as const;
    expect(await run.request(run.change, again)).toBe(id);
    expect((await run.deployment(id)).state.kind).not.toBe('Requested');
  });
});
