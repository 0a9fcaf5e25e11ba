import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calibration, type ScoredOutcome } from '../../../../shared/deployments/rules/calibration.ts';
import { calibrated } from '../../../../shared/deployments/rules/calibration-map.ts';
import { crossCalibrated, fitIsotonic } from '../../../../shared/deployments/rules/fit-calibration.ts';
import { seededRandom } from '../../../support/chance.ts';

const pairs: fc.Arbitrary<readonly ScoredOutcome[]> = fc.array(
  fc.record({
    score: fc.integer({ min: 0, max: 1000 }).map((each) => each / 1000),
    outcome: fc.constantFrom(0 as const, 1 as const),
  }),
  { minLength: 2, maxLength: 200 },
);

/** Outcomes of which a share of `rate(score)` failed, repeatably. */
function drawn(count: number, rate: (score: number) => number): readonly ScoredOutcome[] {
  const random = seededRandom(7);
  const unit = () => (random(2)[0] ?? 0) / 256 + (random(1)[0] ?? 0) / 65_536;
  return Array.from({ length: count }, (): ScoredOutcome => {
    const score = unit();
    return { score, outcome: unit() < rate(score) ? 1 : 0 };
  });
}

describe('calibration', () => {
  test('the Brier score is the sum of its parts', () => {
    fc.assert(
      fc.property(pairs, (given) => {
        const { brier, decomposition } = calibration(given);
        const { reliability, resolution, uncertainty, within } = decomposition;
        expect(Number(reliability) - Number(resolution) + Number(uncertainty) + Number(within)).toBeCloseTo(
          Number(brier),
          10,
        );
      }),
    );
  });

  test('known outcomes give known figures', () => {
    const given = [
      { score: 0.1, outcome: 0 },
      { score: 0.1, outcome: 1 },
      { score: 0.9, outcome: 1 },
      { score: 0.9, outcome: 1 },
    ] as const;
    const { brier, ece, bins, count, failures } = calibration(given);
    expect({ brier, ece, count, failures }).toEqual({ brier: '0.21', ece: '0.25', count: 4, failures: 3 });
    expect(bins.map(({ from, count: each, failed }) => [from, each, failed])).toEqual([
      ['0.1', 2, '0.5'],
      ['0.9', 2, '1'],
    ]);
  });

  test('a score that is the probability is reliable, and its half is not', () => {
    const honest = drawn(4000, (score) => score);
    const halved = honest.map(({ score, outcome }) => ({ score: score / 2, outcome }));
    expect(Number(calibration(honest).ece)).toBeLessThan(0.04);
    expect(Number(calibration(halved).ece)).toBeGreaterThan(0.2);
    expect(Number(calibration(honest).skill)).toBeGreaterThan(0.2);
  });

  test('outcomes that are all the same have no skill to measure, and none at all is an error', () => {
    expect(calibration([{ score: 0.2, outcome: 0 }]).skill).toBeNull();
    expect(() => calibration([])).toThrow('no outcomes');
    expect(() => fitIsotonic([])).toThrow('no outcomes');
    expect(() => crossCalibrated([{ score: 0.2, outcome: 0 }])).toThrow('at least two');
  });
});

describe('a calibration map', () => {
  test('never falls and stays in [0, 1]', () => {
    fc.assert(
      fc.property(pairs, (given) => {
        const map = fitIsotonic(given);
        const found = Array.from({ length: 101 }, (_, each) => calibrated(map, each / 100));
        expect(found.every((each) => each >= 0 && each <= 1)).toBe(true);
        expect(found).toEqual(found.toSorted((a, b) => a - b));
      }),
    );
  });

  test('brings scores that promise too much to the rates that were seen, also where it has not looked', () => {
    const given = drawn(2000, (score) => 0.3 * score * score);
    const [before, after] = [given, crossCalibrated(given)].map(calibration);
    expect(Number(before?.ece)).toBeGreaterThan(0.3);
    expect(Number(after?.ece)).toBeLessThan(0.03);
    expect(Number(after?.brier)).toBeLessThan(Number(before?.brier));
  });

  test('lies on the lines between its knots and is flat outside them', () => {
    const map = {
      kind: 'isotonic' as const,
      knots: [
        { score: '0.2', probability: '0.1' },
        { score: '0.6', probability: '0.3' },
      ],
    };
    expect([0, 0.2, 0.4, 0.6, 1].map((score) => calibrated(map, score))).toEqual([
      ...[0.1, 0.1, 0.2, 0.3, 0.3].map((each) => expect.closeTo(each, 12)),
    ]);
    expect(() => calibrated({ kind: 'isotonic', knots: [] }, 0.5)).toThrow('at least one knot');
  });
});
