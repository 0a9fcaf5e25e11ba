import jStat from 'jstat';
import { describe, expect, test } from 'vitest';
import { binomialDraw, type Draw, poissonDraw, seededChance } from '../../bench/canary-chance.ts';
import { simulator, type Traffic } from '../../bench/canary-traffic.ts';

const STEPS = 200_000;
/** How often each value comes out of evenly spread chance: its probability, to one step. */
function shares(draw: Draw): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (let step = 0; step < STEPS; step += 1) {
    const drawn = draw(() => (step + 0.5) / STEPS);
    found.set(drawn, (found.get(drawn) ?? 0) + 1 / STEPS);
  }
  return found;
}

const traffic: Traffic = {
  weights: [0.05, 0.5, 1],
  perMinute: 2000,
  arrivals: 'poisson',
  burst: 1,
  baseline: { errors: 0.005, slow: [0.1, 0.01] },
  canary: { errors: 0.05, slow: [0.2, 0.02] },
};

describe('draws', () => {
  test.each([
    [1, 0.5],
    [10, 0.005],
    [190, 0.005],
    [1000, 0.3],
    [60, 0.99],
  ])('of a binomial of %d at %f have its probabilities', (n, p) => {
    for (const [k, share] of shares(binomialDraw(n, p)))
      expect(Math.abs(share - jStat.binomial.pdf(k, n, p))).toBeLessThan(1.01 / STEPS);
  });

  test.each([0.01, 1, 9.5, 100])('of a Poisson of mean %f have its probabilities', (mean) => {
    for (const [k, share] of shares(poissonDraw(mean)))
      expect(Math.abs(share - jStat.poisson.pdf(k, mean))).toBeLessThan(1.01 / STEPS);
  });

  test('reach both ends of a distribution', () => {
    expect(binomialDraw(10, 0.5)(() => 0)).toBe(0);
    expect(binomialDraw(10, 0.5)(() => 1 - 2 ** -53)).toBe(10);
    expect([binomialDraw(7, 0)(() => 0.9), binomialDraw(7, 1)(() => 0.1), poissonDraw(0)(() => 0.9)]).toEqual(
      [0, 7, 0],
    );
  });
});

describe('simulated traffic', () => {
  test('is the same for the same seed, and another for the next run', () => {
    const draw = simulator(traffic);
    expect(draw(seededChance(1, 2))).toEqual(draw(seededChance(1, 2)));
    expect(draw(seededChance(1, 2))).not.toEqual(draw(seededChance(1, 3)));
  });

  test.each(['poisson', 'fixed'] as const)('of %s arrivals has the shares it was asked for', (arrivals) => {
    const draw = simulator({ ...traffic, arrivals });
    const minutes = Array.from({ length: 400 }, (_, run) => draw(seededChance(5, run))[1]);
    const mean = (of: (minute: (typeof minutes)[number]) => number | undefined) =>
      minutes.reduce((sum, minute) => sum + (of(minute) ?? 0), 0) / minutes.length;
    // four standard errors each
    expect(mean((minute) => minute?.canary.requests)).closeTo(1000, 6.4);
    expect(mean((minute) => minute?.canary.failures)).closeTo(50, 1.5);
    expect(mean((minute) => minute?.canary.slower[0])).closeTo(200, 3);
    expect(mean((minute) => minute?.canary.slower[1])).closeTo(20, 1);
    expect(mean((minute) => minute?.baseline.failures)).closeTo(5, 0.5);
    expect(mean((minute) => minute?.baseline.slower[0])).closeTo(100, 2);
  });

  test('has nothing beside a canary that has all of it', () => {
    const last = simulator(traffic)(seededChance(6)).at(-1);
    expect(last?.baseline).toEqual({ requests: 0, failures: 0, slower: [0, 0] });
    expect(last?.canary.requests).toBeGreaterThan(1500);
  });

  test('brings failures in bursts where it is asked to', () => {
    const draw = simulator({ ...traffic, burst: 5 });
    const failures = draw(seededChance(7)).map(({ canary }) => canary.failures);
    expect(failures.every((count) => count % 5 === 0)).toBe(true);
  });
});
