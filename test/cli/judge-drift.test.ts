import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { GivenSettings, Interval } from '../../shared/rollouts/judge-contract.ts';
import { minutes } from '../shared/rollouts/rules/counts.ts';
import { holdfastHere } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-drift-'));
afterAll(() => rmSync(folder, { recursive: true }));

function judged(intervals: readonly Interval[], settings: GivenSettings = {}, ...more: readonly string[]) {
  const path = join(folder, 'document.json');
  writeFileSync(path, JSON.stringify({ intervals, settings }));
  return holdfastHere(['judge', path, ...more]);
}

test('judge shows what drifts, and takes no verdict and no exit code from it', async () => {
  const rising = minutes(14, [1000, 8], [1000, 5]);
  const { code, stdout } = await judged(rising);
  expect([code, stdout.split('\n')[0]]).toEqual([3, 'UNDECIDED']);
  expect(stdout).toMatch(
    /what drifts, as evidence that decides nothing: EWMA of errors at \d+ .*; CUSUM of errors at \d+ /,
  );
  const { drift } = JSON.parse((await judged(rising, {}, '--json')).stdout);
  expect(drift).toEqual(
    ['ewma', 'cusum'].map((monitor) => ({
      ...{ monitor, of: 'errors', value: expect.any(Number), limit: expect.any(Number) },
      ...{ compared: 14 },
      firstAt: expect.stringMatching(/^\d+$/),
    })),
  );
  const calm = await judged(minutes(30, [1000, 5], [1000, 5]));
  expect(calm.stdout).toContain('what drifts: nothing beyond its limit');
});

test('judge says so where nothing could be compared, and not that nothing drifts', async () => {
  const alone = await judged(minutes(3, [200, 1], null));
  expect(alone.stdout).toContain('what drifts: nothing could be compared');
});

test('judge names the measures of which nothing could be compared beside those of which something was', async () => {
  const settings = { latency: { thresholds: [50, 200] } };
  const { stdout } = await judged(minutes(5, [200, 1], [200, 1]), settings);
  expect(stdout).toContain(
    'what drifts: nothing beyond its limit; nothing could be compared of slower than 50 ms, slower than 200 ms, all three',
  );
});
