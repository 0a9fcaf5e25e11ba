import { afterEach, expect, test } from 'vitest';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

let run: DeploymentRun;
afterEach(() => run.close());

async function askedWith(author: string) {
  run = await deploymentRun({ environment: 'production' });
  run.publish();
  const id = await run.request(run.change, { declared: { author } });
  expect((await run.deployment(id)).state.kind).toBe('AwaitingApproval');
  return { id, notBy: (await run.approvals())[0]?.data.notBy };
}

test.each([
  ['login', 'grace-h'],
  ['login in another case', 'Grace-H'],
  ['name', 'grace'],
])(
  'an author whom the caller names by %s may not approve, and the forge names as many as before',
  async (_how, author) => {
    const { id, notBy } = await askedWith(author);
    expect(notBy).toEqual(expect.arrayContaining(['linus', 'github:dev', 'grace']));
    await expect(run.answer('approve', 'grace')).rejects.toMatchObject({ name: 'Forbidden' });
    await run.answer('approve', 'ada');
    expect((await run.deployment(id)).state.kind).toBe('RollingOut');
  },
);

test('an author whom nobody knows is one more login that may not approve', async () => {
  const { notBy } = await askedWith('stranger');
  expect(notBy).toEqual(['linus', 'github:dev', 'github:stranger']);
});
