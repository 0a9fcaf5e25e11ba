import { expect, test } from 'vitest';
import {
  END_STATES,
  EVENTS,
  MODES,
  OPEN_STATES,
  type RollbackState,
  STATES,
  TIMINGS,
  timingsAt,
} from '../../../shared/rollbacks/contract.ts';
import { stateDeadline } from '../../../shared/rollbacks/deadlines.ts';
import { isAllowed, TRANSITIONS } from '../../../shared/rollbacks/transitions.ts';

/** spec/rollback.md, row by row, and what ADR 0004 and 0010 add. */
const BEFORE = 'CandidateResolved PullRequestOpen AwaitingMerge AwaitingHumanReview';
const RULING: readonly (readonly [from: string, event: string, to: string])[] = [
  ['None', 'DegradationDetected', 'DegradationDetected'],
  ['DegradationDetected', 'CandidateResolved', 'CandidateResolved'],
  ['DegradationDetected', 'CandidateResolved NoCandidate', 'Observed'],
  ['DegradationDetected', 'NoCandidate ReadingsMissing', 'AwaitingHumanReview'],
  ['DegradationDetected', 'NotConfirmed HealthRestored', 'SelfHealed'],
  ['CandidateResolved', 'PullRequestOpened', 'PullRequestOpen'],
  ['CandidateResolved', 'PullRequestFailed', 'Aborted'],
  ['CandidateResolved', 'PullRequestFailed', 'AwaitingHumanReview'],
  ['PullRequestOpen', 'CiSucceeded', 'AwaitingMerge'],
  ['PullRequestOpen', 'CiFailed CiTimedOut', 'AwaitingHumanReview'],
  ['AwaitingMerge', 'InvariantsPassed', 'RollbackMerged'],
  ['AwaitingMerge', 'InvariantsFailed MergeTimedOut', 'AwaitingHumanReview'],
  ['AwaitingMerge', 'HumanApproved', 'RollbackMerged'],
  ['AwaitingMerge', 'ApprovalTimedOut AbortRequested ManualTakeover', 'Aborted'],
  ['AwaitingMerge', 'AutonomyLowered Paged MergeStarted MergeHeld MergeQueued', 'AwaitingMerge'],
  ['AwaitingMerge', 'CheckpointAwaited MergePostponed', 'AwaitingMerge'],
  ['AwaitingMerge', 'CheckpointTimedOut', 'AwaitingHumanReview'],
  ['AwaitingHumanReview', 'ReviewApproved', 'AwaitingMerge'],
  ['AwaitingHumanReview', 'Paged HeadMoved', 'AwaitingHumanReview'],
  [BEFORE, 'MergeCompleted', 'RollbackMerged'],
  ['AwaitingHumanReview', 'AbortRequested ManualTakeover ReviewTimedOut', 'Aborted'],
  ['AwaitingHumanReview', 'HealthRestored', 'RollbackComplete'],
  [BEFORE, 'HealthRestored', 'SelfHealed'],
  [BEFORE, 'PullRequestMergedByHuman', 'RollbackMerged'],
  [BEFORE, 'PullRequestClosedByHuman', 'Aborted'],
  ['RollbackMerged', 'HealthRestored', 'RollbackComplete'],
  ['RollbackMerged', 'NotSynced StillDegraded DegradedAgain', 'AwaitingHumanReview'],
  [`DegradationDetected ${BEFORE}`, 'KillSwitchOn SecurityViolation', 'Aborted'],
  [OPEN_STATES.join(' '), 'Stale', 'Aborted'],
  [OPEN_STATES.join(' '), 'HandedOver', 'AwaitingHumanReview'],
  ['Aborted', 'HumanReset StalePullRequestClosed MergeCompleted', 'Aborted'],
  ['SelfHealed', 'StalePullRequestClosed MergeCompleted', 'SelfHealed'],
];
const rows = RULING.flatMap(([from, events, to]) =>
  from.split(' ').flatMap((state) => events.split(' ').map((event) => `${state} ${event} ${to}`)),
);

test('the table is the ruling, nothing less and nothing more', () => {
  const table = TRANSITIONS.map(({ from, event, to }) => `${from} ${event} ${to}`);
  expect(table.toSorted()).toEqual(rows.toSorted());
});

test('a pair that is not in the table is refused', () => {
  expect(isAllowed('AwaitingMerge', 'InvariantsPassed', 'RollbackMerged')).toBe(true);
  expect(isAllowed('PullRequestOpen', 'InvariantsPassed', 'RollbackMerged')).toBe(false);
  expect(isAllowed('Nowhere', 'Stale', 'Aborted')).toBe(false);
});

test('nothing leaves an end: what is recorded after it changes no state', () => {
  const leaving = TRANSITIONS.filter(({ from }) => END_STATES.some((end) => end === from));
  expect(leaving.filter(({ from, to }) => from !== to)).toEqual([]);
  expect(leaving).toHaveLength(5);
});

test('every state is reached, every open state can end, and every event is used', () => {
  const reached = new Set<string>(['None']);
  for (const state of reached) for (const row of TRANSITIONS) if (row.from === state) reached.add(row.to);
  expect([...reached].toSorted()).toEqual([...STATES, 'None'].toSorted());
  for (const state of OPEN_STATES)
    expect(TRANSITIONS.some(({ from, to }) => from === state && to === 'Aborted')).toBe(true);
  const used = new Set<string>(TRANSITIONS.map(({ event }) => event));
  expect(EVENTS.filter((event) => !used.has(event))).toEqual([]);
});

const stateOf = (kind: (typeof STATES)[number]): RollbackState => {
  if (kind === 'AwaitingHumanReview') return { kind, reason: 'CI_FAILED', afterMerge: false };
  if (kind === 'SelfHealed') return { kind, reason: 'TRANSIENT', flapping: false };
  return kind === 'Aborted' ? { kind, reason: 'SECURITY' } : { kind };
};

test('every open state has a deadline in every mode, and no end has one', () => {
  const timings = timingsAt(1);
  for (const mode of MODES) {
    for (const kind of OPEN_STATES) expect(stateDeadline(stateOf(kind), mode, timings)).toBeGreaterThan(0);
    for (const kind of END_STATES) expect(stateDeadline(stateOf(kind), mode, timings)).toBeUndefined();
  }
  expect(stateDeadline(stateOf('AwaitingMerge'), 'auto', timings)).toBe(600);
  expect(stateDeadline(stateOf('AwaitingMerge'), 'suggest', timings)).toBe(14_400);
});

test('one factor divides every wait, and a service may have its own', () => {
  const scaled = timingsAt(10, { ciWait: 60 });
  expect(scaled).toMatchObject({ ciWait: 6, healthRestored: 6, invariantFreshness: 1.5 });
  expect(Object.keys(scaled)).toEqual(Object.keys(TIMINGS));
});
