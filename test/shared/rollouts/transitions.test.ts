import { describe, expect, test } from 'vitest';
import { END_STATES, EVENTS, HOLD_REASONS, STATES } from '../../../shared/rollouts/contract.ts';
import { answerHold, controlRollout, expireRollout } from '../../../shared/rollouts/rules/record-step.ts';
import { EXPOSED, isAllowed, TRANSITIONS } from '../../../shared/rollouts/transitions.ts';

const pairs = TRANSITIONS.map(({ from, event, to }) => `${from} ${event} ${to}`);
/** What a step makes of a rollout: no more of the traffic for the canary than it has, or on the way to more. */
const UP = ['StageStarted', 'StagePassed', 'PromotionMade', 'PromotionRequested'];

describe('the table of a rollout', () => {
  test('has each pair once, every state is reached, and nothing leads out of an end', () => {
    expect(new Set(pairs).size).toBe(pairs.length);
    const reached = new Set(['None']);
    for (const from of reached) for (const pair of TRANSITIONS) if (pair.from === from) reached.add(pair.to);
    expect([...reached].sort()).toEqual(['None', ...STATES].sort());
    expect(TRANSITIONS.filter(({ from }) => END_STATES.some((end) => end === from))).toEqual([]);
    expect(EVENTS.filter((event) => !TRANSITIONS.some((pair) => pair.event === event))).toEqual([]);
  });

  test('lets nothing out of RollingBack but to an end', () => {
    const out = TRANSITIONS.filter(({ from, to }) => from === 'RollingBack' && to !== 'RollingBack');
    expect([...new Set(out.map(({ to }) => to))].sort()).toEqual(['Aborted', 'RolledBack']);
    expect(TRANSITIONS.filter(({ to, event }) => to === 'RollingBack' && UP.includes(event))).toEqual([]);
  });

  test('takes a verdict and an abort wherever the canary has traffic, also where a promotion came first', () => {
    for (const state of [...EXPOSED, 'Shifting'] as const) {
      expect(isAllowed(state, 'CanaryCondemned', 'RollingBack')).toBe(true);
      expect(isAllowed(state, 'CanaryCondemned', 'Held')).toBe(true);
    }
    for (const state of [...EXPOSED, 'Planned', 'Shifting'] as const)
      expect(isAllowed(state, 'AbortRequested', 'RollingBack')).toBe(true);
  });
});

const hold = { person: 'grace', stage: 1, stages: 3, weight: 0.1, reached: true, condemned: false };
const ANSWERS = HOLD_REASONS.flatMap((reason) =>
  (['Approved', 'Rejected'] as const).flatMap((answer) =>
    [0, 0.1, 1].flatMap((weight) =>
      [
        { reached: true, condemned: false },
        { reached: false, condemned: false },
        { reached: true, condemned: true },
      ].map((more) => ({ ...hold, reason, answer, weight, ...more })),
    ),
  ),
);
const OPEN = STATES.filter((state) => !END_STATES.some((end) => end === state));
const [DEADLINE, STALE] = ['2026-01-01T00:00:00.000Z', '2026-01-03T00:00:00.000Z'];
const ENDINGS = OPEN.flatMap((state) =>
  [DEADLINE, '2026-01-04T00:00:00.000Z'].flatMap((now) =>
    [true, false].map((freezes) => ({
      ...{ state, now, freezes, deadlineAt: DEADLINE, staleAt: STALE, pageAt: null },
      holdReason: state === 'Held' ? ('UNDECIDED' as const) : null,
    })),
  ),
);

describe('each rule of a step', () => {
  test('leads from a hold by pairs of the table, whatever is said, and never on from a verdict', () => {
    for (const inputs of ANSWERS) {
      const { event, to } = answerHold.decide(inputs);
      expect([inputs, isAllowed('Held', event, to)]).toEqual([inputs, true]);
      if (inputs.condemned) expect(['RollingBack', 'Aborted']).toContain(to);
    }
  });

  test.each([...STATES])('leads from %s by pairs of the table, whatever a person asks', (state) => {
    const given = { person: 'grace', reason: '', notBy: [], loginKnown: true, condemned: false, weight: 0.1 };
    const allowed = (['pause', 'resume', 'promote', 'abort'] as const)
      .map((verb) => controlRollout.decide({ state, verb, ...given }))
      .filter((outcome) => outcome.allowed);
    for (const { event, to } of allowed) expect(isAllowed(state, event, to)).toBe(true);
  });

  test('ends every state that waits at its deadline, and takes nothing back that cannot be undone', () => {
    for (const inputs of ENDINGS) {
      const { event } = expireRollout.decide(inputs);
      expect(TRANSITIONS.some((pair) => pair.from === inputs.state && pair.event === event)).toBe(true);
      if (inputs.freezes) expect(['HoldTimedOut', 'Stale']).not.toContain(event);
    }
  });

  test('has no yes that jumps over a stage, or that leads up without the last stage being all of the traffic', () => {
    for (const reason of HOLD_REASONS) {
      const far = answerHold.decide({ ...hold, reason, answer: 'Approved', reached: false });
      if (far.to === 'Shifting') expect(far.stage).toBe(1);
      const last = answerHold.decide({ ...hold, reason, answer: 'Approved', stage: 2 });
      if (last.to === 'Shifting') expect(last.stage).toBe(2);
    }
  });
});
