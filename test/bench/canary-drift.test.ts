import { describe, expect, test } from 'vitest';
import { CASES } from '../../bench/canary-cases.ts';
import { driftTable, watchDrift } from '../../bench/canary-drift.ts';
import { hits, runCase, share } from '../../bench/canary-run.ts';

const RUNS = 60;

/** The case, judged and watched on the same streams. */
function watched(group: string, name: string) {
  const found = CASES.find((each) => each.group === group && each.name === name);
  if (found === undefined) throw new Error(`no case ${group}: ${name}`);
  const seen = watchDrift(found);
  const { policy } = runCase(found, { runs: RUNS, alone: true, see: seen.see });
  return { seen, policy };
}

describe('the drift monitors on the streams of the bench', () => {
  test('signal in healthy canaries far more often than a rollback may: so they are evidence alone', () => {
    const { seen, policy } = watched('both', 'healthy, 200/min');
    expect(seen.tallies.any.runs).toBe(RUNS);
    expect(share(seen.tallies.any)).toBeGreaterThan(0.2);
    expect(hits(policy)).toBeLessThanOrEqual(1);
    for (const monitor of ['ewma', 'cusum', 'mahalanobis'] as const)
      expect(hits(seen.tallies[monitor])).toBeLessThanOrEqual(hits(seen.tallies.any));
  });

  test('find what is slow in all of its requests', () => {
    const { seen } = watched('both', 'all x1.2 slower, 2,000/min');
    expect(share(seen.tallies.ewma)).toBeGreaterThan(0.9);
  });

  test('without latency there is no distance, and its place in the table is empty', () => {
    const { seen } = watched('errors', 'healthy, 2,000/min');
    expect(seen.tallies.mahalanobis.runs).toBe(0);
    const { lines, head } = driftTable([seen, watchDrift(seen.case)]);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.[head.indexOf('Mahalanobis')]).toBe('');
    expect(lines[0]?.[0]).toBe('errors: healthy, 2,000/min');
  });
});
