import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PastDeployment } from '../../../../shared/deployments/rules/facts.ts';
import { failureEvidence } from '../../../../shared/deployments/rules/failure-history.ts';
import { findSimilar, nearEnough } from '../../../../shared/deployments/rules/find-similar.ts';
import type { FindSimilarInputs } from '../../../../shared/deployments/rules/risk-assessment.ts';
import { canonicalJson } from '../../../../shared/kernel/index.ts';

const NOW = '2026-11-20T10:00:00.000Z';
const daysAgo = (days: number) => new Date(Date.parse(NOW) - days * 86_400_000).toISOString();

const CHANGE = {
  ...{ lines: 120, files: 6, migration: true, config: false, hotfix: false },
  text: 'Add settlement column to the charges table',
};

function past(
  id: string,
  more: Partial<Omit<PastDeployment, 'change'>> & { readonly text?: string; readonly lines?: number } = {},
): PastDeployment {
  const { text = 'migration: settlement reference on charges', lines = 130, ...fields } = more;
  return {
    ...{ id, service: 'payments', environment: 'production', at: daysAgo(3), outcome: 'succeeded' },
    change: { ...CHANGE, text, lines },
    ...fields,
  };
}

function asked(records: readonly PastDeployment[], more: Partial<FindSimilarInputs> = {}): FindSimilarInputs {
  const query = { service: 'payments', environment: 'production', change: CHANGE };
  return {
    query,
    past: records,
    neighbours: [{ service: 'orders', relation: 'dependent' }],
    now: NOW,
    ...more,
  };
}
const idsOf = (inputs: FindSimilarInputs) => findSimilar.decide(inputs).similar.map(({ id }) => id);

test('a deployment that did the same in other words is found, with the reasons why', () => {
  const records = [
    past('dep_same', { outcome: 'rolled-back' }),
    past('dep_other', { text: 'VAT rates for Austria' }),
    past('dep_large', { lines: 2400, text: 'rewrite the ledger' }),
  ];
  const { similar, failures, successes, confidence } = findSimilar.decide(asked(records));
  expect(similar).toMatchObject([
    {
      id: 'dep_same',
      outcome: 'rolled-back',
      why: [
        'same service',
        '130 lines (120 now)',
        'a migration as well',
        expect.stringMatching(/^text alike to \d+ %$/),
        '3 days ago',
      ],
    },
  ]);
  expect({ failures, successes }).toEqual({ failures: 1, successes: 0 });
  expect(Number(confidence)).toBeGreaterThan(0.4);
});

test('without a match there is no confidence', () => {
  expect(findSimilar.decide(asked([]))).toEqual({
    ...{ similar: [], successes: 0, failures: 0, confidence: '0' },
  });
});

test('the future and what has no time are never cited', () => {
  const records = [past('dep_later', { at: daysAgo(-0.001) }), past('dep_never', { at: 'soon' })];
  expect(idsOf(asked(records))).toEqual([]);
  const evidence = failureEvidence({ past: records, service: 'payments', peers: [], now: NOW });
  expect(evidence.service).toEqual({ failures: '0', successes: '0' });
});

test('a service that is no neighbour and another environment are never cited', () => {
  const records = [
    past('dep_stranger', { service: 'someone-else' }),
    past('dep_staging', { environment: 'staging' }),
    past('dep_own'),
  ];
  expect(idsOf(asked(records))).toEqual(['dep_own']);
});

test("a neighbour's record counts for less than the same of its own", () => {
  const records = [past('dep_neighbour', { service: 'orders' }), past('dep_own')];
  const { similar } = findSimilar.decide(asked(records));
  expect(similar.map(({ id, relation }) => [id, relation])).toEqual([
    ['dep_own', 'same service'],
    ['dep_neighbour', 'dependent'],
  ]);
  expect(Number(similar[0]?.similarity)).toBeGreaterThan(Number(similar[1]?.similarity));
});

test('after a half-life of 30 days an outcome weighs half', () => {
  const { similar } = findSimilar.decide(
    asked([past('dep_new', { at: NOW }), past('dep_old', { at: daysAgo(30) })]),
  );
  const ratio = similar.map(({ weight, similarity }) => Number(weight) / Number(similarity));
  expect(ratio[0]).toBeCloseTo(1, 9);
  expect(ratio[1]).toBeCloseTo(0.5, 9);
});

test('a deployment that is given twice is cited once', () => {
  expect(idsOf(asked([past('dep_a'), past('dep_a')]))).toEqual(['dep_a']);
});

test('what is recorded with a decision stays small, however much there is', () => {
  const all = Array.from({ length: 5000 }, (_, index) =>
    past(`dep_${index}`, { text: 'settlement '.repeat(1000), at: daysAgo(index / 50) }),
  );
  const near = nearEnough(asked(all));
  expect(canonicalJson(near).length).toBeLessThan(100_000);
  expect(canonicalJson(findSimilar.decide(asked(near)))).toBe(canonicalJson(findSimilar.decide(asked(all))));
});

test('a change without a text is compared by its structure', () => {
  const query = { service: 'payments', change: { ...CHANGE, text: '' } };
  expect(idsOf(asked([past('dep_a', { text: 'anything' })], { query }))).toEqual(['dep_a']);
});

const TITLES = [
  'Add settlement column to charges',
  'revert the settlement migration',
  'schema change: payout batch on each charge',
  'bump stripe',
  'undo: charges table',
  '',
];
const records = fc
  .uniqueArray(
    fc.record({
      id: fc.integer({ min: 1, max: 9999 }).map((number) => `dep_${number}`),
      service: fc.constantFrom('payments', 'orders', 'someone-else'),
      at: fc.integer({ min: -5, max: 200 }).map(daysAgo),
      text: fc.constantFrom(...TITLES),
      lines: fc.integer({ min: 0, max: 900 }),
      outcome: fc.constantFrom('succeeded' as const, 'failed' as const, 'rolled-back' as const),
    }),
    { maxLength: 60, selector: ({ id }) => id },
  )
  .map((all) => all.map(({ id, ...more }) => past(id, more)));

test('the order of the past changes nothing', () => {
  fc.assert(
    fc.property(
      records.chain((all) =>
        fc.tuple(fc.constant(all), fc.shuffledSubarray([...all], { minLength: all.length })),
      ),
      ([all, shuffled]) => {
        const [left, right] = [all, shuffled].map((each) => canonicalJson(findSimilar.decide(asked(each))));
        expect(left).toBe(right);
      },
    ),
  );
});

test('what is near enough gives the outcome that all of the past gives', () => {
  fc.assert(
    fc.property(records, (all) => {
      const whole = canonicalJson(findSimilar.decide(asked(all)));
      expect(canonicalJson(findSimilar.decide(asked(nearEnough(asked(all)))))).toBe(whole);
    }),
  );
});

test('what is cited is past, related, at most ten, from .75 and nearest first', () => {
  fc.assert(
    fc.property(records, (all) => {
      const { similar } = findSimilar.decide(asked(all));
      const measures = similar.map(({ similarity }) => Number(similarity));
      expect(similar.length).toBeLessThanOrEqual(10);
      expect(measures.every((each) => each >= 0.75 && each <= 1)).toBe(true);
      expect(measures).toEqual(measures.toSorted((a, b) => b - a));
      for (const { id, service } of similar) {
        expect(['payments', 'orders']).toContain(service);
        expect(Date.parse(all.find((each) => each.id === id)?.at ?? '')).toBeLessThanOrEqual(Date.parse(NOW));
      }
    }),
  );
});
