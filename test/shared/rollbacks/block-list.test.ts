import { expect, test } from 'vitest';
import { blockOf } from '../../../shared/rollouts/index.ts';
import { rollbackRun } from '../../support/rollback-run.ts';

test('a revision that a rollout condemned is no candidate: the one before it is taken, and the decision says why', async () => {
  const run = await rollbackRun();
  const condemned = run.revisions().at(-2) ?? '';
  const { lockHolder } = run.deps.store;
  Object.assign(run.deps.store, {
    lockHolder: async (lock: string) => (lock === blockOf('shop', condemned) ? 'rol_01' : lockHolder(lock)),
  });
  run.degrade();
  run.sweepEveryMinute();
  const attempt = await run.until('PullRequestOpen');
  expect(attempt.data.candidate?.revision).toBe(run.revisions().at(-3));
  const decisions = await run.deps.store.decisions({ kind: 'rollback', id: attempt.id });
  const resolved = decisions.find(({ envelope }) => envelope.event === 'CandidateResolved');
  expect(JSON.stringify(resolved?.decision?.outcome)).toContain('was condemned by rol_01');
  await run.close();
});
