import { expect, test } from 'vitest';
import { Fault, type FaultName } from '../../../shared/kernel/index.ts';
import { escalateRollback } from '../../../shared/rollbacks/index.ts';
import { rollbackRun } from '../../support/rollback-run.ts';

const OPENING = [
  'branchHead',
  'readFile',
  'openPullRequests',
  'createBranch',
  'commitFile',
  'openPullRequest',
];
const SEARCHING = ['commits', 'ci'];
const CHECKING = ['pullRequest', 'changedFiles', 'rules'];
/** No usable answer: it may come with the next look, so the state waits for its deadline. */
const NO_ANSWER = ['NotFound', 'Malformed', 'RateLimited', 'Unavailable'];
/** What no call of that kind answers by its contract. */
const SURPRISES = ['Conflict', 'InvalidInput'];

type Row = readonly [call: string, fault: string, end: string, said: RegExp];
const each = (
  calls: readonly string[],
  faults: readonly string[],
  end: string,
  said: RegExp,
): readonly Row[] => calls.flatMap((call) => faults.map((fault): Row => [call, fault, end, said]));

/** What a forge that answers one call badly, for good, leads to; and what a person is told of it: the forge's own words. */
const ROWS: readonly Row[] = [
  ...each(
    [...OPENING, ...SEARCHING, ...CHECKING, 'merge'],
    ['PermissionDenied'],
    'SECURITY',
    /the forge said/,
  ),
  // a limit that names no time: one that does is waited for (busy-forge.test.ts)
  ...each(OPENING, [...NO_ANSWER, ...SURPRISES], 'PR_FAILED', /could not be opened: the forge said/),
  ...each(
    SEARCHING,
    NO_ANSWER,
    'NO_CANDIDATE',
    /no ancestor was chosen.*,(commits|ci) could not be read: FAULT: the forge said/,
  ),
  ...each(
    CHECKING,
    NO_ANSWER,
    'MERGE_TIMEOUT',
    /deadline of AwaitingMerge has passed,.* could not be read: FAULT: the forge said/,
  ),
  ...each([...SEARCHING, ...CHECKING], SURPRISES, 'UNEXPECTED', /failed with FAULT: the forge said/),
  ...each(['merge'], ['NotFound', 'Malformed', ...SURPRISES], 'MERGE_REFUSED', /the forge said/),
  ...each(
    ['merge'],
    ['RateLimited', 'Unavailable'],
    'MERGE_TIMEOUT',
    /asked to merge and gave no answer .*: FAULT: the forge said/,
  ),
];

test.each(ROWS)(
  '%s that answers %s for good ends as %s, with the reason in words',
  async (call, name, end, said) => {
    const run = await rollbackRun();
    run.world.forge.firstChecks = 'success';
    run.world.forge.refuse = (asked) =>
      asked === call ? new Fault(name as FaultName, `the forge said ${name}`) : undefined;
    run.degrade();
    run.sweepEveryMinute();
    const attempt = await run.until(end === 'SECURITY' ? 'Aborted' : 'AwaitingHumanReview', 1400);
    expect(attempt.state).toMatchObject({ reason: end });
    expect(run.world.forge.writes.filter((write) => write.startsWith('merge'))).toEqual([]);
    const last = (await run.store.decisions({ kind: 'rollback', id: attempt.id })).at(-1)?.decision;
    const words = new RegExp(said.source.replace('FAULT', name).replace('the forge said', `$& ${name}`));
    expect(last?.reasons.map(({ text }) => text).join()).toMatch(words);
    await run.close();
  },
);

test('a repository that was renamed is told in its own words, not as a missing revision', async () => {
  const words = 'acme/shop was renamed or moved at GitHub: register it under its new `name`, said @ops ghp_';
  const run = await rollbackRun();
  run.world.forge.refuse = (call) =>
    call === 'commits' ? new Fault('NotFound', `${words}${'a'.repeat(36)}`) : undefined;
  run.degrade();
  run.sweepEveryMinute();
  const { id, rev } = await run.until('AwaitingHumanReview', 400);
  run.world.forge.refuse = () => undefined;
  const sent: string[] = [];
  const notify = { send: async ({ text }: { readonly text: string }) => void sent.push(text) };
  const event = { type: 'EscalationRaised', eventId: 'e/1', rollbackId: id, rev };
  await escalateRollback({ ...run.deps, notify }, event);
  expect(sent).toEqual(['shop in staging: what the search for a stable revision asks for could not be read']);
  // as code: no mark-up, nobody is named, no secret
  expect(run.world.forge.issues()[0]?.body).toContain(
    "`commits could not be read: NotFound: acme/shop was renamed or moved at GitHub: register it under its new 'name', said @ops [redacted]`",
  );
  await run.close();
});

test('what was said of one review is not told of the next', async () => {
  const run = await rollbackRun();
  run.world.forge.firstChecks = 'success';
  run.world.forge.refuse = (call) => (call === 'merge' ? new Fault('Unavailable', 'down') : undefined);
  run.degrade();
  run.sweepEveryMinute();
  const review = await run.until('AwaitingHumanReview', 900);
  expect(review.data.said).toContain('Unavailable: down');
  run.heal();
  const healed = await run.until('SelfHealed');
  expect(healed.data.said).toBeUndefined();
  await run.close();
});
