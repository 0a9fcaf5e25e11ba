import { expect, test } from 'vitest';
import { Fault, type FaultName } from '../../../shared/kernel/index.ts';
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

/** What a forge that answers one call badly, for good, leads to; and what a person is told of it. */
const ROWS: readonly Row[] = [
  ...each([...OPENING, ...SEARCHING, ...CHECKING, 'merge'], ['PermissionDenied'], 'SECURITY', /./),
  ...each(OPENING, [...NO_ANSWER, ...SURPRISES], 'PR_FAILED', /could not be opened: the forge said/),
  ...each(SEARCHING, NO_ANSWER, 'NO_CANDIDATE', /./),
  ...each(CHECKING, NO_ANSWER, 'MERGE_TIMEOUT', /deadline of AwaitingMerge has passed/),
  ...each([...SEARCHING, ...CHECKING], SURPRISES, 'UNEXPECTED', /failed with (Conflict|InvalidInput)/),
  ...each(['merge'], ['NotFound', 'Malformed', ...SURPRISES], 'MERGE_REFUSED', /the forge said/),
  ...each(['merge'], ['RateLimited', 'Unavailable'], 'UNEXPECTED', /failed with (RateLimited|Unavailable)/),
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
    expect(last?.reasons.map(({ text }) => text).join()).toMatch(said);
    await run.close();
  },
);
