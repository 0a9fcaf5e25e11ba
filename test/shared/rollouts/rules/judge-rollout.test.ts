import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GivenSettings, Interval } from '../../../../shared/rollouts/judge-contract.ts';
import { judgeRollout } from '../../../../shared/rollouts/rules/judge-rollout.ts';
import { judgeSettings } from '../../../../shared/rollouts/rules/judge-settings.ts';
import { poisson, seededChance } from '../../../../shared/rollouts/rules/seeded-chance.ts';
import { judge, minute, minutes } from './counts.ts';

const counts = fc
  .record({
    requests: fc.integer({ min: 1, max: 5000 }),
    part: fc.double({ min: 0, max: 0.04, noNaN: true }),
  })
  .map(({ requests, part }): [number, number] => [requests, Math.floor(requests * part)]);
const someMinutes = fc
  .array(fc.tuple(counts, counts), { minLength: 1, maxLength: 12 })
  .map((arms) => arms.map(([canary, baseline], at) => minute(at, canary, baseline)));
const near = (found: string, expected: string) => expect(Number(found)).toBeCloseTo(Number(expected), 8);

describe('a canary', () => {
  test('that fails three times beside a silent baseline at 5 % is rolled back', () => {
    expect(judge([minute(0, [50, 3], [950, 0])])).toMatchObject({
      verdict: 'ROLLBACK',
      by: 'errors',
      firstAt: '0',
    });
  });

  test('that fails as often as the baseline long enough is SAFE', () => {
    expect(judge(minutes(40, [1000, 5], [1000, 5]))).toMatchObject({
      verdict: 'SAFE',
      needed: { failures: '0', requests: '0' },
    });
  });

  test('that fails as often as the baseline a few times is UNDECIDED, and what SAFE takes is said', () => {
    const { verdict, needed } = judge(minutes(5, [1000, 5], [1000, 5]));
    expect(verdict).toBe('UNDECIDED');
    const more = Number(needed.failures);
    expect(Number(needed.requests)).toBe(more * 200);
    const enough = Math.ceil(more / 10) + 5;
    expect(judge(minutes(enough, [1000, 5], [1000, 5])).verdict).toBe('SAFE');
    expect(judge(minutes(enough - 2, [1000, 5], [1000, 5])).verdict).toBe('UNDECIDED');
  });

  test('is condemned by the judge at its part of alpha: the kill switch has the rest', () => {
    const settings = judgeSettings();
    expect(settings).toMatchObject({
      alpha: 0.01,
      judgeAlpha: 0.008,
      killAlpha: 0.002,
      beta: 0.05,
      rBad: 1.5,
    });
    expect(judgeSettings({ killSwitch: null })).toMatchObject({ judgeAlpha: 0.01, killAlpha: 0 });
    // E = 107: enough for the judge who has all of alpha, too little for one who shares it
    const close = [minute(0, [100, 5], [900, 4])];
    expect(Math.exp(Number(judge(close).logE))).toBeGreaterThan(100);
    expect(Math.exp(Number(judge(close).logE))).toBeLessThan(125);
    expect(judge(close, { killSwitch: null }).verdict).toBe('ROLLBACK');
    expect(judge(close).verdict).toBe('UNDECIDED');
  });
});

describe('a verdict to roll back', () => {
  const bad = minute(0, [50, 3], [950, 0]);

  test('stays, whatever comes after', () => {
    fc.assert(
      fc.property(someMinutes, (later) => {
        const moved = later.map((interval) => ({ ...interval, at: String(Number(interval.at) + 1) }));
        expect(judge([bad, ...moved])).toMatchObject({ verdict: 'ROLLBACK', firstAt: '0' });
      }),
    );
  });

  test('stays when the provider takes the failures back', () => {
    const settings = judgeSettings();
    const standing = { by: 'errors', at: '0' } as const;
    const revised = minutes(40, [1000, 5], [1000, 5]);
    const outcome = judgeRollout.decide({ intervals: revised, settings, standing });
    expect(outcome).toMatchObject({ verdict: 'ROLLBACK', by: 'errors', firstAt: '0' });
    expect(outcome.reasons[0]).toContain('stays');
  });

  test('goes before SAFE, in whichever order they come', () => {
    const safe = minutes(40, [1000, 5], [1000, 5]);
    expect(judge(safe).verdict).toBe('SAFE');
    expect(judge([...safe, minute(40, [1000, 400], [1000, 5])])).toMatchObject({
      verdict: 'ROLLBACK',
      firstAt: '40',
    });
  });
});

test('once SAFE nothing is needed any more, even if the evidence shrinks again', () => {
  const safe = minutes(40, [1000, 5], [1000, 5]);
  const shrunk = judge([...safe, ...[40, 41, 42].map((at) => minute(at, [1000, 9], [1000, 5]))]);
  expect(shrunk).toMatchObject({ verdict: 'SAFE', needed: { failures: '0', requests: '0' } });
  expect(Number(shrunk.logSafe)).toBeLessThan(Number(judge(safe).logSafe));
});

describe('1,000 releases, 40 minutes each, ten at 5, 10, 25 and 50 %', () => {
  const chance = seededChance(20_261_121);
  const rolledBack = (ratio: number, given: GivenSettings = {}) => {
    let count = 0;
    for (let run = 0; run < 1000; run += 1) {
      const intervals = [0.05, 0.1, 0.25, 0.5].flatMap((share, stage) =>
        Array.from({ length: 10 }, (_, at) =>
          minute(
            stage * 10 + at,
            [2000 * share, poisson(2000 * share * 0.005 * ratio, chance)],
            [2000 * (1 - share), poisson(2000 * (1 - share) * 0.005, chance)],
          ),
        ),
      );
      if (judge(intervals, given).verdict === 'ROLLBACK') count += 1;
    }
    return count / 1000;
  };

  test('are rolled back less often than alpha says where they are healthy', () => {
    expect(rolledBack(1)).toBeLessThan(0.01);
    expect(rolledBack(1, { fano: 'estimate' })).toBeLessThan(0.01);
  });

  test('are rolled back as often as the specification asks where they are not: 0.53 at x1.5, 0.997 at x2', () => {
    expect(rolledBack(1.5)).toBeGreaterThan(0.53 - 0.03 - 0.04);
    expect(rolledBack(2)).toBeGreaterThan(0.997 - 0.03);
  });
});

describe('what is the same to the judge', () => {
  const lastOf = (intervals: readonly Interval[]) => judge(intervals);

  test('an interval split in two at the same weight', () => {
    const halves = [minute(0, [100, 4], [900, 3]), minute(1, [100, 1], [900, 6])];
    const outcome = lastOf(halves);
    near(lastOf([minute(0, [200, 5], [1800, 9])]).logE, outcome.logE);
    near(lastOf([minute(0, [200, 5], [1800, 9])]).logSafe, outcome.logSafe);
    near(lastOf([minute(0, [200, 5], [1800, 9])]).killLogE, outcome.killLogE);
  });

  test('the same counts in another order of time', () => {
    fc.assert(
      fc.property(someMinutes, (intervals) => {
        const turned = intervals.map((interval, index) => ({
          ...interval,
          at: String(intervals.length - index),
        }));
        near(lastOf(turned).logE, lastOf(intervals).logE);
        near(lastOf(turned).logSafe, lastOf(intervals).logSafe);
      }),
    );
  });

  test('the same document with its intervals in any order, to the byte', () => {
    fc.assert(
      fc.property(someMinutes, (intervals) => {
        expect(judge(intervals.toReversed())).toEqual(judge(intervals));
      }),
    );
  });

  test.each([
    ['no traffic', minute(99, [0, 0], [0, 0])],
    ['no canary traffic (w = 0)', minute(99, [0, 0], [1000, 50])],
    ['no baseline traffic (w = 1)', minute(99, [1000, 20], [0, 0])],
    ['no canary measured', minute(99, null, [1000, 50])],
    ['no baseline measured', minute(99, [1000, 20], null)],
    ['nothing measured', minute(99, null, null)],
  ])('an interval more with %s', (_, silent) => {
    const intervals = minutes(5, [100, 2], [900, 4]);
    const [before, after] = [judge(intervals), judge([...intervals, silent])];
    expect([after.logE, after.logSafe]).toEqual([before.logE, before.logSafe]);
    expect(judge([silent])).toMatchObject({ verdict: 'UNDECIDED', logE: '0', logSafe: '0' });
  });
});

describe('one failure more', () => {
  test('of the canary raises E and lowers that of SAFE; one of the baseline the other way round', () => {
    fc.assert(
      fc.property(someMinutes, (intervals) => {
        const [first] = intervals;
        if (first?.canary === undefined || first.baseline === undefined)
          throw new Error('both arms were given');
        const { canary, baseline } = first;
        const worse = { ...first, canary: { ...canary, failures: canary.failures + 1 } };
        const better = { ...first, baseline: { ...baseline, failures: baseline.failures + 1 } };
        const [now, up, down] = [first, worse, better].map((each) => judge([each, ...intervals.slice(1)]));
        expect(Number(up?.logE)).toBeGreaterThan(Number(now?.logE));
        expect(Number(down?.logE)).toBeLessThan(Number(now?.logE));
        expect(Number(up?.logSafe)).toBeLessThan(Number(now?.logSafe));
        expect(Number(down?.logSafe)).toBeGreaterThan(Number(now?.logSafe));
      }),
    );
  });
});
