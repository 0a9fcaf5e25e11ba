import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allowedAutonomy, RISK_BANDS, type RiskBand } from '../../../../shared/policies/index.ts';
import { DEPLOY_LEVELS, type DeployLevel } from '../../../../shared/services/contract.ts';

const CUTS = [0.3, 0.5, 0.7, 0.9];
const bandOf = (score: number): RiskBand =>
  RISK_BANDS[CUTS.filter((cut) => score >= cut).length] ?? 'critical';
const say = (level: DeployLevel, environment: string, score: number) =>
  allowedAutonomy.decide({ level, environment, band: bandOf(score), score: String(score) }).action;

const score = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.3, 0.6, 0.8, 0.9, 1));
const environment = fc.oneof(fc.constantFrom('staging', 'production', 'test'), fc.string());
const level = fc.constantFrom(...DEPLOY_LEVELS);
const ACTIONS = ['observe', 'suggest', 'approve', 'auto'];

test('shadow and observe never act, whatever the place and the risk', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('shadow' as const, 'observe' as const),
      environment,
      score,
      (at, where, risk) => {
        expect(say(at, where, risk)).toBe('observe');
      },
    ),
    { numRuns: 20_000 },
  );
});

test('outside staging nothing is automatic, at no level and no risk', () => {
  fc.assert(
    fc.property(level, environment, score, (at, where, risk) => {
      fc.pre(where !== 'staging');
      expect(say(at, where, risk)).not.toBe('auto');
    }),
    { numRuns: 100_000 },
  );
});

test('from a score of 0.9 on nothing is done, approved or not', () => {
  fc.assert(
    fc.property(level, environment, fc.double({ min: 0.9, max: 1, noNaN: true }), (at, where, risk) => {
      expect(['observe', 'suggest']).toContain(say(at, where, risk));
    }),
  );
});

test('more risk never allows more, and a higher level never allows less', () => {
  fc.assert(
    fc.property(level, level, environment, score, score, (one, other, where, risk, more) => {
      const rank = (action: string) => ACTIONS.indexOf(action);
      const [low, high] = [Math.min(risk, more), Math.max(risk, more)];
      expect(rank(say(one, where, high))).toBeLessThanOrEqual(rank(say(one, where, low)));
      const [less, greater] =
        DEPLOY_LEVELS.indexOf(one) <= DEPLOY_LEVELS.indexOf(other) ? [one, other] : [other, one];
      expect(rank(say(less, where, risk))).toBeLessThanOrEqual(rank(say(greater, where, risk)));
    }),
    { numRuns: 5000 },
  );
});

test.each([
  ['assisted', 0.3, 'auto'],
  ['assisted', 0.300001, 'approve'],
  ['governed', 0.6, 'auto'],
  ['governed', 0.600001, 'approve'],
  ['learning', 0.8, 'auto'],
  ['learning', 0.800001, 'approve'],
  ['auto', 0.899999, 'auto'],
  ['suggest', 0, 'suggest'],
  ['approve', 0, 'approve'],
] as const)('%s in staging at %d: %s', (at, risk, action) => {
  expect(say(at, 'staging', risk)).toBe(action);
});

test('a score that is no number is never automatic where a bound is asked', () => {
  const inputs = { level: 'governed', environment: 'staging', band: 'high', score: 'NaN' } as const;
  expect(allowedAutonomy.decide(inputs).action).toBe('approve');
});
