import { describe, expect, test } from 'vitest';
import type { Interval } from '../../../../shared/rollouts/judge-contract.ts';
import { judgeRollout } from '../../../../shared/rollouts/rules/judge-rollout.ts';
import { killOf, startRun, takeInterval } from '../../../../shared/rollouts/rules/judge-run.ts';
import { judgeSettings } from '../../../../shared/rollouts/rules/judge-settings.ts';
import { logKillAtMost } from '../../../../shared/rollouts/rules/kill-process.ts';
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
    expect(reasons[0]).not.toContain('baseline');
    const besides = judge(minutes(3, [200, 60], [1800, 9]), { killSwitch: {}, judgeAlpha: 1e-300 });
    expect(besides.reasons[0]).toContain('worse than any baseline beside it');
  });
});

/** As `later`, after as many minutes as `before` has. */
const then = (before: readonly Interval[], later: readonly Interval[]) => [
  ...before,
  ...later.map((interval, index) => ({ ...interval, at: String(before.length + index) })),
];

describe('a baseline that goes away takes the switch with it no more than one that never was', () => {
  test.each([
    ['after one minute', minutes(1, [100, 0], [900, 2])],
    ['after ten good minutes', minutes(10, [1000, 5], [9000, 45])],
    ['after a single request of it', minutes(1, [1, 0], [1, 0])],
    ['after a minute in which all failed in both', minutes(1, [100, 100], [900, 900])],
  ])('%s', (_, before) => {
    const gone = then(before, minutes(20, [1000, 1000], null));
    expect(judge(gone)).toMatchObject({
      verdict: 'ROLLBACK',
      by: 'kill-switch',
      firstAt: String(before.length),
    });
    expect(judge(gone).reasons[0]).not.toContain('beside it');
    const silent = then(before, minutes(20, [1000, 1000], [0, 0]));
    expect(judge(silent).firstAt).toBe(String(before.length));
  });

  test('slowness that the baseline does not count is held against the limit alone', () => {
    const beside = minutes(10, [500, 2, { 1500: 1 }], [500, 2, { 1500: 1 }]);
    const uncounted = then(beside, minutes(5, [500, 2, { 1500: 100 }], [500, 2]));
    expect(judge(uncounted, { killSwitch: { slowerThan: 1500 } })).toMatchObject({
      by: 'kill-switch',
      firstAt: '10',
    });
  });

  test('an outage of both condemns nobody, with minutes without a baseline before it and between', () => {
    const calm = minutes(3, [200, 1], null);
    const outage = then(
      minutes(5, [200, 160], [1800, 1440]),
      then(calm, minutes(5, [200, 200], [1800, 1800])),
    );
    expect(judge(then(calm, outage)).verdict).not.toBe('ROLLBACK');
  });

  test('a canary at the limit is condemned no more often than the switch may, half of its minutes alone', () => {
    const limit = (seed: number) =>
      together([0.25, 0.5], () => 0.05, seed).map(({ baseline, ...interval }, at) =>
        at % 2 === 0 || baseline === undefined ? interval : { ...interval, baseline },
      );
    expect(condemned(limit)).toBeLessThanOrEqual(2);
  });
});

test('E is at most what it is told from afar to be, at every interval', () => {
  const chance = seededChance(7);
  for (let round = 0; round < 60; round += 1) {
    const run = startRun(judgeSettings({ killSwitch: { slowerThan: 9 }, fano: round % 2 ? 'estimate' : 3 }));
    for (let at = 0; at < 20; at += 1) {
      const counts = (share: number) => {
        const [failed, slow] = [poisson(100 * share * chance(), chance), poisson(9 * chance(), chance)];
        return [100, Math.min(100, failed), chance() < 0.2 ? {} : { 9: Math.min(100, slow) }] as const;
      };
      takeInterval(run, minute(at, counts(0.5), chance() < 0.4 ? null : counts(0.3)));
      const [failures] = run.metrics;
      if (failures === undefined) throw new Error('failures are always compared');
      expect(killOf(run)).toBeLessThanOrEqual(logKillAtMost(run.kill, failures, run.settings.fano) + 1e-9);
    }
  }
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
