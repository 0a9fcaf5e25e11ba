import { expect, test } from 'vitest';
import { knownAtOpening } from '../../../shared/rollbacks/known-at-opening.ts';
import { pullRequestBody } from '../../../shared/rollbacks/pull-request-text.ts';
import { attemptReadings } from '../../../shared/rollbacks/read-world.ts';
import { GITOPS } from '../../support/memory-world.ts';
import { rollbackRun } from '../../support/rollback-run.ts';

const bodyOf = (run: Awaited<ReturnType<typeof rollbackRun>>) =>
  run.world.forge.pullRequests(GITOPS)[0]?.body ?? '';

test('the pull request shows the eight invariants with their values, those of the pull request itself as pending', async () => {
  const run = await rollbackRun();
  run.degrade();
  run.sweepEveryMinute();
  const attempt = await run.until('PullRequestOpen');
  const rows = bodyOf(run)
    .split('\n')
    .filter((line) => /^\| I\d /.test(line));
  expect(rows).toEqual([
    '| I1 environment | pass | `staging` |',
    '| I2 health | pass | `Degraded` |',
    expect.stringMatching(/^\| I3 replica shortage \| pass \| `\d of \d replicas` \|$/),
    expect.stringMatching(/^\| I4 persistence \| pass \| `\d+ bad readings in a row over \d+ s` \|$/),
    expect.stringMatching(/^\| I5 stable target \| (pass|fail) \| `.*uptime.*` \|$/),
    '| I6 checks | pending | `the checks start with this pull request` |',
    '| I7 no conflict | pending | `open pull requests are read once this one is open` |',
    '| I8 protection | pending | `the rules of the branch are read once this one is open` |',
  ]);
  expect(bodyOf(run)).toContain(`| Invariant, at ${attempt.data.times.candidate} | | value |`);
  await run.close();
});

test('both revisions stand there with their ages, which the decision has recorded', async () => {
  const run = await rollbackRun();
  await run.pass(2 * 86_400 + 3 * 3600 + 5);
  const bad = run.world.forge.commit('acme/shop', 'main', 'worse');
  run.world.revisions.set(bad, 'Degraded');
  run.world.deploy('shop', 'staging', bad);
  run.sweepEveryMinute();
  const attempt = await run.until('PullRequestOpen');
  const { candidate, revisionCommittedAt = '', candidateRev = 0 } = attempt.data;
  const row = (name: string) =>
    bodyOf(run)
      .split('\n')
      .find((line) => line.startsWith(`| ${name} `));
  expect(row('Degraded revision')).toMatch(
    new RegExp(`\`${bad}\` \\(committed ${revisionCommittedAt}, (\\d min )?\\d+ s old\\)`),
  );
  expect(row('Back to')).toMatch(
    new RegExp(`\`${candidate?.revision}\` .*committed ${candidate?.committedAt}, 2 d 3 h old\\)`),
  );
  const decisions = await run.store.decisions({ kind: 'rollback', id: attempt.id });
  const chosen = decisions.find(({ envelope }) => envelope.event === 'CandidateResolved');
  expect(chosen?.envelope.rev).toBe(candidateRev);
  expect(chosen?.payload?.bytes).toContain(`"currentCommittedAt":"${revisionCommittedAt}"`);
  await run.close();
});

test('it names the address of its ledger entry and of its explanation', async () => {
  const run = await rollbackRun();
  run.degrade();
  run.sweepEveryMinute();
  const { id, data } = await run.until('PullRequestOpen');
  const body = bodyOf(run);
  expect(data.candidateRev).toBe(2);
  expect(body).toContain(`GET /v1/ledger/proof/rollback/${id}/2`);
  expect(body).toContain(`holdfast ledger proof rollback ${id} 2`);
  expect(body).toContain(`GET /v1/rollbacks/${id}/explain`);
  await run.close();
});

test('an opening that is tried again later finds its own pull request and would write the same text', async () => {
  const run = await rollbackRun();
  const { forge } = run.world;
  let cut = '';
  let then: ReturnType<typeof run.attempts> | undefined;
  forge.interrupt = (call) => {
    if (call !== 'openPullRequest' || cut !== '') return;
    cut = bodyOf(run);
    then = run.attempts();
    throw Object.assign(new Error('died'), { name: 'Lambda.ServiceException' });
  };
  run.degrade();
  run.sweepEveryMinute();
  const attempt = await run.until('PullRequestOpen');
  const [standing = attempt] = (await then) ?? [];
  expect(standing.state.kind).toBe('CandidateResolved');
  expect(forge.pullRequests(GITOPS)).toHaveLength(1);
  expect(cut).not.toBe('');
  expect(bodyOf(run)).toBe(cut);
  await run.pass(120);
  const readings = await attemptReadings(run.deps, attempt);
  const known = knownAtOpening(run.deps, standing, readings);
  expect(readings.length).toBeGreaterThan(known.readings.length);
  const [path = '', pointer = '', after = ''] = changeIn(cut);
  const change = { path, pointer, before: attempt.data.revision ?? '', after };
  expect(pullRequestBody(standing, change, known)).toBe(cut);
  await run.close();
});

test('an attempt of a release before says which age it has not read', async () => {
  const run = await rollbackRun();
  run.degrade();
  run.sweepEveryMinute();
  const attempt = await run.until('PullRequestOpen');
  const { revisionCommittedAt: _age, candidateRev: _rev, ...data } = attempt.data;
  const change = { path: 'a', pointer: '/b', before: 'c', after: 'd' };
  const body = pullRequestBody({ ...attempt, data }, change, knownAtOpening(run.deps, attempt, []));
  expect(body).toContain('(its age was not read)');
  expect(body).toContain('| I2 health | wait | `health could not be read` |');
  expect(body).toContain(`ledger/proof/rollback/${attempt.id}/${attempt.rev}`);
  await run.close();
});

test('text from outside is quoted: it breaks no row, closes no issue, calls nobody and ends no quotation', async () => {
  const run = await rollbackRun();
  run.degrade();
  run.sweepEveryMinute();
  const attempt = await run.until('PullRequestOpen');
  const { candidate, trigger } = attempt.data;
  if (candidate === undefined) throw new Error('nothing was chosen');
  const nasty = 'fixes #12 | `x` @acme/all\r\n\r\n## done \u2028 ```\n| a | b |';
  const data = {
    ...attempt.data,
    trigger: { ...trigger, text: nasty },
    candidate: { ...candidate, message: nasty },
  };
  const change = { path: nasty, pointer: nasty, before: nasty, after: 'd' };
  const known = knownAtOpening(run.deps, attempt, []);
  const invariants = known.invariants.map((each) => ({ ...each, value: nasty }));
  const body = pullRequestBody({ ...attempt, data }, change, { ...known, invariants });
  const safe = "`fixes #12 ¦ 'x' @acme/all ## done ''' ¦ a ¦ b ¦`";
  const lines = body.split('\n');
  expect(lines).toContain(`| Trigger | ${safe} |`);
  expect(lines.find((line) => line.startsWith('| Back to |'))).toContain(`| \`d\` (${safe}; committed `);
  expect(lines.filter((line) => /^\| I\d /.test(line) && line.endsWith(`| ${safe} |`))).toHaveLength(8);
  const fence = lines.indexOf('```diff');
  expect(lines.slice(fence + 2, fence + 4)).toEqual(['+ d', '```']);
  // outside of quotations, and of the fenced change, nothing of it is left
  const bare = lines.filter((line) => !line.startsWith('- ')).join('\n');
  expect(bare.replace(/`[^`\n]*`/g, '')).not.toMatch(/#12|@acme|## done/);
  await run.close();
});

/** Path and pointer of the change, and the revision that it goes back to. */
function changeIn(body: string): readonly string[] {
  const [, path = '', pointer = ''] = /Change in `([^`]+)` at `([^`]+)`/.exec(body) ?? [];
  const [, after = ''] = /^\+ (\w+)$/m.exec(body) ?? [];
  return [path, pointer, after];
}
