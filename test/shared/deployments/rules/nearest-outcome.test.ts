import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assessRisk } from '../../../../shared/deployments/rules/assess-risk.ts';
import { bandOf } from '../../../../shared/deployments/rules/bands.ts';
import {
  type DecideDeploymentInputs,
  decideDeployment,
} from '../../../../shared/deployments/rules/decide-deployment.ts';
import { nearestOutcomes } from '../../../../shared/deployments/rules/nearest-outcome.ts';
import type { Situation } from '../../../../shared/deployments/rules/situation.ts';
import {
  BUILT_IN_SET,
  type PolicyFacts,
  type PolicySet,
  policyInputs,
  type Relief,
} from '../../../../shared/policies/index.ts';
import { DEPLOY_LEVELS } from '../../../../shared/services/contract.ts';
import { type RiskChanges, riskInputs } from './risk-inputs.ts';

const WEDNESDAY = '2026-11-18T12:00:00.000Z';
const FRIDAY = '2026-11-20T16:20:00.000Z';

type Asked = RiskChanges & {
  readonly set?: PolicySet;
  readonly facts?: Partial<PolicyFacts>;
  readonly exceptions?: readonly Relief[];
  readonly level?: DecideDeploymentInputs['autonomy']['level'];
  readonly environment?: string;
  readonly decided?: Partial<DecideDeploymentInputs>;
};

/** A small change of payments in staging at the level governed, on a Wednesday at noon; and what is different. */
function situation(asked: Asked = {}): Situation {
  const { set = BUILT_IN_SET, exceptions = [], level = 'governed', environment = 'staging' } = asked;
  const risk = riskInputs(asked);
  const { score } = assessRisk.decide(risk);
  const { author: _author, text: _text, ...change } = risk.change;
  const remaining = risk.budget ?? '1';
  const budget = { declared: true, remaining, exhausted: Number(remaining) <= 0, burning: 'none' } as const;
  const band = bandOf(Number(score));
  const facts = { service: 'payments', environment, tier: risk.service.tier, change, score, band, budget };
  return {
    risk,
    decided: {
      policies: policyInputs({ set, facts: { ...facts, ...asked.facts }, exceptions, at: risk.at }),
      autonomy: { level, environment, band, score },
      ...{ killSwitch: false, condemned: false, retry: false, approval: null },
      ...asked.decided,
    },
  };
}

const lines = (asked: Asked) =>
  nearestOutcomes(situation(asked)).nearest.map(({ text, would }) => `${text}: ${would}`);
const wordOf = (inputs: DecideDeploymentInputs) => {
  const outcome = decideDeployment.decide(inputs);
  const more = 'reason' in outcome ? outcome.reason : '';
  return `${outcome.to} ${more}${'would' in outcome ? outcome.would : ''}`;
};

test('in a freeze its end is named first, and nothing that is riskier', () => {
  const { was, nearest } = nearestOutcomes(situation({ at: FRIDAY }));
  expect(was).toBe('it was blocked by freeze-windows');
  expect(nearest.map(({ text, would }) => `${text}: ${would}`)).toEqual([
    'after the freeze friday-afternoon, which ends at 2026-11-21T00:00:00.000Z (8 h later): it would have been cleared',
    'with the glass broken by two people: it would have been cleared',
  ]);
});

test('the end of a freeze is found to the second, weeks ahead, by the clock on the wall of its zone', () => {
  const calendars = {
    'year-end': {
      ...{ zone: 'Asia/Kolkata', dates: [{ from: '2026-12-18', to: '2027-01-05', name: 'year end' }] },
      weekly: [{ from: { day: 'Wed', time: '00:00' }, to: { day: 'Wed', time: '09:15:30' } }],
    },
  } as const;
  const set = {
    ...BUILT_IN_SET,
    calendars: structuredClone(calendars) as unknown as PolicySet['calendars'],
  };
  expect(lines({ set, at: '2026-12-20T12:00:00.000Z' })[0]).toContain(
    'the freeze year-end, which ends at 2027-01-06T03:45:30.000Z',
  );
});

test('payment data of a service that is not listed: the list is named, and the data', () => {
  const found = lines({ change: { dataClasses: ['payment'] } });
  expect(found).toContain('with payments listed as compliant for payment data: it would have been cleared');
  expect(found[0]).toBe('without touching payment data: it would have been cleared');
});

test('a spent error budget: how much would have to be left', () => {
  expect(lines({ budget: '0' })[0]).toBe('with 1 % of the error budget left: it would have been cleared');
});

test('the score ceiling of a policy is named, and not the end of the band', () => {
  const condition = {
    op: 'gt',
    left: { op: 'fact', path: 'score' },
    right: { op: 'value', value: 2600 },
  } as const;
  const own = { id: 'calm', title: 'calm', severity: 'high', effect: 'block', condition } as const;
  const set = { ...BUILT_IN_SET, policies: [...BUILT_IN_SET.policies, own] };
  const asked = { set, change: { lines: 400, files: 30, config: true } };
  const { was, nearest } = nearestOutcomes(situation(asked));
  expect(was).toBe('it was blocked by calm');
  for (const { by, score } of nearest.map((each) => ({ by: each.facts, score: Number(each.score) })))
    if (!by.includes('glass')) expect(score).toBeLessThanOrEqual(0.26);
  expect(nearest[0]?.would).toBe('it would have been cleared');
});

test('in production, where every band below critical asks, no other band is offered', () => {
  const { was, nearest } = nearestOutcomes(situation({ environment: 'production', level: 'auto' }));
  expect(was).toBe('it was put to a person for approval');
  expect(nearest[0]).toMatchObject({
    ...{ facts: ['environment'], text: 'in staging, at the same level (auto)', better: true },
    would: 'it would have been cleared',
  });
  expect(nearest.filter(({ better }) => better)).toHaveLength(1);
});

test('of an approved change it is told what would have spared the question', () => {
  const asked = {
    ...{ service: { tier: 2 as const }, change: { migration: true }, level: 'auto' as const },
    decided: { approval: { id: 'apr_1', person: 'grace' } },
  };
  expect(nearestOutcomes(situation(asked)).was).toBe('it was put to a person for approval');
  expect(lines(asked)[0]).toBe('without the migration: it would have been cleared');
});

test('the level is named where it decides, and the kill switch where it is on', () => {
  expect(lines({ level: 'observe' })).toContain(
    'at the level approve instead of observe: it would have been put to a person for approval',
  );
  expect(lines({ decided: { killSwitch: true } })).toEqual([
    'with the kill switch off: it would have been cleared',
  ]);
});

test('where no single thing lets it through, two do', () => {
  const found = lines({ at: FRIDAY, decided: { killSwitch: true } });
  expect(found[0]).toBe(
    'with the kill switch off and after the freeze friday-afternoon, which ends at 2026-11-21T00:00:00.000Z (8 h later): it would have been cleared',
  );
  // two blocks: the glass lifts both alone, and what lifts each is told before it
  const both = lines({ at: FRIDAY, budget: '0' });
  expect(both[0]).toMatch(/^with 1 % of the error budget left and after the freeze friday-afternoon/);
  expect(both.at(-1)).toBe('with the glass broken by two people: it would have been cleared');
});

test('what lifted a policy is named for a change that was cleared, and so is the next freeze', () => {
  const relief: Relief = {
    kind: 'exception',
    id: 'books',
    policies: ['freeze-windows'],
    owner: 'team',
    reason: 'agreed',
    expiresAt: '2026-12-01T00:00:00.000Z',
  };
  expect(lines({ at: FRIDAY, exceptions: [relief] })).toContain(
    'without the exception books: it would have been blocked by freeze-windows',
  );
  expect(lines({})).toContain(
    '52 h later, at 2026-11-20T16:00:00.000Z, in the freeze friday-afternoon: it would have been blocked by freeze-windows',
  );
});

test('where nothing lets it through, what takes one obstacle away is told for a block, and what is worse for a question', () => {
  const never = { op: 'value', value: true } as const;
  const own = (id: string, effect: 'block' | 'require-approval') =>
    ({ id, title: id, severity: 'low', effect, condition: never }) as const;
  const under = (effect: 'block' | 'require-approval') => ({
    ...BUILT_IN_SET,
    policies: [...BUILT_IN_SET.policies.slice(1), own('never', effect)],
  });
  // nothing permits, which no glass lifts
  expect(lines({ set: under('block'), decided: { killSwitch: true } })).toEqual([
    'with the kill switch off: it would have been blocked by never and default-deny',
  ]);
  const asking = { ...BUILT_IN_SET, policies: [...BUILT_IN_SET.policies, own('always', 'require-approval')] };
  const { to, nearest } = nearestOutcomes(situation({ set: asking }));
  expect(to).toBe('AwaitingApproval');
  expect(nearest.map(({ better }) => better)).not.toContain(true);
  expect(nearest.map(({ would }) => would)).toContain(
    'it would have been blocked by error-budget-protection',
  );
});

test('a size that a policy refuses in the midst of others is stepped out of by the fewest lines', () => {
  const compare = (op: 'ge' | 'le', value: number) =>
    ({ op, left: { op: 'fact', path: 'change.lines' }, right: { op: 'value', value } }) as const;
  const condition = { op: 'and', left: compare('ge', 1000), right: compare('le', 3000) } as const;
  const own = { id: 'odd', title: 'odd', severity: 'low', effect: 'block', condition } as const;
  const set = { ...BUILT_IN_SET, policies: [...BUILT_IN_SET.policies, own] };
  const found = lines({ set, level: 'auto', change: { lines: 2500, files: 3 } });
  expect(found).toContain('split into parts of 999 lines in 2 files: it would have been cleared');
  expect(found).toContain('with 3001 lines: it would have been cleared');
});

test('each one that is named is another outcome when it is decided anew, better ones first', () => {
  const asked = fc.record({
    service: fc.record({ tier: fc.constantFrom(1, 2, 3, 4), dependents: fc.nat(12) }),
    change: fc.record({
      ...{ lines: fc.nat(9000), files: fc.nat(80), migration: fc.boolean(), irreversible: fc.boolean() },
      ...{ config: fc.boolean(), hotfix: fc.boolean() },
      dataClasses: fc.subarray(['payment', 'personal']),
      checks: fc.constantFrom('success', 'failure', 'pending', 'none'),
    }),
    budget: fc.constantFrom('0', '0.05', '0.5', '1'),
    at: fc.constantFrom(WEDNESDAY, FRIDAY, '2026-11-22T03:00:00.000Z'),
    level: fc.constantFrom(...DEPLOY_LEVELS),
    environment: fc.constantFrom('staging', 'production'),
    decided: fc.record({ killSwitch: fc.boolean(), condemned: fc.boolean(), retry: fc.boolean() }),
  });
  fc.assert(
    fc.property(asked, (each) => {
      const before = situation(each as Asked);
      const { nearest } = nearestOutcomes(before);
      expect(nearest.length).toBeLessThanOrEqual(5);
      for (const { situation: then, to, score } of nearest) {
        expect(wordOf(then.decided)).not.toBe(wordOf(before.decided));
        expect(decideDeployment.decide(then.decided).to).toBe(to);
        // weighed anew, and read by everyone alike
        expect(assessRisk.decide(then.risk).score).toBe(score);
        expect(then.decided.policies.facts).toMatchObject({ score, band: bandOf(Number(score)) });
        expect(policyInputs(then.decided.policies)).toEqual(then.decided.policies);
      }
      const worse = nearest.map(({ better }) => !better);
      expect(worse).toEqual(worse.toSorted((one, other) => Number(one) - Number(other)));
      if (wordOf(before.decided).startsWith('Blocked')) expect(worse).not.toContain(true);
    }),
    { numRuns: 40 },
  );
});
