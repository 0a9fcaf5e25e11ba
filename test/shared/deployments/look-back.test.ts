import { describe, expect, test } from 'vitest';
import { burstNotes, orDeclared } from '../../../shared/deployments/burst-notes.ts';
import { lookBack } from '../../../shared/deployments/look-back.ts';
import type { MetricsWindow } from '../../../shared/ports/metrics.ts';
import { judgeSettings } from '../../../shared/rollouts/index.ts';
import { JudgeSettings } from '../../../shared/rollouts/judge-contract.ts';
import { poisson, seededChance } from '../../../shared/rollouts/rules/seeded-chance.ts';
import { judge, minutes } from '../rollouts/rules/counts.ts';

const NOW = Date.parse('2026-11-21T10:00:00.000Z');
const SHOP = { service: 'shop', environment: 'staging', function: 'shop', alias: 'live' };
const TARGET = { platform: 'lambda' as const, ...SHOP };
const NONE = { judged: [], counted: [] };

/** Of so many requests in each window of three minutes so many failed; undefined: not measured. */
const before = (failures: (window: number) => number | undefined, n = 600) => {
  const start = NOW - 63 * 60_000;
  const total = async (_: unknown, { from }: { readonly from: string }) => {
    const errors = failures(Math.round((Date.parse(from) - start) / 180_000));
    return errors === undefined ? undefined : { n, errors, slowerThan: {} };
  };
  return lookBack({ metrics: { total }, factor: 1 }, TARGET, NOW, NONE);
};

test('failures that come in bursts before the release are seen in the whole traffic', async () => {
  const { bursts } = await before((window) => (window % 2 === 0 ? 20 : 0));
  expect(bursts.fano).toBeGreaterThan(5);
  expect(bursts).not.toHaveProperty('spread');
  expect(burstNotes(bursts)).toEqual([]);
});

test('slowness that comes in bursts is seen, where failures are independent', async () => {
  const total = async (_: unknown, { from, thresholds }: MetricsWindow) => {
    const window = Math.round((Date.parse(from) - (NOW - 3_600_000)) / 180_000);
    const slow = thresholds.map((ms) => [String(ms), ms === 300 && window % 4 === 0 ? 25 : 3 + (window % 2)]);
    return { n: 600, errors: 3 + (window % 2), slowerThan: Object.fromEntries(slow) };
  };
  const asked = { judged: [100, 300], counted: [100, 300] };
  const { bursts } = await lookBack({ metrics: { total }, factor: 1 }, TARGET, NOW, asked);
  expect(bursts.fano).toEqual({ errors: 1, slower: { 100: 1, 300: expect.closeTo(13.58, 2) } });
});

test('failures that come evenly are no bursts', async () => {
  expect((await before((window) => 3 + (window % 2))).bursts.fano).toBe(1);
});

test('a service of ten minutes is forecast by what it serves, not by the hour it was not there', async () => {
  const { requestsPerMinute } = await before((window) => (window < 16 ? undefined : 3));
  expect(requestsPerMinute).toBeCloseTo(200, 9);
});

describe('bursts that could not be read', () => {
  test('are read from the present version as the rollout goes where fewer than 15 windows were measured', async () => {
    const { bursts } = await before((window) => (window < 6 ? undefined : 3));
    expect(bursts).toMatchObject({ fano: 'estimate', spread: { intervals: 3, errors: true, slower: [] } });
    expect(burstNotes(bursts)).toEqual([
      'only 42 minutes before the start show how failures come: bursts are read from the present version as the rollout goes, and before 15 intervals of it only the kill switch rolls back',
    ]);
    expect((await before((window) => (window < 5 ? undefined : 3))).bursts.fano).toBe(1);
  });

  test('are no evidence with one burst of the canary, where hardly anything failed', async () => {
    const { bursts } = await before((window) => (window === 9 ? 5 : 0));
    expect(burstNotes(bursts)).toEqual([
      'bursts could not be read: too little was bad in the 60 minutes before the start, or in too little of that time (failures: 5); for that the judge rolls back only once the canary had it in 3 intervals',
    ]);
    const settings = judgeSettings({
      ...bursts,
      spread: bursts.spread ?? { intervals: 2, errors: true, slower: [] },
    });
    expect(JudgeSettings.parse(settings).spread).toEqual({ intervals: 3, errors: true, slower: [] });
  });
});

describe('an incident in the hour before', () => {
  /** Nine minutes, not in step with the windows, of 30 % failures; 0.5 % besides, at 2,000 requests a minute. */
  const incident = (window: number) => [30, 620, 1800, 1800, 1210, 30][window - 7] ?? 30 + (window % 3);

  test('is left out of the factor, the forecast and what a bake compares with, and is said', async () => {
    const { bursts, failures, requests } = await before(incident, 6000);
    expect(bursts).toMatchObject({ fano: 1, left: { length: 4 }, kept: { length: 16 } });
    expect(failures / requests).toBeCloseTo(0.005, 3);
    expect(burstNotes(bursts)).toEqual([
      '12 minutes of the time before were an incident and are left out of how this service fails',
    ]);
  });

  test('disarms neither judge nor kill switch: a canary that always fails is condemned in three minutes', async () => {
    const { fano, spread } = (await before(incident, 6000)).bursts;
    const given = { fano, ...(spread !== undefined && { spread }) };
    const dead = judge(minutes(3, [100, 100], [1900, 10]), given);
    expect(dead).toMatchObject({ verdict: 'ROLLBACK', firstAt: '0' });
    const alone = judge(minutes(3, [100, 100], null), given);
    expect(alone).toMatchObject({ verdict: 'ROLLBACK', by: 'kill-switch', firstAt: '0' });
  });

  test('takes the windows into which it reaches with it, where so little is served that its edge is no incident', async () => {
    // 200 requests a minute: twenty of an edge are no share of 5 %, and would give a factor of 8
    const { bursts } = await before((window) => [20, 180, 180, 20][window - 7] ?? 2 + (window % 3));
    expect(bursts).toMatchObject({ fano: 1, left: { length: 4 } });
  });

  test('that leaves too little of the hour leaves the factor to what is read as it goes', async () => {
    const { bursts } = await before((window) => (window > 9 ? 1800 : 30), 6000);
    expect(bursts).toMatchObject({ fano: 'estimate', left: { length: 10 } });
    expect(burstNotes(bursts)).toHaveLength(2);
    const dead = judge(minutes(3, [100, 100], [1900, 10]), { fano: 'estimate' });
    expect(dead).toMatchObject({ verdict: 'ROLLBACK', by: 'kill-switch', firstAt: '0' });
  });

  test.each([
    [5, 200],
    [5, 2000],
    [5, 20_000],
    [20, 200],
    [20, 2000],
    [20, 20_000],
  ])('is not what bursts of %i at %i requests a minute are', async (burst, perMinute) => {
    const chance = seededChance(burst);
    const factors = [];
    for (let hour = 0; hour < 40; hour += 1) {
      const bursts = await before(
        () => burst * poisson((perMinute * 3 * 0.005) / burst, chance),
        perMinute * 3,
      );
      factors.push({ fano: Number(bursts.bursts.fano), left: bursts.bursts.left.length });
    }
    // in forty hours, hardly a window
    expect(factors.reduce((sum, { left }) => sum + left, 0)).toBeLessThanOrEqual(8);
    const mean = factors.reduce((sum, { fano }) => sum + fano, 0) / factors.length;
    expect(mean).toBeGreaterThan(burst);
  });
});

test("the team's word on bursts stands where the time before is too short to read them, and nowhere else", async () => {
  const { bursts: young } = await before((window) => (window < 16 ? undefined : 3));
  const declared = orDeclared(young, 4);
  expect(declared).toMatchObject({ fano: 4, declared: 4 });
  expect(declared).not.toHaveProperty('spread');
  expect(burstNotes(declared)).toEqual([
    'only 12 minutes before the start show how failures come: bursts of 4 are taken, as the registry says of this service',
  ]);
  expect(orDeclared(young, undefined)).toBe(young);
  const { bursts: read } = await before((window) => 3 + (window % 2));
  expect(orDeclared(read, 4)).toBe(read);
});
