import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { holdfastHere } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-score-'));
const DOCUMENT = {
  service: { name: 'payments', tier: 'high', dependents: ['orders'], budget: 0.2 },
  change: {
    ...{ lines: 240, files: 12, migration: true, irreversible: false, config: true },
    ...{ infrastructure: false, hotfix: false, checks: 'success', text: 'settlement column on charges' },
  },
  at: '2026-11-18T10:00:00Z',
  history: [
    {
      ...{ id: 'dep_1', service: 'payments', environment: 'production', at: '2026-11-10T10:00:00Z' },
      change: {
        ...{ lines: 200, files: 9, migration: true, config: true, hotfix: false },
        text: 'settlement reference on charges',
      },
      outcome: 'failed',
    },
  ],
};
const GENOPS = {
  service: {
    ...{ tier: 'critical', dependencies: ['db-primary'], recent_failure_rate: 0.02 },
    ...{ error_budget_remaining: 0.8, availability_99d: 0.999 },
  },
  context: {
    ...{ change_size_lines: 150, files_changed: 10, has_db_migration: false, has_config_change: true },
    ...{ is_hotfix: false, time_of_day_hour: 14, day_of_week: 2 },
  },
};

function score(document: unknown, ...options: readonly string[]) {
  const file = join(folder, 'document.json');
  writeFileSync(file, JSON.stringify(document));
  return holdfastHere(['score', file, ...options]);
}
const without = (object: object, name: string) =>
  Object.fromEntries(Object.entries(object).filter(([each]) => each !== name));

describe('holdfast score', () => {
  test('answers factors, score, level and reasons, as numbers', async () => {
    const { code, stdout } = await score(DOCUMENT, '--json');
    const answer = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(answer).toMatchObject({ score: expect.any(Number), level: 'medium', band: 'high' });
    expect(answer.factors).toHaveLength(6);
    const sum = answer.factors.reduce(
      (total: number, each: { contribution: number }) => total + each.contribution,
      0,
    );
    expect(sum).toBeCloseTo(answer.score, 10);
    expect(answer.similar).toMatchObject([{ id: 'dep_1', outcome: 'failed' }]);
    expect(answer.reasons.map(({ code: each }: { code: string }) => each)).toContain('SIMILAR');
  });

  test('takes a change by the names of the documented contract; what it does not say counts at its worst, and is said', async () => {
    const { irreversible: _i, infrastructure: _n, checks: _c, text: _t, ...named } = DOCUMENT.change;
    const short = { ...DOCUMENT, change: { ...named, author: 'ada' } };
    const { code, stdout } = await score(short, '--json');
    expect(code).toBe(0);
    const answer = JSON.parse(stdout);
    const assumed = answer.reasons.filter((each: { code: string }) => each.code === 'ASSUMED');
    expect(assumed.map(({ text }: { text: string }) => text)).toEqual([
      'change.irreversible is not said: it is taken at its worst, true',
      'change.infrastructure is not said: it is taken at its worst, true',
      'change.checks is not said: it is taken at its worst, failure',
    ]);
    const worst = { irreversible: true, infrastructure: true, checks: 'failure' };
    const said = { ...short, change: { ...short.change, ...worst } };
    expect(JSON.parse((await score(said, '--json')).stdout).score).toBe(answer.score);
    const best = { irreversible: false, infrastructure: false, checks: 'success' };
    const mild = { ...short, change: { ...short.change, ...best } };
    const better = JSON.parse((await score(mild, '--json')).stdout);
    expect(better.score).toBeLessThan(answer.score);
    expect(JSON.stringify(better.reasons)).not.toContain('ASSUMED');
    expect((await score(short)).stdout).toContain('change.checks is not said');
  });

  test('says in plain words what would have altered it', async () => {
    const { stdout } = await score(DOCUMENT);
    expect(stdout).toContain('20 % of its error budget is left');
    expect(stdout).toMatch(/without the migration it would be medium/);
  });

  test('with the compatible profile scores a case of the seed as it stands', async () => {
    const { code, stdout } = await score(
      { ...GENOPS, weights: 'default' },
      '--profile',
      'genops-v1',
      '--json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ score: 0.38105, level: 'low', requiresHumanReview: false },
      requiresHumanReviewByAutonomy: { shadow: false, assisted: true, governed: false, learning: false },
    });
    expect((await score({ ...GENOPS, profile: 'genops-v1' })).stdout).toContain('AUTO-APPROVE');
  });

  test('prints how far scores can be read as probabilities', async () => {
    const pairs = Array.from({ length: 40 }, (_, each) => ({
      score: each / 40,
      outcome: each % 4 === 0 ? 'rolled-back' : 'succeeded',
    }));
    const { code, stdout } = await score(pairs, '--calibrate');
    expect(code).toBe(0);
    expect(stdout).toContain('40 outcomes, 10 failed');
    expect(stdout).toMatch(/Brier score 0\.\d+/);
    expect(stdout).toContain('95 % interval');
    const { stdout: json } = await score(pairs, '--calibrate', '--json');
    expect(JSON.parse(json)).toMatchObject({ count: 40, map: { kind: 'isotonic' }, bins: expect.any(Array) });
  });
});

test('outcomes that come with their factors propose weights', async () => {
  const factors = {
    ...{ service_tier: 0, service_health: 0, historical_failure: 1, blast_radius: 0 },
    ...{ change_complexity: 0, timing: 0 },
  };
  const pairs = Array.from({ length: 9 }, () => ({ score: 0.2, outcome: 1, factors }));
  const { stdout } = await score(pairs, '--calibrate', '--json');
  const { proposedWeights } = JSON.parse(stdout);
  expect(proposedWeights.historical_failure).toBeGreaterThan(0.2);
  expect((await score(pairs, '--calibrate')).stdout).toContain('a proposal, nothing uses them');
});

test('what was foretold beside the score has a table of its own', async () => {
  const told = (outcome: 0 | 1, probability: string) => ({ score: 0.3, outcome, probability });
  const pairs = [told(0, '0.2'), told(1, '0.6'), { score: 0.3, outcome: 0, calibrated: '0.1' }];
  const { stdout } = await score(pairs, '--calibrate', '--json');
  const { count, probability, calibrated } = JSON.parse(stdout);
  expect([count, probability.count, probability.brier]).toEqual([3, 2, 0.1]);
  expect([calibrated.count, calibrated.brier]).toEqual([1, 0.01]);
});

const change = (more: object) => ({ ...DOCUMENT, change: { ...DOCUMENT.change, ...more } });
const context = (more: object) => ({
  ...GENOPS,
  profile: 'genops-v1',
  context: { ...GENOPS.context, ...more },
});
const WEIGHTS = { service_tier: 0.5, service_health: 0.2, historical_failure: 0.2, blast_radius: 0.2 };

test.each([
  ['a negative size', change({ lines: -1 }), 'change.lines'],
  ['an absent fact', { ...DOCUMENT, change: without(DOCUMENT.change, 'migration') }, 'change.migration'],
  ['no change', without(DOCUMENT, 'change'), 'change'],
  [
    'weights that do not sum',
    { ...DOCUMENT, weights: { ...WEIGHTS, change_complexity: 0, timing: 0 } },
    'weights must sum to 1',
  ],
  ['a field nobody knows', { ...DOCUMENT, wieghts: {} }, 'wieghts'],
  ['no such zone', { ...DOCUMENT, zone: 'Mars/Olympus' }, 'zone Mars/Olympus'],
  ['no such tier', { ...DOCUMENT, service: { ...DOCUMENT.service, tier: 'vital' } }, 'service.tier'],
  ['no such profile', { ...DOCUMENT, profile: 'v2' }, 'profile must be one of'],
  ['hour 99', context({ time_of_day_hour: 99 }), 'context.time_of_day_hour'],
  ['a negative size for genops-v1', context({ change_size_lines: -5 }), 'context.change_size_lines'],
  [
    'an absent fact for genops-v1',
    { ...context({}), service: without(GENOPS.service, 'tier') },
    'service.tier',
  ],
  [
    'weights of nothing',
    { ...context({}), weights: { ...WEIGHTS, service_tier: -1, change_complexity: 0, timing: 0 } },
    'weights',
  ],
])('%s is one clear error that names the field', async (_what, document, named) => {
  const { code, stderr, stdout } = await score(document);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr.split('\n')[0]).toContain(named);
});

test.each([
  [
    [
      { score: 1.2, outcome: 1 },
      { score: 0.2, outcome: 0 },
    ],
    '0.score',
  ],
  [
    [
      { score: 0.2, outcome: 'perhaps' },
      { score: 0.2, outcome: 0 },
    ],
    '0.outcome',
  ],
  [[], 'at least two'],
])('outcomes %j are no calibration', async (pairs, named) => {
  const { code, stderr } = await score(pairs, '--calibrate');
  expect(code).toBe(2);
  expect(stderr).toContain(named);
});
