import fc from 'fast-check';
import jstat from 'jstat';
import { expect, test } from 'vitest';
import { betaQuantile, betaShare } from '../../../../shared/deployments/rules/beta.ts';

const shape = fc.double({ min: 0.5, max: 500, noNaN: true });
const share = fc.double({ min: 0.001, max: 0.999, noNaN: true });

test('the quantiles of a beta variable are those of another library', () => {
  fc.assert(
    fc.property(shape, shape, share, (a, b, p) => {
      expect(betaQuantile(p, a, b)).toBeCloseTo(jstat.beta.inv(p, a, b), 7);
    }),
  );
});

test('a quantile is where the distribution function reaches its share', () => {
  fc.assert(
    fc.property(shape, shape, share, (a, b, p) => {
      expect(betaShare(betaQuantile(p, a, b), a, b)).toBeCloseTo(p, 9);
    }),
    { numRuns: 2000, examples: [[473.0647442430082, 42.62528466262642, 0.6094248538825202]] },
  );
});

test('a uniform variable stays below its share, and one failure in ten is Beta(1, 9)', () => {
  expect(betaQuantile(0.3, 1, 1)).toBeCloseTo(0.3, 12);
  expect(betaQuantile(0.95, 1, 9)).toBeCloseTo(1 - 0.05 ** (1 / 9), 12);
});
