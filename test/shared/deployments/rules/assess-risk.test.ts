import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assessRisk } from '../../../../shared/deployments/rules/assess-risk.ts';
import { bandOf, levelOf } from '../../../../shared/deployments/rules/bands.ts';
import type { ChangeFacts } from '../../../../shared/deployments/rules/facts.ts';
import { TIERS, tierOf } from '../../../../shared/deployments/rules/facts.ts';
import { deploymentRules } from '../../../../shared/deployments/rules/index.ts';
import type {
  AssessRiskInputs,
  AssessRiskOutcome,
} from '../../../../shared/deployments/rules/risk-assessment.ts';
import { canonicalJson } from '../../../../shared/kernel/index.ts';
import { NO_PRECEDENT, riskInputs } from './risk-inputs.ts';

const counts = fc.record({
  failures: fc.integer({ min: 0, max: 60 }),
  successes: fc.integer({ min: 0, max: 200 }),
});
const text = ({ failures, successes }: { failures: number; successes: number }) => ({
  failures: String(failures),
  successes: String(successes),
});
/** Counts of the classes, and of the service, which has at least those of each class. */
const history = fc
  .record({ tier: counts, small: counts, large: counts, migration: counts, config: counts, hotfix: counts })
  .map(({ tier, ...classes }): AssessRiskInputs['history'] => {
    const all = Object.values(classes);
    const sum = (of: 'failures' | 'successes') => all.reduce((total, each) => total + each[of], 0);
    return {
      tier: text(tier),
      service: text({ failures: sum('failures'), successes: sum('successes') }),
      classes: {
        small: text(classes.small),
        large: text(classes.large),
        migration: text(classes.migration),
        config: text(classes.config),
        hotfix: text(classes.hotfix),
      },
    };
  });
const change: fc.Arbitrary<ChangeFacts> = fc.record({
  lines: fc.integer({ min: 0, max: 3000 }),
  files: fc.integer({ min: 0, max: 100 }),
  migration: fc.boolean(),
  irreversible: fc.boolean(),
  config: fc.boolean(),
  infrastructure: fc.boolean(),
  hotfix: fc.boolean(),
  dataClasses: fc.subarray(['personal', 'payment']),
  checks: fc.constantFrom('success', 'pending', 'none', 'failure'),
  text: fc.constant(''),
});
const hundredths = fc.integer({ min: -20, max: 100 }).map((each) => String(each / 100));
const inputs: fc.Arbitrary<AssessRiskInputs> = fc.record({
  service: fc.record({
    name: fc.constant('payments'),
    tier: fc.constantFrom(...TIERS),
    dependencies: fc.nat(20),
    dependents: fc.nat(20),
  }),
  change,
  similar: fc.constant(NO_PRECEDENT),
  history,
  budget: fc.option(hundredths),
  at: fc
    .integer({ min: 0, max: 335 })
    .map((hour) => new Date(1_800_000_000_000 + hour * 3_600_000).toISOString()),
  zone: fc.constantFrom('UTC', 'Europe/Zurich', 'America/Los_Angeles'),
});

const sum = (outcome: AssessRiskOutcome) =>
  outcome.factors.reduce((total, { contribution }) => total + Number(contribution), 0);

/** Each makes one fact worse, or leaves it where it cannot be worse. */
const WORSE: Readonly<Record<string, (inputs: AssessRiskInputs, by: number) => AssessRiskInputs>> = {
  tier: (at) => ({ ...at, service: { ...at.service, tier: tierOf(Math.max(1, at.service.tier - 1)) } }),
  dependents: (at, by) => ({ ...at, service: { ...at.service, dependents: at.service.dependents + by } }),
  lines: (at, by) => changed(at, { lines: at.change.lines + by * 7 }),
  files: (at, by) => changed(at, { files: at.change.files + by }),
  migration: (at) => changed(at, { migration: true }),
  irreversible: (at) => changed(at, { irreversible: true }),
  config: (at) => changed(at, { config: true }),
  infrastructure: (at) => changed(at, { infrastructure: true }),
  hotfix: (at) => changed(at, { hotfix: true }),
  'data classes': (at) => changed(at, { dataClasses: ['personal'] }),
  checks: (at) => changed(at, { checks: 'failure' }),
  budget: (at, by) => ({ ...at, budget: at.budget === null ? null : String(Number(at.budget) - by / 100) }),
  'failures of small changes': (at, by) => failed(at, 'small', by),
  'failures of migrations': (at, by) => failed(at, 'migration', by),
  'failures of peers': (at, by) => ({
    ...at,
    history: { ...at.history, tier: more(at.history.tier, by) },
  }),
};

function changed(at: AssessRiskInputs, facts: Partial<ChangeFacts>): AssessRiskInputs {
  return { ...at, change: { ...at.change, ...facts } };
}
function more({ failures, successes }: { failures: string; successes: string }, by: number) {
  return { failures: String(Number(failures) + by), successes };
}
function failed(at: AssessRiskInputs, kind: 'small' | 'migration', by: number): AssessRiskInputs {
  const { history: before } = at;
  const classes = { ...before.classes, [kind]: more(before.classes[kind], by) };
  return { ...at, history: { ...before, service: more(before.service, by), classes } };
}

describe('the score', () => {
  test('lies in [0, 1] and inside its interval, and is the sum of its contributions', () => {
    fc.assert(
      fc.property(inputs, (given) => {
        const outcome = assessRisk.decide(given);
        const [low, score, high] = [outcome.interval.low, outcome.score, outcome.interval.high].map(Number);
        expect(sum(outcome)).toBeCloseTo(Number(outcome.score), 10);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(score).toBeGreaterThanOrEqual((low ?? 0) - 1e-11);
        expect(high).toBeGreaterThanOrEqual((score ?? 0) - 1e-11);
        expect(high).toBeLessThanOrEqual(1);
        expect(outcome.band).toBe(bandOf(score ?? Number.NaN));
      }),
    );
  });

  test.each(Object.entries(WORSE))('is never lowered by worse %s', (_fact, worsen) => {
    fc.assert(
      fc.property(inputs, fc.integer({ min: 1, max: 200 }), (given, by) => {
        const before = Number(assessRisk.decide(given).score);
        const after = Number(assessRisk.decide(worsen(given, by)).score);
        expect(after).toBeGreaterThanOrEqual(before - 1e-10);
      }),
    );
  });

  test('comes to the same bytes again', () => {
    fc.assert(
      fc.property(inputs, (given) => {
        const recorded = JSON.parse(canonicalJson(given));
        expect(canonicalJson(assessRisk.decide(recorded))).toBe(canonicalJson(assessRisk.decide(given)));
      }),
    );
  });
});

describe('what the score says', () => {
  test('it reaches from low to critical', () => {
    const best = riskInputs({ service: { tier: 4, dependents: 0 }, change: { lines: 0, files: 0 } });
    const worst = riskInputs({
      service: { tier: 1, dependents: 30 },
      change: { lines: 5000, files: 90, migration: true, config: true, hotfix: true, checks: 'failure' },
      small: { failures: '40', successes: '2' },
      budget: '-0.1',
      at: '2026-11-21T23:00:00.000Z',
    });
    expect(assessRisk.decide(best).band).toBe('low');
    expect(assessRisk.decide(worst).band).toBe('critical');
  });

  test('it is less certain without a precedent, and says so', () => {
    const known = riskInputs({ similar: { ...NO_PRECEDENT, confidence: '0.9' } });
    const [without, within] = [riskInputs(), known].map((each) => assessRisk.decide(each));
    expect(Number(without?.uncertainty)).toBeGreaterThan(Number(within?.uncertainty));
    expect(without?.reasons.map(({ code }) => code)).toContain('NO_PRECEDENT');
  });

  test('it is less certain where nobody measures the error budget', () => {
    const [measured, unmeasured] = ['0.5', null].map((budget) => assessRisk.decide(riskInputs({ budget })));
    expect(unmeasured?.score).toBe(measured?.score);
    expect(Number(unmeasured?.uncertainty)).toBeGreaterThan(Number(measured?.uncertainty));
  });

  test('it is read on the clock of the zone', () => {
    const at = '2026-11-20T22:30:00.000Z';
    const zones = ['Europe/Zurich', 'Asia/Tokyo', 'America/Los_Angeles'].map((zone) =>
      assessRisk.decide({ ...riskInputs({ at }), zone }),
    );
    const timing = zones.map(({ factors }) => factors.find(({ name }) => name === 'timing')?.value);
    // Friday 23:30, Saturday 07:30, Friday 14:30.
    expect(timing).toEqual(['0.7', '0.5', '0.3']);
  });

  test.each([
    [{ zone: 'Mars/Olympus' }, /zone Mars\/Olympus/],
    [{ at: 'soon' }, /at soon/],
    [
      {
        weights: {
          ...{ service_tier: '0.5', service_health: '0.5', historical_failure: '0.5' },
          ...{ blast_radius: '0', change_complexity: '0', timing: '0' },
        },
      },
      /weights .* sum to 1/,
    ],
  ])('it refuses %j', (wrong, why) => {
    expect(() => assessRisk.decide({ ...riskInputs(), ...wrong })).toThrow(why);
  });
});

test.each([
  [0.3, 'low', 'medium'],
  [0.5, 'medium', 'high'],
  [0.7, 'high', 'severe'],
  [0.9, 'severe', 'critical'],
] as const)('a band begins at %d and not before', (cut, below, from) => {
  expect(bandOf(cut - 1e-12)).toBe(below);
  expect(bandOf(cut)).toBe(from);
  expect(bandOf(cut + 1e-12)).toBe(from);
});

test('what is no number counts as critical', () => {
  expect([bandOf(Number.NaN), levelOf(Number.NaN), tierOf('whatever'), tierOf(0)]).toEqual([
    ...['critical', 'critical', 1, 1],
  ]);
});

test('the rules are known for replay', () => {
  expect(deploymentRules.map(({ name, version }) => `${name} ${version}`)).toEqual(
    expect.arrayContaining(['find-similar 1', 'assess-risk 1']),
  );
});
