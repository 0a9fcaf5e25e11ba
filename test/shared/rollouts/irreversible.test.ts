import { afterEach, describe, expect, test } from 'vitest';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

let run: DeploymentRun;
afterEach(() => run.close());

const BAD = { failing: 0.05, slow: 0.01 };
const DROP = { 'db/migrate/001_drop.sql': 'ALTER TABLE orders DROP COLUMN total;\n' };

/** A change that drops a column, at its first stage: a person has let it in. */
async function dropping(options: Parameters<typeof deploymentRun>[0] = {}) {
  run = await deploymentRun({ files: DROP, ...options });
  run.publish();
  const id = await run.request();
  if ((await run.deployment(id)).state.kind === 'AwaitingApproval') await run.answer('approve');
  expect([(await run.deployment(id)).data.irreversible, await run.stands(id)]).toEqual([true, 'AtStage']);
  return id;
}

async function condemned(id: string) {
  run.traffic.world.publish('2', run.change, BAD);
  await run.minutes(20, async () => (await run.stands(id)).startsWith('Held'));
  expect([await run.stands(id), run.weight()]).toEqual(['Held IRREVERSIBLE', 0.1]);
}

describe('a change that cannot be undone by routing', () => {
  test('and is condemned freezes and asks: a yes takes it back', async () => {
    const id = await dropping();
    await condemned(id);
    await run.minutes(30);
    expect([await run.stands(id), run.weight()]).toEqual(['Held IRREVERSIBLE', 0.1]);
    await run.answer('approve');
    expect([await run.stands(id), run.weight()]).toEqual(['RolledBack VERDICT', 0]);
  });

  test('and is condemned stays where it is on a no', async () => {
    const id = await dropping();
    await condemned(id);
    await run.answer('reject');
    expect([await run.stands(id), run.weight()]).toEqual(['Aborted FROZEN', 0.1]);
  });

  test('cannot be promoted past its verdict', async () => {
    const id = await dropping();
    await condemned(id);
    await expect(run.control(id, 'promote')).rejects.toMatchObject({ name: 'Conflict' });
  });

  test.each([
    ['condemned', (id: string) => condemned(id)],
    ['paused', (id: string) => run.control(id, 'pause')],
    [
      'held for something else',
      async () => {
        run.traffic.world.perMinute = 0;
        await run.minutes(13);
      },
    ],
  ])('is never taken back by itself: %s, and nobody answers', async (_what, lead) => {
    const id = await dropping();
    await lead(id);
    await run.pass(87_000);
    expect([await run.stands(id), run.weight()]).toEqual(['Aborted FROZEN', 0.1]);
  });
});
