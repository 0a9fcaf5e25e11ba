import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BUILT_IN_SET, PolicyFacts, type PolicySet } from '../../../../shared/policies/index.ts';
import type { Relief } from '../../../../shared/policies/rules/evaluate-policies.ts';
import { changing, evaluate, QUIET, WEDNESDAY } from '../facts.ts';

const SPENT = { declared: true, remaining: '-0.2', exhausted: true, burning: 'none' } as const;
const found = (outcome: ReturnType<typeof evaluate>, id: string) =>
  outcome.results.find((result) => result.id === id);

describe('the policies that Holdfast comes with', () => {
  test('allow a deployment about which nothing is remarkable, and show every policy with its reason', () => {
    const outcome = evaluate();
    expect(outcome).toMatchObject({ verdict: 'allow', blockedBy: [], approvalFor: [], warnings: [] });
    expect(outcome.results.map(({ id }) => id)).toEqual(BUILT_IN_SET.policies.map(({ id }) => id));
    expect(outcome.results.every(({ reason }) => reason !== '')).toBe(true);
  });

  test.each([
    ['0.5', 'allow'],
    ['0.500000000001', 'require-approval'],
    ['0.51', 'require-approval'],
  ])('a critical service at %s: %s', (score, verdict) => {
    expect(evaluate({ facts: { ...QUIET, tier: 1, score } }).verdict).toBe(verdict);
  });

  test.each([
    [1000, []],
    [1001, ['large-change-caution']],
  ])('%d lines warn of %j', (lines, ids) => {
    const outcome = evaluate({ facts: changing({ lines }) });
    expect(outcome.verdict).toBe('allow');
    expect(outcome.warnings.map(({ id }) => id)).toEqual(ids);
  });

  test.each([
    ['critical', 'require-approval'],
    ['high', 'require-approval'],
    ['medium', 'allow'],
    ['low', 'allow'],
  ] as const)('a migration of a service of tier %s: %s', (tier, verdict) => {
    expect(evaluate({ facts: { ...changing({ migration: true }), tier } }).verdict).toBe(verdict);
  });

  test.each([
    [{ migration: true, irreversible: true }, 'freeze'],
    [{ migration: true, irreversible: false }, 'roll-back'],
    [{ migration: false, irreversible: true }, 'roll-back'],
  ] as const)('a bad revision with %j ends in a %s', (change, onFailure) => {
    expect(evaluate({ facts: changing(change) }).onFailure).toBe(onFailure);
  });
});

describe('the policies about budgets and data', () => {
  test.each([
    ['0.1', 'none', 'allow', []],
    ['0.0999', 'none', 'allow', ['error-budget-low']],
    ['0.5', 'leak', 'allow', []],
    ['0.5', 'slow', 'require-approval', []],
    ['0.5', 'fast', 'require-approval', []],
  ] as const)(
    'with %s of the budget left, spent %s: %s, warning of %j',
    (remaining, burning, verdict, ids) => {
      const outcome = evaluate({
        facts: { ...QUIET, budget: { declared: true, remaining, exhausted: false, burning } },
      });
      expect(outcome.verdict).toBe(verdict);
      expect(outcome.warnings.map(({ id }) => id)).toEqual(ids);
    },
  );

  test('a spent budget blocks; a service that promises nothing has none to spend', () => {
    expect(evaluate({ facts: { ...QUIET, budget: SPENT } }).blockedBy).toEqual(['error-budget-protection']);
    expect(evaluate({ facts: { ...QUIET, budget: { declared: false } } }).verdict).toBe('allow');
  });

  test('personal data asks above 0.3, payment data blocks where the set does not list the service', () => {
    const personal = changing({ dataClasses: ['personal'] });
    expect(evaluate({ facts: { ...personal, score: 0.3 } }).verdict).toBe('allow');
    expect(evaluate({ facts: { ...personal, score: 0.3001 } }).approvalFor).toEqual(['gdpr-data-processing']);
    const payment = changing({ dataClasses: ['payment'] });
    expect(evaluate({ facts: payment }).blockedBy).toEqual(['pci-compliance-check']);
    const set = { ...BUILT_IN_SET, compliance: { payment: ['checkout'] } };
    expect(evaluate({ facts: payment, set }).verdict).toBe('allow');
  });

  test('whatever blocks wins over an approval, and both are said', () => {
    const outcome = evaluate({ facts: { ...changing({ migration: true }), tier: 'high', budget: SPENT } });
    expect(outcome).toMatchObject({
      ...{ verdict: 'block', requiresApproval: true },
      ...{ blockedBy: ['error-budget-protection'], approvalFor: ['db-migration-review'] },
    });
  });
});

describe('what is not known', () => {
  test('blocks and is named, whatever the policy would have come to', () => {
    const { lines: _lines, ...rest } = QUIET.change;
    const outcome = evaluate({ facts: { ...QUIET, change: rest } });
    expect(outcome.verdict).toBe('block');
    expect(found(outcome, 'large-change-caution')).toMatchObject({
      ...{ matched: false, missing: ['change.lines'], cameTo: 'block' },
      reason: expect.stringContaining('change.lines is not known'),
    });
  });

  test('any one fact that a policy asks for, taken away, never allows more', () => {
    const paths = ['service', 'environment', 'tier', 'score', 'change', 'budget'] as const;
    const strict = ['allow', 'require-approval', 'block'];
    fc.assert(
      fc.property(facts(), fc.constantFrom(...paths), (all, path) => {
        const { [path]: _gone, ...rest } = all;
        const less = evaluate({ facts: PolicyFacts.parse(rest) });
        expect(strict.indexOf(less.verdict)).toBeGreaterThanOrEqual(
          strict.indexOf(evaluate({ facts: all }).verdict),
        );
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test('nothing known at all blocks', () => {
    expect(evaluate({ facts: PolicyFacts.parse({}) }).verdict).toBe('block');
  });

  test.each([{ change: { lines: -1 } }, { score: 1.1 }, { score: Number.NaN }, { tier: 5 }, { linez: 3 }])(
    '%j is refused as facts',
    (facts) => {
      expect(PolicyFacts.safeParse(facts).success).toBe(false);
    },
  );
});

test('nothing is permitted where no policy permits', () => {
  const set: PolicySet = { ...BUILT_IN_SET, policies: BUILT_IN_SET.policies.slice(1) };
  expect(evaluate({ set })).toMatchObject({ verdict: 'block', blockedBy: ['default-deny'] });
});

describe('what lifts a policy', () => {
  const exception = (more: Partial<Relief> = {}): Relief => ({
    ...{ kind: 'exception', id: 'big-refactoring', policies: ['error-budget-protection'], owner: 'ada' },
    ...{ reason: 'the fix itself', expiresAt: '2026-11-19T00:00:00Z', ...more },
  });
  const glass = exception({ kind: 'break-glass', id: 'apr_1', policies: 'every-block', grantedBy: 'grace' });
  const spent = { ...QUIET, budget: SPENT };

  test('an exception counts, and stands in the outcome with the policy that it lifts', () => {
    const outcome = evaluate({ facts: spent, exceptions: [exception()] });
    expect(outcome.verdict).toBe('allow');
    expect(outcome.exceptions).toEqual([{ kind: 'exception', id: 'big-refactoring', state: 'used' }]);
    expect(found(outcome, 'error-budget-protection')).toMatchObject({
      matched: true,
      cameTo: 'nothing',
      lifted: { id: 'big-refactoring' },
    });
    expect(outcome.warnings.map(({ id }) => id)).toEqual(['error-budget-protection']);
  });

  test.each([
    ['expired this very moment', { expiresAt: WEDNESDAY }, 'expired'],
    ['for another policy', { policies: ['freeze-windows'] }, 'not-needed'],
  ] as const)('an exception that is %s does not count: %s', (_what, more, state) => {
    const outcome = evaluate({ facts: spent, exceptions: [exception(more)] });
    expect(outcome.verdict).toBe('block');
    expect(outcome.exceptions).toMatchObject([{ state }]);
  });

  test('an exception for another place does not concern this one', () => {
    const outcome = evaluate({ facts: spent, exceptions: [exception({ environment: 'staging' })] });
    expect(outcome).toMatchObject({ verdict: 'block', exceptions: [] });
  });

  test('broken glass lifts blocks and missing facts, never the need for an approval or the lack of a permit', () => {
    const facts = { ...changing({ migration: true }), tier: 'high', budget: SPENT } as const;
    expect(evaluate({ facts, exceptions: [glass] })).toMatchObject({ verdict: 'require-approval' });
    const { score: _score, ...unscored } = { ...facts, tier: 'critical' as const, budget: QUIET.budget };
    expect(evaluate({ facts: unscored, exceptions: [glass] }).approvalFor).toEqual([
      'critical-service-human-review',
      'db-migration-review',
    ]);
    const set: PolicySet = { ...BUILT_IN_SET, policies: BUILT_IN_SET.policies.slice(1) };
    expect(evaluate({ set, exceptions: [glass] }).verdict).toBe('block');
  });
});

function facts() {
  return fc.record({
    service: fc.constant('checkout'),
    environment: fc.constantFrom('staging', 'production'),
    tier: fc.integer({ min: 1, max: 4 }),
    score: fc.integer({ min: 0, max: 1000 }).map((n) => n / 1000),
    change: fc.record({
      ...{ lines: fc.integer({ min: 0, max: 2000 }), files: fc.nat(60), migration: fc.boolean() },
      dataClasses: fc.subarray(['personal', 'payment']),
    }),
    budget: fc.constantFrom({ declared: false } as const, SPENT, QUIET.budget),
  });
}
