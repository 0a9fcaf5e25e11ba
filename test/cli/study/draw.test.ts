import jStat from 'jstat';
import { describe, expect, test } from 'vitest';
import { binomialDraw, type Draw, poissonDraw } from '../../../cli/study/draw.ts';

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
