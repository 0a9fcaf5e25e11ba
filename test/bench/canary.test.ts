import { describe, expect, test } from 'vitest';
import type { Case } from '../../bench/canary-case.ts';
import { CASES } from '../../bench/canary-cases.ts';
import { seededChance } from '../../bench/canary-chance.ts';
import { lowerBound, upperBound } from '../../bench/canary-intervals.ts';
import { judged } from '../../bench/canary-policy.ts';
import { referenceMinute } from '../../bench/canary-reference.ts';
import { hits, runCase } from '../../bench/canary-run.ts';
import { simulator } from '../../bench/canary-traffic.ts';
import { judgeSettings } from '../../shared/rollouts/rules/judge-settings.ts';

/** Seeded, so the same every time; these bounds say that a change of the rule moved them further than chance does. */
const SURELY = 0.001;
const RUNS = 100;

const named = (group: Case['group'], name: string): Case => {
  const found = CASES.find((each) => each.group === group && each.name === name);
  if (found === undefined) throw new Error(`no case ${group}: ${name}`);
  return found;
};

describe('the whole canary policy on seeded traffic', () => {
  const promised = CASES.filter(
    ({ truth, warning, traffic }) => truth === 'healthy' && warning !== true && traffic.weights.length <= 50,
  );

  test('rolls back no more healthy releases than it says, in any row and over all of them', () => {
    const results = promised.map((each) => runCase(each, { runs: RUNS, alone: true }));
    for (const { case: found, policy } of results)
      expect(lowerBound(hits(policy), RUNS, SURELY), found.name).toBeLessThanOrEqual(found.settings.alpha);
    const all = results.reduce((sum, { policy }) => sum + hits(policy), 0);
    expect(results.length).toBeGreaterThan(12);
    expect(upperBound(all, RUNS * results.length, SURELY)).toBeLessThanOrEqual(0.01);
  });

  test.each(CASES.filter(({ truth, group, table }) => truth === 'bad' && group === 'errors' && table))(
    'finds the canary that $name about as often as the handbook says',
    (found) => {
      const { policy, safe } = runCase(found, { runs: RUNS, alone: true });
      expect(upperBound(hits(policy), RUNS, SURELY)).toBeGreaterThanOrEqual(
        (found.table?.rollback ?? 1) - 0.03,
      );
      expect(lowerBound(hits(safe), RUNS, SURELY)).toBeLessThanOrEqual(found.settings.beta);
    },
  );

  test('certifies a healthy release about as often as the handbook says', () => {
    for (const found of CASES.filter(({ table }) => table?.safe !== undefined && table.safe > 0.05)) {
      const { safe } = runCase(found, { runs: RUNS, alone: true });
      expect(upperBound(hits(safe), RUNS, SURELY), found.name).toBeGreaterThanOrEqual(
        (found.table?.safe ?? 1) - 0.03,
      );
    }
  });

  test('is broken by failures in bursts, unless they are divided by their Fano factor', () => {
    const broken = runCase(named('bursts', 'healthy, not deflated, 2,000/min'), { runs: RUNS, alone: true });
    const mended = runCase(named('bursts', 'healthy, divided by 5, 2,000/min'), { runs: RUNS, alone: true });
    expect(lowerBound(hits(broken.policy), RUNS, SURELY)).toBeGreaterThan(0.1);
    expect(hits(mended.policy)).toBeLessThanOrEqual(1);
  });

  test('is broken by slow requests in bursts, unless each metric is divided by its own factor', () => {
    const [broken, ...mended] = CASES.filter(({ group }) => group === 'slow').map((each) =>
      runCase(each, { runs: RUNS, alone: true }),
    );
    expect(broken && lowerBound(hits(broken.policy), RUNS, SURELY)).toBeGreaterThan(0.03);
    for (const { policy } of mended) expect(hits(policy)).toBeLessThanOrEqual(2);
    expect(mended).toHaveLength(2);
  });

  test('goes back in the very minute in which the e-process written a second time says so', () => {
    const { traffic } = named('errors', 'fails x3, 200/min');
    const draw = simulator(traffic);
    const settings = judgeSettings({ killSwitch: null });
    const minutes = Array.from({ length: RUNS }, (_, run) => draw(seededChance(4, run)));
    const ours = minutes.map((each) => judged(each, settings, []).rollback);
    expect(ours).toEqual(minutes.map((each) => referenceMinute(each, 'errors')));
    expect(ours.filter((minute) => minute !== undefined).length).toBeGreaterThan(RUNS / 3);
  });
});
