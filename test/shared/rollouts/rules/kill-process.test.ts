import { describe, expect, test } from 'vitest';
import type { Interval } from '../../../../shared/rollouts/judge-contract.ts';
import { judgeRollout } from '../../../../shared/rollouts/rules/judge-rollout.ts';
import { judgeSettings } from '../../../../shared/rollouts/rules/judge-settings.ts';
import { poisson, seededChance } from '../../../../shared/rollouts/rules/seeded-chance.ts';
import { judge, minute, minutes } from './counts.ts';

/** As they were frozen before a switch could look beside the canary. */
const OF_BEFORE = { killSwitch: { besideBaseline: false } };
const RUNS = 200;

/** Ten minutes at each of these shares of 2,000 requests a minute; so many fail in both arms at each minute. */
function together(shares: readonly number[], failing: (at: number) => number, seed: number) {
  const chance = seededChance(seed);
  return shares.flatMap((share, stage): readonly Interval[] =>
    Array.from({ length: 10 }, (_, index) => {
      const at = stage * 10 + index;
      const arm = (requests: number): [number, number] => [
        requests,
        Math.min(requests, poisson(requests * failing(at), chance)),
      ];
      return minute(at, arm(2000 * share), arm(2000 * (1 - share)));
    }),
  );
}

const condemned = (runs: (seed: number) => readonly Interval[], given = {}) =>
  Array.from({ length: RUNS }, (_, seed) => judge(runs(seed), given)).filter(({ by }) => by === 'kill-switch')
    .length;

describe('what both arms suffer', () => {
  test.each([
    ['8 % of the requests fail, as ever', [0.05, 0.1, 0.25, 0.5], () => 0.08],
    ['8 % fail, and each has half of the requests from the first minute', [0.5], () => 0.08],
    ['an outage begins at minute 15', [0.05, 0.5], (at: number) => (at < 15 ? 0.005 : 0.4)],
    ['a short outage passes', [0.25, 0.5], (at: number) => (at === 9 ? 0.9 : 0.005)],
  ])('condemns no canary by the switch: %s', (_, shares, failing) => {
    expect(condemned((seed) => together(shares, failing, seed), OF_BEFORE)).toBe(RUNS);
    expect(condemned((seed) => together(shares, failing, seed))).toBe(0);
  });

  test('condemns nobody for slowness either, where no other threshold is judged', () => {
    const slow = { 1500: 60 };
    const stuck = minutes(20, [500, 2, slow], [500, 2, slow]);
    const killSwitch = { slowerThan: 1500 };
    expect(judge(stuck, { killSwitch: { ...killSwitch, besideBaseline: false } }).by).toBe('kill-switch');
    expect(judge(stuck, { killSwitch }).verdict).not.toBe('ROLLBACK');
  });
});

describe('what the canary alone suffers', () => {
  test('condemns it as soon as before: 8 % beside 0.5 %', () => {
    for (const share of [100, 500, 1000]) {
      const alone = minutes(20, [share, 0.08 * share], [2000 - share, Math.round(0.005 * (2000 - share))]);
      const { verdict, firstAt } = judge(alone);
      expect(verdict).toBe('ROLLBACK');
      expect(firstAt).toBe(judge(alone, OF_BEFORE).firstAt);
    }
  });

  test('condemns it for slowness that no other threshold would find', () => {
    const stuck = minutes(20, [500, 2, { 1500: 60 }], [500, 2, { 1500: 1 }]);
    expect(judge(stuck, { killSwitch: { slowerThan: 1500 } })).toMatchObject({
      verdict: 'ROLLBACK',
      by: 'kill-switch',
      firstAt: '0',
    });
  });

  test('condemns it where there is nothing beside it', () => {
    const { by, reasons } = judge(minutes(3, [200, 60], null));
    expect(by).toBe('kill-switch');
    expect(reasons[0]).toContain('worse than any baseline beside it');
  });
});

test('a judgement that was recorded before replays as it was: its settings name no baseline', () => {
  const settings = judgeSettings({ killSwitch: { slowerThan: 1500 } });
  const { besideBaseline: _, ...killSwitch } = settings.killSwitch ?? {
    errorRate: 0.05,
    slowShare: 0.01,
    slowerThan: 1500,
  };
  const intervals = minutes(3, [500, 60, { 1500: 1 }], [500, 60, { 1500: 1 }]);
  const outcome = judgeRollout.decide({ intervals, settings: { ...settings, killSwitch } });
  expect(outcome).toMatchObject({ verdict: 'ROLLBACK', by: 'kill-switch', firstAt: '0' });
  expect(outcome.reasons[0]).toBe(
    "at 0 the kill switch: more than 5 % of the canary's requests fail, or more than 1 % are slower than 1500 ms (E = 6470000, limit 500)",
  );
});
