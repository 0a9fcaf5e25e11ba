import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, sha256Hex } from '../../../../shared/kernel/index.ts';
import { Plan } from '../../../../shared/rollouts/plan-contract.ts';
import { readPlanDocument } from '../../../../shared/rollouts/rules/judge-document.ts';
import { judgeSettings } from '../../../../shared/rollouts/rules/judge-settings.ts';
import { makePlan, type PlanInputs, planRollout } from '../../../../shared/rollouts/rules/plan-rollout.ts';
import { poisson, seededChance } from '../../../../shared/rollouts/rules/seeded-chance.ts';
import { judge, minute } from './counts.ts';

const choice = { risk: 'low', preset: null, stages: null, bakeSeconds: 600 } as const;
const stage = (weight: number, minSeconds = 600, maxSeconds = 600, minRequests = 0) => ({
  ...{ weight, minSeconds, maxSeconds, minRequests },
});
const weights = (given: Partial<PlanInputs>) =>
  makePlan({ ...choice, ...given }).stages.map(({ weight }) => weight);
const slowAt = (thresholds: readonly number[], slower: Readonly<Record<string, number>>) => ({
  traffic: { requestsPerMinute: 100, failureRate: 0.01, slower },
  settings: { latency: { thresholds } },
});
const plan = (requestsPerMinute: number, failureRate = 0.005, more: Partial<PlanInputs> = {}) =>
  planRollout.decide({
    ...choice,
    traffic: { requestsPerMinute, failureRate },
    settings: judgeSettings(),
    ...more,
  });

describe('the ladder', () => {
  test.each([
    ['low', [0.01, 0.05, 0.25, 0.5, 1]],
    ['medium', [0.01, 0.05, 0.25, 0.5, 1]],
    ['high', [0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1]],
    ['severe', [0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1]],
    ['critical', [0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1]],
  ])('of a risk that is %s climbs %j', (risk, expected) => {
    expect(weights({ risk })).toEqual(expected);
  });

  test('of prompts and agents, and of blue/green, is a choice', () => {
    expect(weights({ preset: 'prompt' })).toEqual([0.1, 0.25, 0.5, 1]);
    expect(weights({ risk: 'critical', preset: 'blue-green' })).toEqual([1]);
  });

  test('asks for least time and least requests at every shared stage', () => {
    for (const risk of ['low', 'high']) {
      const shared = makePlan({ ...choice, risk }).stages.slice(0, -1);
      expect(shared.every(({ minSeconds, minRequests }) => minSeconds >= 300 && minRequests >= 50)).toBe(
        true,
      );
    }
  });

  test.each([
    ['stages.1.weight', [stage(0.1), stage(0.1), stage(1)]],
    ['stages.1.weight', [stage(0.1), stage(0.05), stage(1)]],
    ['stages.1.weight', [stage(0.1), stage(0.5)]],
    ['stages.0.maxSeconds', [stage(0.1, 600, 300), stage(1)]],
  ])('with something wrong names the field %s', (path, stages) => {
    expect(() => makePlan({ ...choice, stages })).toThrow(path);
  });

  test.each([
    [
      'stages.0.maxSeconds is not given, and its default, 900',
      { stages: [{ weight: 0.5, minSeconds: 1000 }] },
    ],
    ['stages.0.minSeconds is not given, and its default, 300', { stages: [{ weight: 0.5, maxSeconds: 60 }] }],
    ['traffic.slower.250 is not certified; these are: 300', slowAt([300], { 300: 0.1, 250: 0.2 })],
    ['traffic.slower.300 is not certified; none is', slowAt([], { 300: 0.1 })],
    ['traffic.slower.fast must be a number of ms', slowAt([300], { 300: 0.1, fast: 0.1 })],
    ['traffic.slower does not name 300', slowAt([300], { 250: 0.1 })],
    ['traffic.slower names no threshold', slowAt([], {})],
    ['stages.0.weight', { stages: [{ weight: 5 }, { weight: 100 }] }],
    ['stages.0.minSeconds', { stages: [{ weight: 0.5, minSeconds: -1 }, { weight: 1 }] }],
    ['traffic.failureRate', { traffic: { requestsPerMinute: 1, failureRate: 2 } }],
    ['risk', { risk: 'none' }],
    ['preset', { preset: 'bold' }],
    ['settings.beta', { settings: { beta: 0 } }],
    ['speed', { speed: 1 }],
    [
      'traffic.slower',
      {
        traffic: { requestsPerMinute: 1, failureRate: 0.1, slower: { 300: 0.1 } },
        settings: { latency: { thresholds: [300, 900] } },
      },
    ],
  ])('read from a document with something wrong names %s', (path, document) => {
    expect(() => readPlanDocument(document)).toThrow(path);
  });
});

describe('a plan', () => {
  test('is pinned by the digest of all its other fields', () => {
    const { digest, ...rest } = makePlan({ ...choice, stages: [stage(0.5), stage(1)] });
    expect(digest).toBe(sha256Hex(canonicalJson(rest)));
    expect(Plan.parse({ digest, ...rest })).toEqual({ digest, ...rest });
    expect(makePlan({ ...choice, stages: [stage(0.4), stage(1)] }).digest).not.toBe(digest);
  });

  test('that takes long is judged over longer intervals', () => {
    expect(makePlan(choice).intervalSeconds).toBe(60);
    expect(makePlan({ ...choice, stages: [stage(0.5, 0, 86_400), stage(1, 0, 0)] }).intervalSeconds).toBe(
      360,
    );
  });

  test('has the same outcome to the byte', () => {
    expect(JSON.stringify(plan(2000))).toBe(JSON.stringify(plan(2000)));
  });
});

describe('what a certificate takes', () => {
  /** The ladder of the specification's table: 5, 10, 25 and 50 %, ten minutes each. */
  const stages = [stage(0.05), stage(0.1), stage(0.25), stage(0.5), stage(1)];

  test.each([
    [200, 0.056],
    [2000, 0.768],
    [20_000, 0.998],
  ])(
    'at %i requests a minute: the share of healthy canaries certified in 40 minutes is that of the table',
    (n, share) => {
      const { certification } = plan(n, 0.005, { stages });
      expect(Math.abs(Number(certification.certifiedLatest) - share)).toBeLessThan(0.045);
    },
  );

  test('is said as failures that really certify', () => {
    const { certification } = plan(2000);
    const half = Number(certification.failures) / 2;
    expect(judge([minute(0, [50_000, Math.ceil(half)], [50_000, Math.ceil(half)])]).verdict).toBe('SAFE');
    expect(
      judge([minute(0, [50_000, Math.floor(half * 0.97)], [50_000, Math.floor(half * 0.97)])]).verdict,
    ).toBe('UNDECIDED');
  });

  test('is sooner there with more traffic, and takes fewer failures for a milder promise', () => {
    const [slow, fast] = [plan(500), plan(5000)].map(({ certification }) =>
      Number(certification.medianMinutes),
    );
    expect(slow).toBeGreaterThan(fast ?? 0);
    const { certification, alternatives } = plan(500);
    expect(alternatives.map(({ rBad }) => rBad)).toEqual(['2', '3']);
    const failures = [certification, ...alternatives].map((each) => Number(each.failures));
    expect(failures).toEqual(failures.toSorted((a, b) => b - a));
  });

  test('grows with the bursts in the minutes before the release', () => {
    const history = Array.from({ length: 60 }, (_, at) => ({
      at,
      baseline: { requests: 1000, failures: at % 5 === 0 ? 5 : 0 },
    }));
    const traffic = { requestsPerMinute: 1000, failureRate: 0.001 };
    const [calm, bursty] = [readPlanDocument({ traffic }), readPlanDocument({ traffic, history })];
    expect(bursty.settings.fano).toBeGreaterThan(4);
    const failures = (inputs: PlanInputs) => Number(planRollout.decide(inputs).certification.failures);
    expect(failures(bursty)).toBeGreaterThan(4 * failures(calm));
  });

  test.each([
    ['nothing fails', { traffic: { requestsPerMinute: 100, failureRate: 0 } }, 'nothing fails'],
    ['the traffic is not known', { traffic: null }, 'not known'],
    ['no stage shares the traffic', { preset: 'blue-green' as const }, 'a person decides'],
  ])('is said to be unknown where %s', (_, given, words) => {
    const { certification, reasons } = plan(100, 0.01, given);
    expect(certification.medianMinutes).toBeNull();
    expect(reasons.join()).toContain(words);
  });
});

test('seeded counts have the mean that was asked for', () => {
  const mean = fc.constantFrom(0.02, 0.7, 5, 49, 51, 400);
  fc.assert(
    fc.property(mean, fc.integer(), (asked, seed) => {
      const chance = seededChance(seed);
      let sum = 0;
      for (let draw = 0; draw < 3000; draw += 1) sum += poisson(asked, chance);
      // six standard errors
      expect(Math.abs(sum / 3000 - asked)).toBeLessThan(6 * Math.sqrt(asked / 3000) + 0.01);
    }),
    { numRuns: 20 },
  );
});
