import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { holdfastHere } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-judge-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(document: unknown): string {
  const path = join(folder, 'document.json');
  writeFileSync(path, typeof document === 'string' ? document : JSON.stringify(document));
  return path;
}
const counts = (count: number, canary: readonly [number, number], baseline: readonly [number, number]) => ({
  intervals: Array.from({ length: count }, (_, at) => ({
    at: new Date(Date.UTC(2026, 0, 1, 0, at)).toISOString(),
    canary: { requests: canary[0], failures: canary[1], slower: {} },
    baseline: { requests: baseline[0], failures: baseline[1], slower: {} },
  })),
});
const judge = (document: unknown, ...more: readonly string[]) =>
  holdfastHere(['judge', file(document), ...more]);

describe('holdfast judge', () => {
  test.each([
    [0, 'SAFE', counts(40, [1000, 5], [1000, 5])],
    [1, 'ROLLBACK', counts(1, [50, 3], [950, 0])],
    [3, 'UNDECIDED', counts(1, [50, 0], [950, 3])],
    [3, 'UNDECIDED', { intervals: [] }],
  ])('ends with %i when the verdict is %s', async (code, verdict, document) => {
    const ran = await judge(document);
    expect([ran.code, ran.stdout.split('\n')[0]]).toEqual([code, verdict]);
  });

  test('writes one document: the verdict, natural logs after each interval, and what is still needed', async () => {
    const { code, stdout } = await judge(counts(2, [50, 1], [950, 2]), '--json');
    const answer = JSON.parse(stdout);
    expect(code).toBe(3);
    expect(answer).toMatchObject({
      verdict: 'UNDECIDED',
      intervals: [
        { at: '2026-01-01T00:00:00.000Z', logE: expect.any(Number), logSafe: expect.any(Number) },
        { at: '2026-01-01T00:01:00.000Z', logE: expect.any(Number), logSafe: expect.any(Number) },
      ],
      needed: { failures: expect.any(Number), requests: expect.any(Number), of: 'errors' },
    });
    expect(answer.intervals[1].logE).toBe(answer.logE);
  });

  test('reads the settings: a milder promise is kept sooner', async () => {
    const document = counts(10, [1000, 5], [1000, 5]);
    expect((await judge(document)).code).toBe(3);
    expect((await judge({ ...document, settings: { rBad: 3 } })).code).toBe(0);
  });

  test('says beside the verdict which raw thresholds ask for a person', async () => {
    const { code, stdout } = await judge(counts(1, [60, 3], [60, 3]));
    expect(code).toBe(3);
    expect(stdout).toContain('a person is asked: at 2026-01-01T00:00:00.000Z 3 of 60 requests failed');
  });

  test('names minutes that are missing and dates in the future, and judges all the same', async () => {
    const { intervals } = counts(8, [1000, 5], [1000, 5]);
    const odd = [...intervals.slice(0, 2), ...intervals.slice(5)];
    const future = { ...intervals[7], at: '9026-01-01T00:00:00.000Z' };
    const { code, stdout } = await judge({ intervals: odd });
    expect(code).toBe(3);
    expect(stdout).toContain(
      'gap of 3 minutes between 2026-01-01T00:01:00.000Z and 2026-01-01T00:05:00.000Z',
    );
    const answer = JSON.parse((await judge({ intervals: [...intervals, future] }, '--json')).stdout);
    expect(answer.reasons.at(-1)).toContain('1 interval(s) begin in the future');
    expect((await judge({ intervals })).stdout).not.toMatch(/gap|future/);
  });

  test.each([
    ['intervals.0.canary.failures', counts(1, [5, 7], [5, 0])],
    ['intervals.0.canary.failures', counts(1, [5, -1], [5, 0])],
    ['intervals.0.canary.requests', '{"intervals": [{"at": 1, "canary": {"requests": NaN, "failures": 0}}]}'],
    [
      'intervals.1',
      { intervals: [...counts(1, [5, 1], [5, 0]).intervals, ...counts(1, [5, 2], [5, 0]).intervals] },
    ],
    ['settings.alpha', { intervals: [], settings: { alpha: 7 } }],
    ['cannot be read', '{"intervals": ['],
  ])('ends with 2 and names what is wrong: %s', async (name, document) => {
    const { code, stdout, stderr } = await judge(document, '--json');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(name);
  });

  test('ends with 2 without a file', async () => {
    expect((await holdfastHere(['judge'])).code).toBe(2);
    expect((await holdfastHere(['judge', join(folder, 'none.json')])).code).toBe(2);
  });
});

describe('what holdfast judge shows beside its verdict', () => {
  test('shows the always-valid p: of the worst look so far, and what it is compared with', async () => {
    const [bad] = counts(1, [50, 2], [950, 0]).intervals;
    const [, later] = counts(2, [50, 0], [950, 1]).intervals;
    const document = { intervals: [bad, later] };
    const answer = JSON.parse((await judge(document, '--json')).stdout);
    const [worst, last] = answer.intervals;
    expect(worst.logE).toBeGreaterThan(last.logE);
    expect(answer.alwaysValidP).toBeCloseTo(Math.exp(-worst.logE), 12);
    const { stdout } = await judge(document);
    expect(stdout).toContain(`always-valid p ${Number(answer.alwaysValidP.toPrecision(3))}: `);
    expect(stdout).toContain('(ROLLBACK at 0.008)');
  });
});

describe('what holdfast judge says of limits', () => {
  test("a verdict of the kill switch stands beside a p that is the judge's, and names no baseline where there is none", async () => {
    const [at] = counts(1, [200, 60], [1, 0]).intervals;
    const { code, stdout } = await judge({ intervals: [{ at: at?.at, canary: at?.canary }] });
    expect(code).toBe(1);
    expect(stdout).toContain('always-valid p 1 (of the judge; the kill switch has an E of its own, above)');
    expect(stdout).not.toContain('beside it');
  });

  test('with a factor that is read as it comes, the limits are those that are compared with', async () => {
    const fano = { settings: { fano: 'estimate' } };
    expect((await judge({ ...counts(20, [500, 50], [9500, 20]), ...fano })).stdout).toMatch(
      /limit (126|501)\)/,
    );
    const late = { settings: { fano: 'estimate', killSwitch: false } };
    expect((await judge({ ...counts(20, [500, 50], [9500, 20]), ...late })).stdout).toContain('limit 101)');
    expect((await judge(counts(20, [500, 50], [9500, 20]))).stdout).toContain('limit 125)');
  });
});

describe('holdfast plan-rollout', () => {
  const plan = (document: unknown, ...more: readonly string[]) =>
    holdfastHere(['plan-rollout', file(document), ...more]);
  const traffic = { requestsPerMinute: 2000, failureRate: 0.005 };

  test('shows the stages, and what a certificate takes', async () => {
    const { code, stdout } = await plan({ risk: 'high', traffic });
    expect(code).toBe(0);
    expect(stdout).toContain('1 %, 2 %, 5 %, 10 %, 25 %, 50 %, 100 %');
    expect(stdout).toMatch(/half of the healthy canaries within \d+ minutes/);
  });

  test('writes one document with the plan, its digest and the alternatives', async () => {
    const { stdout } = await plan({ traffic }, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      plan: { preset: 'standard', digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
      certification: { rBad: 1.5, failures: 182, requests: 36_400 },
      alternatives: [{ rBad: 2 }, { rBad: 3 }],
    });
  });

  test('says which metric takes longest to certify, or that slowness is left out', async () => {
    const settings = { latency: { thresholds: [100, 300] } };
    const slower = { 100: 0.1, 300: 0.001 };
    const whole = await plan({ traffic: { ...traffic, slower }, settings });
    expect(whole.stdout).toContain('requests slower than 300 ms');
    const { stdout } = await plan({ traffic: { ...traffic, slower }, settings }, '--json');
    expect(JSON.parse(stdout).certification).toMatchObject({
      slowest: 'slower than 300 ms',
      requests: 182_000,
    });
    expect((await plan({ traffic, settings })).stdout).toContain('of failures alone: `traffic.slower`');
  });

  test('says that there is no traffic where there is none, and not that nothing fails', async () => {
    const { stdout } = await plan({ traffic: { requestsPerMinute: 0, failureRate: 0.1 } });
    expect(stdout).toContain('at present there is no traffic');
    expect(stdout).not.toContain('nothing fails');
  });

  test.each([
    ['stages.1.weight', { stages: [{ weight: 0.1 }, { weight: 0.1 }, { weight: 1 }] }],
    ['stages.0.weight', { stages: [{ weight: 0 }, { weight: 1 }] }],
    ['traffic.requestsPerMinute', { traffic: { requestsPerMinute: -1, failureRate: 0 } }],
  ])('ends with 2 and names what is wrong: %s', async (name, document) => {
    const { code, stderr } = await plan(document);
    expect(code).toBe(2);
    expect(stderr).toContain(name);
  });
});
