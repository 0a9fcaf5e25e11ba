import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../../shared/kernel/index.ts';
import { condenseIntervals } from '../../../shared/rollouts/condense-intervals.ts';
import { fitLook, fitSplit } from '../../../shared/rollouts/fit-inputs.ts';
import { MAX_INPUT_BYTES } from '../../../shared/rollouts/fit-intervals.ts';
import type { Interval, JudgeSettings } from '../../../shared/rollouts/judge-contract.ts';
import { type AdvanceBakeInputs, advanceBake } from '../../../shared/rollouts/rules/advance-bake.ts';
import { type AdvanceInputs, advanceRollout } from '../../../shared/rollouts/rules/advance-rollout.ts';
import { judgeSettings } from '../../../shared/rollouts/rules/judge-settings.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 10, minute)).toISOString();
const thresholds = (count: number) => Array.from({ length: count }, (_, index) => 100.5 + index * 50);

type Case = {
  readonly thresholds: number;
  readonly minutes: number;
  /** Every so many minutes an arm is missing; 0 for never. */
  readonly lacksBaseline: number;
  readonly lacksCanary: number;
  /** From this minute on the canary fails in this share, else in 0.005 as the baseline does. */
  readonly badFrom: number;
  readonly bad: number;
  readonly fano: JudgeSettings['fano'];
  /** Minutes at which the split was changed. */
  readonly cuts: readonly number[];
};

function arm(of: Case, requests: number, failing: number) {
  const slower = thresholds(of.thresholds).map((ms, index) => [ms, Math.round(requests / (3 + index))]);
  return { requests, failures: Math.round(requests * failing), slower: Object.fromEntries(slower) };
}

function intervalsOf(of: Case): readonly Interval[] {
  const isMissing = (every: number, minute: number) => every > 0 && minute % every === every - 1;
  return Array.from({ length: of.minutes }, (_, minute) => {
    const requests = 1000 * (1 + of.cuts.filter((cut) => cut <= minute).length) + (minute % 7);
    const failing = (minute >= of.badFrom ? of.bad : 0.005) + (minute % 3) * 0.001;
    return {
      at: at(minute),
      ...(!isMissing(of.lacksCanary, minute) && { canary: arm(of, requests, failing) }),
      ...(!isMissing(of.lacksBaseline, minute) && {
        baseline: arm(of, 20_000 - requests, 0.005 + (minute % 3) * 0.001),
      }),
    };
  });
}

function look(of: Case): AdvanceInputs {
  const latency = { thresholds: thresholds(of.thresholds) };
  const killSwitch = { slowerThan: 999.5, slowShare: 0.5 };
  const settings = { ...judgeSettings({ latency, killSwitch, fano: of.fano }), beta: 1e-300 };
  return {
    ...{ state: 'AtStage', held: null, exposed: true, settings, standing: null },
    stage: { startedAt: at(0), minSeconds: 300, maxSeconds: 60, minRequests: 1000, beforeAll: true },
    ...{ intervals: intervalsOf(of), intervalSeconds: 60, noDataSeconds: 600, lastDataAt: at(of.minutes) },
    ...{ now: at(of.minutes), guards: [], waived: [], killSwitch: false, level: 'governed' },
    irreversible: false,
  };
}

const layoutOf = ({ cuts }: Case) => ({ from: at(0), seconds: 60, every: 1, cuts: cuts.map(at) });
const bytes = (value: unknown) => Buffer.byteLength(canonicalJson(value));
const PLAIN: Case = {
  ...{ thresholds: 24, minutes: 600, lacksBaseline: 0, lacksCanary: 0 },
  ...{ badFrom: 400, bad: 0.012, fano: 1, cuts: [0] },
};

describe('a verdict to go back is recorded', () => {
  test.each<readonly [string, Partial<Case>]>([
    [
      '2 days, 4 thresholds, every fifth minute without a baseline',
      { thresholds: 4, minutes: 2880, lacksBaseline: 5, badFrom: 2800, bad: 0.3 },
    ],
    ['10 hours, 12 thresholds', { thresholds: 12 }],
    ['110 minutes, 24 thresholds', { minutes: 110, badFrom: 60 }],
    [
      '2 days, 24 thresholds, gaps in both arms, six splits',
      {
        minutes: 2880,
        lacksBaseline: 5,
        lacksCanary: 7,
        badFrom: 2700,
        bad: 0.3,
        cuts: [0, 9, 80, 300, 900, 2000],
      },
    ],
    ['bursts that are read from the same intervals', { fano: 'estimate', minutes: 900, badFrom: 700 }],
  ])('%s', (_what, given) => {
    const of = { ...PLAIN, ...given };
    const whole = look(of);
    const expected = advanceRollout.decide(whole);
    expect(expected).toMatchObject({ move: 'back', judge: { verdict: 'ROLLBACK' } });
    const usual = condenseIntervals(whole.intervals, layoutOf(of));
    expect(bytes({ ...whole, intervals: usual })).toBeGreaterThan(MAX_INPUT_BYTES);
    const fitted = fitLook(whole, layoutOf(of), expected);
    expect(bytes(fitted)).toBeLessThanOrEqual(MAX_INPUT_BYTES);
    const { move, judge } = advanceRollout.decide(fitted);
    expect([move, judge.verdict, judge.by, judge.firstAt]).toEqual([
      ...['back', 'ROLLBACK'],
      ...[expected.judge.by, of.fano === 'estimate' ? judge.firstAt : expected.judge.firstAt],
    ]);
    expect(bytes({ fitted, outcome: advanceRollout.decide(fitted) })).toBeLessThan(60_000);
  });

  test('and where the intervals do not show it however they are added up, itself', () => {
    const of = { ...PLAIN, fano: 'estimate', minutes: 40, badFrom: 0, lacksBaseline: 0 } as const;
    const inputs = look(of);
    const large = Array.from({ length: 60 }, (_, index) => `the SLO ${index} ${'x'.repeat(900)}`);
    const whole = { ...inputs, guards: large };
    const expected = advanceRollout.decide(whole);
    const fitted = fitLook(whole, layoutOf(of), expected);
    const { move, judge } = advanceRollout.decide(fitted);
    expect([move, judge.verdict, judge.firstAt]).toEqual(['back', 'ROLLBACK', expected.judge.firstAt]);
    expect(fitted.found).toEqual({ by: expected.judge.by, at: expected.judge.firstAt });
    expect(judge.reasons[0]).toContain('by all intervals as they were measured');
  });

  test('of the last minutes of a split too', () => {
    const whole = look({ ...PLAIN, minutes: 300, badFrom: 200 });
    const inputs: AdvanceBakeInputs = {
      ...{ intervals: [], before: { requests: 1000, failures: 5 }, held: false, wanted: true },
      settings: { alpha: 0.01, rBad: 1.5, choice: 'hold' },
      ...{ endsAt: at(400), now: at(310), irreversible: false, killSwitch: false },
      split: {
        ...{ intervals: whole.intervals, settings: whole.settings, standing: null },
        ...{ promotedAt: at(300), intervalSeconds: 60, delaySeconds: 150 },
      },
    };
    const expected = advanceBake.decide(inputs);
    expect(expected).toMatchObject({ to: 'RollingBack', split: { raced: true } });
    const fitted = fitSplit(inputs, layoutOf(PLAIN), expected);
    expect(bytes(fitted)).toBeLessThanOrEqual(MAX_INPUT_BYTES);
    expect(advanceBake.decide(fitted).split).toMatchObject({
      raced: true,
      judge: { verdict: 'ROLLBACK', firstAt: expected.split?.judge.firstAt },
    });
  });
});

const SEEN_SMALLER = {
  thresholds: 3,
  minutes: 1351,
  lacksBaseline: 0,
  lacksCanary: 0,
  badFrom: 1320,
  bad: 0.008,
  fano: 'estimate',
} as const;

test('the largest settings, gaps and two days always fit, and say what all intervals say', () => {
  fc.assert(
    fc.property(
      fc.record({
        thresholds: fc.constantFrom(3, 24),
        minutes: fc.integer({ min: 60, max: 2880 }),
        lacksBaseline: fc.integer({ min: 0, max: 9 }),
        lacksCanary: fc.integer({ min: 0, max: 9 }),
        badFrom: fc.integer({ min: 0, max: 4000 }),
        bad: fc.constantFrom(0.008, 0.02, 0.5),
        fano: fc.constantFrom<JudgeSettings['fano']>(1, 2.5, 'estimate'),
        cuts: fc.uniqueArray(fc.integer({ min: 1, max: 2000 }), { maxLength: 6 }),
      }),
      (of) => {
        const whole = look(of);
        const expected = advanceRollout.decide(whole);
        if (expected.move === 'stay') return;
        const fitted = fitLook(whole, layoutOf(of), expected);
        const { move, reason, judge } = advanceRollout.decide(fitted);
        expect(bytes(fitted)).toBeLessThanOrEqual(MAX_INPUT_BYTES);
        expect([move, reason, judge.verdict, judge.by]).toEqual([
          ...[expected.move, expected.reason],
          ...[expected.judge.verdict, expected.judge.by],
        ]);
      },
    ),
    {
      numRuns: 15,
      // minutes that add up to a smaller factor of bursts than they had one by one: once it could not be recorded
      examples: [[{ ...SEEN_SMALLER, cuts: [] }]],
    },
  );
}, 120_000);

test('what fits stays as it is', () => {
  const of = { ...PLAIN, thresholds: 2, minutes: 80, badFrom: 20 };
  const whole = look(of);
  expect(fitLook(whole, layoutOf(of), advanceRollout.decide(whole))).toEqual(whole);
});
