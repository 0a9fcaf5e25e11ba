import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { GivenSettings, Interval } from '../../../../shared/rollouts/judge-contract.ts';
import { judgeRollout } from '../../../../shared/rollouts/rules/judge-rollout.ts';
import { judgeSettings } from '../../../../shared/rollouts/rules/judge-settings.ts';
import { judgeInterval, startJudgement } from '../../../../shared/rollouts/rules/judge-verdict.ts';
import { minute } from './counts.ts';

const settings: fc.Arbitrary<GivenSettings> = fc.record({
  alpha: fc.constantFrom(0.01, 0.2),
  beta: fc.constantFrom(0.05, 0.3),
  rBad: fc.constantFrom(1.2, 1.5, 3),
  r0: fc.constantFrom(1, 1.1),
  fano: fc.constantFrom<NonNullable<GivenSettings['fano']>>(1, 2.5, 'estimate', {
    errors: 1.5,
    slower: { 1: 3, 2: 1, 9: 2 },
  }),
  estimateAfter: fc.constantFrom(0, 3, 15),
  floor: fc.constantFrom(null, 0.02),
  largeSample: fc.constantFrom(null, { above: 0, r0: 2 }, { above: 20_000, r0: 1.5 }, { above: 9, r0: 1 }),
  killSwitch: fc.constantFrom(
    null,
    {},
    { slowerThan: 2 },
    { slowerThan: 9, besideBaseline: false },
    { slowerThan: 2, besideBaseline: false },
  ),
  latency: fc.constantFrom(
    null,
    { thresholds: [1, 2] },
    { thresholds: [1, 2, 9], certify: [2] },
    { thresholds: [1], certify: [] },
    { thresholds: [1, 2, 9], certify: [2], weights: { 1: 1, 2: 2, 9: 4 } },
  ),
});

const share = (max: number) => fc.double({ min: 0, max, noNaN: true });
/** Each draw varies what an arm had of failures and of slow requests; one in a few lacks an arm. */
const draws = fc.array(fc.tuple(share(2), share(2), share(2), share(2), fc.nat(11)), {
  minLength: 6,
  maxLength: 25,
});
const traffic = fc.record({
  requests: fc.constantFrom(30, 400, 3000, 40_000),
  weight: fc.constantFrom(0.05, 0.3, 0.5),
  failing: fc.constantFrom(0.002, 0.02, 0.1),
  slow: fc.constantFrom(0.02, 0.2),
  worse: fc.constantFrom(0.3, 0.8, 1, 1.5, 4),
  /** Only the kill switch can tell of a canary with nothing beside it. */
  alone: fc.constantFrom(false, false, true),
});

const released = fc.record({ draws, traffic }).map(({ draws: drawn, traffic: given }) =>
  drawn.map(([a, b, c, d, gap], at): Interval => {
    const { requests, weight, failing, slow, worse, alone } = given;
    const [canary, baseline] = [Math.round(requests * weight), Math.round(requests * (1 - weight))];
    const of = (all: number, rate: number) => Math.min(all, Math.round(all * rate));
    const counts = (all: number, failed: number, slower: number) =>
      [
        all,
        of(all, failing * failed),
        { 1: of(all, slow * slower), 2: of(all, (slow * slower) / 9) },
      ] as const;
    return minute(
      at,
      gap === 1 ? null : counts(canary, a * worse, b * worse),
      alone || gap === 2 ? null : counts(baseline, c, d),
    );
  }),
);

/** The verdict as it follows from the path that the rule writes down, without the kill switch, which it does not write. */
function written({ intervals, limits }: ReturnType<typeof judgeRollout.decide>) {
  const first = (of: 'logE' | 'logSafe') =>
    intervals.find((each) => Number(each[of]) >= Number(limits[of]))?.at;
  return { harmAt: first('logE'), safeAt: first('logSafe') };
}

test('the verdict alone is that of the rule, and the one that its written path shows', () => {
  const seen = new Set<string | undefined>();
  fc.assert(
    fc.property(released, settings, (intervals, given) => {
      const asked = judgeSettings(given);
      const judgement = startJudgement(asked);
      for (const interval of intervals) judgeInterval(judgement, interval);
      const outcome = judgeRollout.decide({ intervals, settings: asked });
      const { by, firstAt, safeAt, verdict } = outcome;
      expect({ ...judgement.condemned, safeAt: judgement.safeAt }).toEqual(
        firstAt === undefined ? { safeAt } : { by, at: firstAt, safeAt },
      );
      expect(written(outcome).safeAt).toBe(safeAt);
      if (asked.floor === null && (asked.estimateAfter ?? 0) === 0 && by !== 'kill-switch')
        expect(written(outcome).harmAt).toBe(firstAt);
      seen.add(by ?? verdict);
    }),
    { numRuns: 1500 },
  );
  expect([...seen]).toEqual(expect.arrayContaining(['errors', 'latency', 'SAFE', 'UNDECIDED']));
});
