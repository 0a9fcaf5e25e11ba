import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expireRollbackAtDeadline } from '../../../shared/rollbacks/index.ts';
import { rollbackRun } from '../../support/rollback-run.ts';

/** Whatever is awaited may take as long as the whole attempt. */
const lasting = (seconds: number) => ({
  ...{ staleAfter: seconds, ciWait: seconds, mergeWait: seconds, humanMergeWait: seconds },
  ...{ reviewWait: seconds, approvalPage: seconds, syncDeadline: seconds, recoveryDeadline: seconds },
});
const ageOf = (createdAt: string): number => (Date.now() - Date.parse(createdAt)) / 1000;

test.each([
  ['PullRequestOpen', undefined],
  ['AwaitingHumanReview', 'failure'],
] as const)(
  'an attempt that is too old ends in %s when its time has come, whatever it waits for',
  async (state, checks) => {
    const run = await rollbackRun({ timings: lasting(900) });
    run.degrade();
    run.sweepEveryMinute();
    await run.until('PullRequestOpen');
    if (checks !== undefined) run.checks(checks);
    const { createdAt, data } = await run.until(state, 60);
    expect(Date.parse(data.deadlineAt ?? '') - Date.parse(createdAt)).toBeGreaterThan(900_000);
    await run.pass(890 - ageOf(createdAt));
    expect((await run.attempts())[0]?.state.kind).toBe(state);
    await run.pass(15);
    expect((await run.attempts())[0]?.state).toEqual({ kind: 'Aborted', reason: 'STALE_STATE' });
    await run.close();
  },
);

test('one whose age no other task has judged is ended by the task that ends what is over', async () => {
  const run = await rollbackRun({ timings: lasting(900) });
  run.degrade();
  run.sweepEveryMinute();
  const { id: rollbackId, createdAt } = await run.until('PullRequestOpen');
  const later = { ...run.deps, clock: () => Date.parse(createdAt) + 900_000 };
  const ended = await expireRollbackAtDeadline(later, { rollbackId, key: 'expired' });
  expect(ended).toMatchObject({ state: 'Aborted', expired: false });
  expect((await run.attempts())[0]?.state).toEqual({ kind: 'Aborted', reason: 'STALE_STATE' });
  const decisions = await run.store.decisions({ kind: 'rollback', id: rollbackId });
  expect(decisions.at(-1)?.decision).toMatchObject({
    rule: { name: 'expire-rollback', version: 2 },
    reasons: [{ code: 'STALE_STATE', text: 'the attempt is too old to go on' }],
  });
  await run.close();
});

test('one whose workflow was lost is ended an hour after its time, not after its deadline', async () => {
  const committed = join(import.meta.dirname, '../../../statemachines/roll-back-service.asl.json');
  const machine = readFileSync(committed, 'utf8').replace('"Next": "Await CI"', '"Next": "Attempt lost"');
  const run = await rollbackRun({ machine, timings: lasting(900) });
  run.degrade();
  run.sweepEveryMinute();
  const { createdAt, data } = await run.until('PullRequestOpen');
  const deadline = (Date.parse(data.deadlineAt ?? '') - Date.parse(createdAt)) / 1000;
  await run.pass(900 + 3_590 - ageOf(createdAt));
  expect((await run.attempts())[0]?.state.kind).toBe('PullRequestOpen');
  await run.pass(deadline - 900 + 5);
  expect((await run.attempts())[0]?.state).toEqual({ kind: 'Aborted', reason: 'STALE_STATE' });
  await run.close();
});
