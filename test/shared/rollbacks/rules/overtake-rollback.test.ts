import fc from 'fast-check';
import { expect, test } from 'vitest';
import { END_STATES, MODES, OPEN_STATES } from '../../../../shared/rollbacks/contract.ts';
import { expireRollback } from '../../../../shared/rollbacks/rules/expire-rollback.ts';
import {
  type OvertakeInputs,
  overtakeRollback,
} from '../../../../shared/rollbacks/rules/overtake-rollback.ts';
import {
  handOverRollback,
  recordPullRequest,
  resetRollback,
} from '../../../../shared/rollbacks/rules/record-step.ts';
import { isAllowed } from '../../../../shared/rollbacks/transitions.ts';
import { at, series } from './readings.ts';

const CALM: OvertakeInputs = {
  ...{
    state: 'AwaitingMerge',
    afterMerge: false,
    killSwitchOn: false,
    pullRequest: { state: 'open', byUs: false },
  },
  ...{ readings: series('bbb'), target: 'new', createdAt: at(0), now: at(60) },
  limits: { gapSeconds: 15, healthySeconds: 60, staleSeconds: 86_400 },
};
const HEALTHY = { readings: series('ggggggg') };
const overtaken = (part: Partial<OvertakeInputs>) => overtakeRollback.decide({ ...CALM, ...part }).overtaken;

test('nothing overtakes a calm attempt, nor one whose pull request could not be read', () => {
  expect(overtaken({})).toBeNull();
  expect(overtaken({ pullRequest: null })).toBeNull();
});

test.each([
  ['a merge by a person', { pullRequest: { state: 'merged', byUs: false } }, 'PullRequestMergedByHuman'],
  ['a close by a person', { pullRequest: { state: 'closed', byUs: false } }, 'PullRequestClosedByHuman'],
  ['the kill switch', { killSwitchOn: true }, 'KillSwitchOn'],
  ['a minute of health', HEALTHY, 'HealthRestored'],
  ['a day of age', { now: at(86_400) }, 'Stale'],
] as const)('%s overtakes', (_what, part, event) => {
  expect(overtaken(part)).toMatchObject({ event });
});

test('what a person did at the forge comes before the kill switch, and that before health', () => {
  const all = { ...HEALTHY, killSwitchOn: true, pullRequest: { state: 'merged', byUs: false } } as const;
  expect(overtaken(all)).toMatchObject({ event: 'PullRequestMergedByHuman' });
  expect(overtaken({ ...HEALTHY, killSwitchOn: true })).toMatchObject({ event: 'KillSwitchOn' });
});

test('after the merge neither the kill switch nor the forge ends it', () => {
  const part = {
    afterMerge: true,
    killSwitchOn: true,
    pullRequest: { state: 'closed', byUs: false },
  } as const;
  expect(overtaken({ ...part, state: 'AwaitingHumanReview' })).toBeNull();
  expect(overtaken({ ...part, ...HEALTHY, state: 'RollbackMerged' })).toBeNull();
});

test('in a review after the merge only health on the target counts', () => {
  const review = { state: 'AwaitingHumanReview', afterMerge: true };
  expect(overtaken({ ...review, ...HEALTHY })).toBeNull();
  const onTarget = series('ggggggg', { revision: 'new' });
  expect(overtaken({ ...review, readings: onTarget })).toMatchObject({ to: 'RollbackComplete' });
  const unsynced = series('ggggggg', { revision: 'new', sync: 'OutOfSync' });
  expect(overtaken({ ...review, readings: unsynced })).toBeNull();
});

test('whatever overtakes an open state is a step of the table', () => {
  const inputs = fc.record({
    state: fc.constantFrom(...OPEN_STATES),
    killSwitchOn: fc.boolean(),
    pullRequest: fc.constantFrom(
      null,
      ...(['open', 'closed', 'merged'] as const).map((state) => ({ state, byUs: state === 'merged' })),
    ),
    readings: fc.constantFrom(series('bbb'), series('ggggggg'), series('ggggggg', { revision: 'new' })),
    now: fc.constantFrom(at(60), at(90_000)),
  });
  fc.assert(
    fc.property(inputs, fc.boolean(), (part, merged) => {
      const { state } = part;
      const afterMerge = state === 'RollbackMerged' || (state === 'AwaitingHumanReview' && merged);
      // Before its pull request exists there is none to read.
      const pullRequest = state === 'DegradationDetected' ? null : part.pullRequest;
      const found = overtaken({ ...part, afterMerge, pullRequest });
      if (found !== null)
        expect([state, found, isAllowed(state, found.event, found.to)]).toEqual([state, found, true]);
    }),
  );
});

const AT_DEADLINE = { mode: 'auto', approved: false, deadlineAt: at(600) } as const;
const expire = (state: string, readingsAgainst = 3, synced = false, now = 600) =>
  expireRollback.decide({ ...AT_DEADLINE, state, readingsAgainst, synced, now: at(now) });

test.each([
  ['DegradationDetected', 'NotConfirmed', 'SelfHealed'],
  ['CandidateResolved', 'PullRequestFailed', 'AwaitingHumanReview'],
  ['PullRequestOpen', 'CiTimedOut', 'AwaitingHumanReview'],
  ['AwaitingMerge', 'MergeTimedOut', 'AwaitingHumanReview'],
  ['AwaitingHumanReview', 'ReviewTimedOut', 'Aborted'],
  ['RollbackMerged', 'NotSynced', 'AwaitingHumanReview'],
])('the deadline of %s is %s to %s', (state, event, to) => {
  expect(expire(state)).toMatchObject({ event, to });
});

test('an approval that nobody gave in time ends the attempt; one that was given leads to a person', () => {
  const late = {
    ...AT_DEADLINE,
    state: 'AwaitingMerge',
    mode: 'approve',
    readingsAgainst: 3,
    synced: false,
  } as const;
  expect(expireRollback.decide({ ...late, now: at(600) })).toMatchObject({ reason: 'APPROVAL_TIMEOUT' });
  expect(expireRollback.decide({ ...late, approved: true, now: at(600) })).toMatchObject({
    reason: 'MERGE_TIMEOUT',
  });
});

test('an attempt that is too old ends as stale before any deadline, and one that has ended does not', () => {
  const old = { ...AT_DEADLINE, readingsAgainst: 3, synced: false, staleAt: at(300) };
  for (const state of ['DegradationDetected', 'RollbackMerged', 'AwaitingHumanReview']) {
    expect(expireRollback.decide({ ...old, state, now: at(300) })).toMatchObject({ reason: 'STALE_STATE' });
    expect(expireRollback.decide({ ...old, state, now: at(299) })).toEqual({ event: 'none' });
  }
  expect(expireRollback.decide({ ...old, state: 'Aborted', now: at(900) })).toEqual({ event: 'none' });
});

test('a deadline without one usable reading, and one after a sync, have their own names', () => {
  expect(expire('DegradationDetected', 0)).toMatchObject({ event: 'ReadingsMissing', reason: 'NO_READING' });
  expect(expire('RollbackMerged', 3, true)).toMatchObject({ event: 'StillDegraded' });
});

test('every open state has an end at its deadline and none before; an end has none', () => {
  for (const state of OPEN_STATES) {
    const outcome = expire(state);
    if (outcome.event === 'none') throw new Error(`${state} has no end at its deadline`);
    expect(isAllowed(state, outcome.event, outcome.to)).toBe(true);
    expect(expire(state, 3, false, 599)).toEqual({ event: 'none' });
  }
  for (const state of END_STATES) expect(expire(state)).toEqual({ event: 'none' });
  expect(MODES).toContain('auto');
});

test('refused credentials are security before the merge; every other failure goes to a person', () => {
  const handOver = (failure: string, afterMerge: boolean) =>
    handOverRollback.decide({ state: 'PullRequestOpen', failure, afterMerge }).verdict;
  expect(handOver('PermissionDenied', false)).toBe('security');
  expect(handOver('PermissionDenied', true)).toBe('review');
  expect(handOver('States.Timeout', false)).toBe('review');
  const failed = (fault: string) =>
    recordPullRequest.decide({ kind: 'failed', fault, message: 'm', candidate: 'c' }).verdict;
  expect([failed('PermissionDenied'), failed('Unavailable')]).toEqual(['security', 'review']);
});

test('only an attempt aborted for security whose slot is held can be reset', () => {
  const released = (state: string, reason: string, slotReleased: boolean) =>
    resetRollback.decide({ state, reason, slotReleased }).released;
  expect(released('Aborted', 'SECURITY', false)).toBe(true);
  expect(released('Aborted', 'SECURITY', true)).toBe(false);
  expect(released('Aborted', 'KILL_SWITCH', false)).toBe(false);
});
