import { describe, expect, test } from 'vitest';
import { judgeSettings } from '../../../../shared/rollouts/rules/judge-settings.ts';
import { type PlanInputs, planRollout } from '../../../../shared/rollouts/rules/plan-rollout.ts';

/** The ladder of the specification's table: 5, 10, 25 and 50 %, ten minutes each. */
const stages = [0.05, 0.1, 0.25, 0.5, 1].map((weight) => ({
  ...{ weight, minSeconds: 600, maxSeconds: 600, minRequests: 0 },
}));
const LATENCY = { thresholds: [100, 300] };

function plan(traffic: PlanInputs['traffic'], given: Parameters<typeof judgeSettings>[0] = {}) {
  const settings = judgeSettings({ latency: LATENCY, ...given });
  const choice = { risk: 'low', preset: null, stages, bakeSeconds: 600 } as const;
  return planRollout.decide({ ...choice, traffic, settings });
}

const at = (requestsPerMinute: number, slower?: Readonly<Record<string, number>>) => ({
  ...{ requestsPerMinute, failureRate: 0.005 },
  ...(slower !== undefined && { slower }),
});

describe('a forecast of all that SAFE asks for', () => {
  test.each([
    [200, 0.006],
    [2000, 0.72],
  ])('at %i requests a minute is what the whole judge gives: about %f', (rate, safe) => {
    const { certification } = plan(at(rate, { 100: 0.1, 300: 0.01 }));
    expect(Math.abs(Number(certification.certifiedLatest) - safe)).toBeLessThan(0.05);
    expect(Number(certification.certifiedLatest)).toBeLessThan(
      Number(plan(at(rate)).certification.certifiedLatest),
    );
  });

  test('names what takes longest: what is rarest, or comes in the largest bursts', () => {
    const slowest = (slower: Readonly<Record<string, number>>, fano?: PlanInputs['settings']['fano']) =>
      plan(at(2000, slower), fano === undefined ? {} : { fano }).certification.slowest;
    expect(slowest({ 100: 0.1, 300: 0.01 })).toBe('errors');
    expect(slowest({ 100: 0.1, 300: 0.001 })).toBe('slower than 300 ms');
    const bursts = { errors: 1, slower: { 100: 50, 300: 1 } };
    expect(slowest({ 100: 0.1, 300: 0.01 }, bursts)).toBe('slower than 100 ms');
  });

  test('says so where nothing is ever slow: then nothing is certified', () => {
    const { certification, reasons } = plan(at(2000, { 100: 0.1, 300: 0 }));
    expect(certification).toMatchObject({ requests: null, medianMinutes: null, certifiedLatest: '0' });
    expect(reasons[1]).toContain('at present nothing is slower than 300 ms');
  });

  test('leaves out what only the judge watches', () => {
    const { certification } = plan(at(2000, { 100: 0.1 }), { latency: { ...LATENCY, certify: [100] } });
    expect(certification.slowest).toBe('errors');
  });
});

test('a plan that was recorded without shares of slow requests replays as it was', () => {
  const { certification, reasons } = plan(at(2000));
  expect(certification).toMatchObject({ failures: '182', requests: '36400' });
  expect(certification).not.toHaveProperty('slowest');
  expect(reasons[1]).toContain(
    '1.5 times as many failures (wrong in 0.05 of such cases) takes about 182 failures',
  );
});
