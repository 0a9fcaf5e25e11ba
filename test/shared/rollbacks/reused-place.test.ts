import { expect, test } from 'vitest';
import { GITOPS, manifestPath } from '../../support/memory-world.ts';
import { rollbackRun } from '../../support/rollback-run.ts';

test('a pull request that is used again needs no place, and gives back the one that was taken for it', async () => {
  const hour = `QUOTA#pull-requests#${GITOPS}#2026-11-21T10`;
  for (const full of [false, true]) {
    const run = await rollbackRun({ level: 'suggest' });
    const path = manifestPath('shop', 'staging');
    run.degrade();
    const [target = ''] = run.revisions().slice(-2);
    const broken = run.revisions().at(-1) ?? '';
    const text = (run.world.forge.fileAt(GITOPS, 'main', path) ?? '').replace(broken, target);
    await run.deps.forge.createBranch(GITOPS, 'by-hand', await run.deps.forge.branchHead(GITOPS, 'main'));
    run.world.forge.commit(GITOPS, 'by-hand', 'by hand', { [path]: text });
    await run.deps.forge.openPullRequest({
      ...{ repository: GITOPS, headBranch: 'by-hand', baseBranch: 'main', body: 'before' },
      title: `Rollback: shop to ${target.slice(0, 7)} (degraded in staging)`,
      labels: ['holdfast', 'rollback', 'staging'],
    });
    const { write, count } = run.store;
    if (full) {
      const refused = (counter: string) => counter === hour;
      Object.assign(run.deps.store, {
        write: async (...[draft]: Parameters<typeof write>) => {
          const effect = draft.effects.find(
            (each) => each.type === 'count' && each.by === 1 && refused(each.counter),
          );
          return effect === undefined ? write(draft) : { kind: 'effect-refused' as const, effect };
        },
        count: async (counter: string) => (refused(counter) ? 10 : count(counter)),
      });
    }
    run.sweepEveryMinute();
    const attempt = await run.until('PullRequestOpen');
    expect(attempt.data.pullRequest?.number).toBe(1);
    expect(run.world.forge.pullRequests(GITOPS)).toHaveLength(1);
    expect(await count(hour)).toBe(0);
    await run.close();
  }
});
