import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GENOPS_WEIGHTS } from '../../../../shared/deployments/rules/genops/score.ts';
import { learnWeights, type SeenOutcome } from '../../../../shared/deployments/rules/learn-weights.ts';
import { RISK_FACTORS } from '../../../../shared/deployments/rules/risk-assessment.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const seen: fc.Arbitrary<SeenOutcome> = fc.record({
  factors: fc.record({
    service_tier: share,
    service_health: share,
    historical_failure: share,
    blast_radius: share,
    change_complexity: share,
    timing: share,
  }),
  score: share,
  outcome: fc.constantFrom(0 as const, 1 as const),
});

test('weights stay in [.01, .5] and sum to 1, whatever is learned', () => {
  fc.assert(
    fc.property(fc.array(seen, { maxLength: 300 }), (outcomes) => {
      const weights = Object.values(learnWeights(GENOPS_WEIGHTS, outcomes));
      expect(weights.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 10);
      expect(weights.every((each) => each >= 0.01 && each <= 0.5)).toBe(true);
    }),
  );
});

test.each(RISK_FACTORS)(
  'an unexpected failure raises the weight of %s where it was high, a success lowers it',
  (name) => {
    const none = Object.fromEntries(RISK_FACTORS.map((each) => [each, 0])) as SeenOutcome['factors'];
    const factors = { ...none, [name]: 1 };
    const after = (outcome: 0 | 1) => learnWeights(GENOPS_WEIGHTS, [{ factors, score: 0.4, outcome }])[name];
    expect(after(1)).toBeGreaterThan(GENOPS_WEIGHTS[name]);
    expect(after(0)).toBeLessThan(GENOPS_WEIGHTS[name]);
  },
);

test('an outcome that the score foresaw changes nothing', () => {
  const factors = GENOPS_WEIGHTS;
  const weights = learnWeights(GENOPS_WEIGHTS, [{ factors, score: 1, outcome: 1 }]);
  for (const name of RISK_FACTORS) expect(weights[name]).toBeCloseTo(GENOPS_WEIGHTS[name], 12);
});
