import { describe, expect, test } from 'vitest';
import { seededChance } from '../../bench/canary-chance.ts';
import { simulator, type Traffic } from '../../bench/canary-traffic.ts';

const traffic: Traffic = {
  weights: [0.05, 0.5, 1],
  perMinute: 2000,
  arrivals: 'poisson',
  burst: 1,
  baseline: { errors: 0.005, slow: [0.1, 0.01] },
  canary: { errors: 0.05, slow: [0.2, 0.02] },
};

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
