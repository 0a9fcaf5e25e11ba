import { expect, test } from 'vitest';
import { END_STATES, EVENTS, STATES } from '../../../shared/deployments/contract.ts';
import { expireDeployment } from '../../../shared/deployments/rules/record-step.ts';
import { isAllowed, TRANSITIONS } from '../../../shared/deployments/transitions.ts';

test('the table has each pair once, every state is reached, and nothing leads out of an end', () => {
  const pairs = TRANSITIONS.map(({ from, event, to }) => `${from} ${event} ${to}`);
  expect(new Set(pairs).size).toBe(pairs.length);
  const reached = new Set(['None']);
  for (const from of reached) for (const pair of TRANSITIONS) if (pair.from === from) reached.add(pair.to);
  expect([...reached].sort()).toEqual(['None', ...STATES].sort());
  expect(TRANSITIONS.filter(({ from }) => END_STATES.some((end) => end === from))).toEqual([]);
  expect(EVENTS.filter((event) => !TRANSITIONS.some((pair) => pair.event === event))).toEqual([]);
});

test('a rollout starts from Cleared alone, and Cleared is reached by a decision or an approval alone', () => {
  expect(TRANSITIONS.filter(({ to }) => to === 'RollingOut').map(({ from }) => from)).toEqual(['Cleared']);
  expect(
    TRANSITIONS.filter(({ to }) => to === 'Cleared')
      .map(({ event }) => event)
      .sort(),
  ).toEqual(['ApprovalGiven', 'DeploymentCleared']);
});

test.each(STATES.filter((state) => !END_STATES.some((end) => end === state)))(
  'the deadline of %s leads by a pair of the table, and a review with an open rollout goes on',
  (state) => {
    const now = '2026-01-01T00:00:00.000Z';
    for (const rolloutOpen of [true, false]) {
      const { event } = expireDeployment.decide({ state, deadlineAt: now, pageAt: null, now, rolloutOpen });
      const to = event === 'HandedOver' ? 'AwaitingHumanReview' : 'Aborted';
      expect(event !== 'none' && isAllowed(state, event, to)).toBe(true);
      if (rolloutOpen) expect(event).not.toBe('ReviewTimedOut');
    }
  },
);
