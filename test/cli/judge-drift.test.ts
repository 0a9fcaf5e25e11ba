import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { minutes } from '../shared/rollouts/rules/counts.ts';
import { holdfastHere } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-drift-'));
afterAll(() => rmSync(folder, { recursive: true }));

function judged(intervals: ReturnType<typeof minutes>, ...more: readonly string[]) {
  const path = join(folder, 'document.json');
  writeFileSync(path, JSON.stringify({ intervals }));
  return holdfastHere(['judge', path, ...more]);
}

test('judge shows what drifts, and takes no verdict and no exit code from it', async () => {
  const rising = minutes(14, [1000, 8], [1000, 5]);
  const { code, stdout } = await judged(rising);
  expect([code, stdout.split('\n')[0]]).toEqual([3, 'UNDECIDED']);
  expect(stdout).toMatch(
    /what drifts, as evidence that decides nothing: EWMA of errors at \d+ .*; CUSUM of errors at \d+ /,
  );
  const { drift } = JSON.parse((await judged(rising, '--json')).stdout);
  expect(drift).toEqual(
    ['ewma', 'cusum'].map((monitor) => ({
      ...{ monitor, of: 'errors', value: expect.any(Number), limit: expect.any(Number) },
      firstAt: expect.stringMatching(/^\d+$/),
    })),
  );
  const calm = await judged(minutes(30, [1000, 5], [1000, 5]));
  expect(calm.stdout).toContain('what drifts: nothing beyond its limit');
});
