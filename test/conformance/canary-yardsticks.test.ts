import jStat from 'jstat';
import { describe, expect, test } from 'vitest';
import { lowerBound, upperBound } from '../../bench/canary-intervals.ts';
import { isHigh, QUANTILE_98, score, shiftBetween } from '../../bench/canary-mann-whitney.ts';
import { mannWhitney, wilson } from '../../shared/deployments/rules/genops/study.ts';
import { accountFor, noHandbook, rows } from './canary-vectors.ts';

const sorted = (values: readonly number[]) => Float64Array.from(values).sort();
const QUANTILES: Readonly<Record<string, number>> = { 0.95: 1.959963984540054, 0.98: QUANTILE_98 };

const quantileOf = (input: { readonly confidenceLevel: number }) =>
  QUANTILES[input.confidenceLevel] ?? Number.NaN;

function near(value: number, expected: number, tolerance: number, name: string): void {
  expect(Math.abs(value - expected), `${name}: ${value} for ${expected}`).toBeLessThanOrEqual(tolerance);
}

type Shift = {
  readonly id: string;
  readonly input: {
    readonly fn: string;
    readonly confidenceLevel: number;
    readonly experiment: readonly number[];
    readonly control: readonly number[];
  };
  // biome-ignore lint/suspicious/noExplicitAny: each function of the file has another form
  readonly expected: any;
};

describe.skipIf(noHandbook)('Mann-Whitney of the bench, against kayenta_mannwhitney', () => {
  const cases = rows<Shift>('kayenta_mannwhitney.json');
  const of = (fn: string) => cases.filter(({ input }) => input.fn === fn);
  const FLAT = 'kayenta.mannwhitney.3';

  test('standardises as R does', () => {
    for (const { id, input, expected } of of('wilcoxonDiff'))
      for (const { mu, value, tol } of expected)
        near(score(sorted(input.experiment), sorted(input.control), mu, true), value, tol, id);
  });

  test('has the quantile of the normal distribution for 98 %', () => {
    for (const { id, expected } of of('normalInverseCDF'))
      near(-QUANTILE_98, expected.value, expected.tol, id);
  });

  test('has the shifts, their bounds and their estimates of R to what its solver leaves open', () => {
    for (const { id, input, expected } of of('mannWhitneyUTest')) {
      const quantile = quantileOf(input);
      const { low, estimate, high } = shiftBetween(input.experiment, input.control, quantile);
      near(low, expected.ciLow, 1e-4, id);
      near(high, expected.ciHigh, 1e-4, id);
      if (id !== FLAT) near(estimate, expected.estimate, 1e-4, id);
    }
  });

  test('of row 3 has another estimate, where the score is zero from one to the other', () => {
    const row = cases.find(({ id }) => id === FLAT);
    const { experiment = [], control = [] } = row?.input ?? {};
    const { estimate } = shiftBetween(experiment, control, QUANTILE_98);
    expect([estimate, row?.expected.estimate]).toEqual([expect.closeTo(19, 9), 22.5]);
    for (const shift of [19 + 1e-9, 20, 22.5])
      expect(score(sorted(experiment), sorted(control), shift, false)).toBe(0);
  });

  test('begins where R begins: the ends of the range, and how far each is from the quantile', () => {
    for (const { input, expected } of of('mannWhitneyIntermediate')) {
      const differences = input.experiment.flatMap((a) => input.control.map((b) => a - b));
      const [least, most] = [Math.min(...differences), Math.max(...differences)];
      const quantile = quantileOf(input);
      const from = (shift: number, by: number) =>
        score(sorted(input.experiment), sorted(input.control), shift, true) - by;
      const found = {
        ...{ Mumin: least, Mumax: most, ZqLower: quantile, ZqUpper: -quantile },
        ...{ Flower1: from(least, quantile), Fupper1: from(most, quantile) },
        ...{ Flower2: from(least, -quantile), Fupper2: from(most, -quantile) },
      };
      for (const [name, value] of Object.entries(found)) near(value, expected[name], expected.tol, name);
      const { low, estimate, high } = shiftBetween(input.experiment, input.control, quantile);
      const roots = { Cil: low, Ciu: high, Est: estimate };
      for (const [name, value] of Object.entries(roots)) near(value, expected[name], 1e-4, name);
    }
  });

  test('all rows are held', () => {
    const held = ['wilcoxonDiff', 'normalInverseCDF', 'mannWhitneyUTest', 'mannWhitneyIntermediate'];
    accountFor('kayenta_mannwhitney.json', held.flatMap(of));
    expect(held.map((fn) => of(fn).length)).toEqual([1, 1, 4, 1]);
  });
});

type Classified = {
  readonly id: string;
  readonly input: {
    readonly experiment: readonly number[];
    readonly control: readonly number[];
    readonly classifier: string;
    readonly direction: string;
    readonly effectSizeMeasure?: string;
    readonly effectSizeThresholds?: readonly [number, number];
  };
  readonly expected: { readonly classification?: string };
};

describe.skipIf(noHandbook)('the Mann-Whitney column of the bench, against kayenta_classifier', () => {
  const cases = rows<Classified>('kayenta_classifier.json');
  const reasonOf = ({ id, input, expected }: Classified): string => {
    if (input.classifier !== 'MannWhitneyClassifier') return 'a classifier by means, which the bench has not';
    if (input.effectSizeMeasure !== 'meanRatio') return 'effect size CLES, not the default';
    if (expected.classification === undefined) return 'the text of a reason, no classification';
    if (id === 'kayenta.classifier.8') return 'High by the slack of a solver alone; the exact bound is 0';
    return input.direction === 'decrease' ? 'asks for a decrease alone' : '';
  };
  const by = Object.groupBy(cases, reasonOf);
  const { '': held = [], ...left } = by;

  test.each(held.map((row) => [row.id, row] as const))('%s is High for both or for none', (_, row) => {
    const { experiment, control, effectSizeThresholds } = row.input;
    expect(isHigh(experiment, control, effectSizeThresholds?.[1])).toBe(
      row.expected.classification === 'High',
    );
  });

  test('8 is Pass here: the lower bound of the shift is 0 where it is worked out exactly', () => {
    const [row] = left['High by the slack of a solver alone; the exact bound is 0'] ?? [];
    expect(row?.expected.classification).toBe('High');
    const { experiment = [], control = [] } = row?.input ?? {};
    expect(isHigh(experiment, control)).toBe(false);
    expect(shiftBetween(experiment, control, QUANTILE_98).low).toBe(0);
  });

  test('every row is held or left for its reason', () => {
    accountFor('kayenta_classifier.json', held, left as Record<string, Classified[]>);
    expect(held).toHaveLength(20);
  });
});

type Share = {
  readonly id: string;
  readonly input: Readonly<Record<string, number>> & {
    readonly fn: string;
    readonly method: string;
    readonly alternative: 'two-sided' | 'larger' | 'smaller' | 'less' | 'greater';
  };
  readonly expected: Readonly<Record<string, number>>;
  readonly absTol: number;
  readonly relTol: number;
};
/** Names of the one side: statsmodels says of the test, scipy says of what is larger. */
const BOUNDED = {
  'two-sided': ['ciLow', 'ciHigh'],
  larger: ['ciHigh'],
  less: ['ciHigh'],
  smaller: ['ciLow'],
  greater: ['ciLow'],
};

describe.skipIf(noHandbook)('intervals of a share, against proportions_and_sequential', () => {
  const cases = rows<Share>('proportions_and_sequential.json');
  const of = (method: string) =>
    cases.filter(({ input }) => input.fn === 'proportionCI' && input.method === method);

  test.each(of('beta').map((row) => [row.id, row] as const))(
    '%s: Clopper-Pearson of the bench is that of statsmodels',
    (id, { input, expected, absTol }) => {
      const { x = 0, n = 0, alpha = 0, alternative } = input;
      const error = alternative === 'two-sided' ? alpha / 2 : alpha;
      const found = { ciLow: lowerBound(x, n, error), ciHigh: upperBound(x, n, error) };
      for (const side of BOUNDED[alternative] as ('ciLow' | 'ciHigh')[])
        near(found[side], expected[side] ?? Number.NaN, absTol, id);
    },
  );

  /** 1.96 and 1.645 of the seed are the quantiles to three digits: that moves a bound by at most so much here. */
  const ROUNDED = 6e-6;
  test.each(of('wilson').map((row) => [row.id, row] as const))(
    '%s: Wilson of the calibration and of the study is that of statsmodels to its rounded quantile',
    (id, { input, expected }) => {
      const { x = 0, n = 0, alternative } = input;
      const { lower, upper } = wilson(x, n, alternative === 'two-sided' ? 0.95 : 0.9);
      const found = { ciLow: lower, ciHigh: upper };
      for (const side of BOUNDED[alternative] as ('ciLow' | 'ciHigh')[])
        near(found[side], expected[side] ?? Number.NaN, ROUNDED, id);
    },
  );

  test('every row is held or left for its reason', () => {
    const is = (...fns: readonly string[]) => cases.filter(({ input }) => fns.includes(input.fn));
    const held = [...of('beta'), ...of('wilson')];
    expect([of('beta').length, of('wilson').length]).toEqual([3, 3]);
    accountFor('proportions_and_sequential.json', held, {
      'confidence sequences of normal means': is('asymptoticCS.relative', 'asymptoticCS.relative.proportion'),
      't-tests of a fixed horizon': is('twoSidedT.relative.proportion', 'twoSidedT.absolute'),
      'bounds for a planned number of looks': is('groupSequential.adjustedAlpha'),
      'intervals of a difference or ratio: no verdict is taken from one': is('twoProportionCI'),
      'forms of the interval that are not used': [...of('normal'), ...of('agresti_coull'), ...of('jeffreys')],
    });
  });
});

type Ranks = {
  readonly id: string;
  readonly input: {
    readonly fn: string;
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly alternative: 'two-sided' | 'less' | 'greater';
    readonly method: string;
    readonly useContinuity: boolean;
  };
  readonly expected: { readonly U: number; readonly p: number };
  readonly relTol: number;
};

describe.skipIf(noHandbook)('exact intervals and ranks, against scipy_tests', () => {
  const all = rows<{ readonly id: string; readonly input: { readonly fn: string } }>('scipy_tests.json');
  const shares = rows<Share>('scipy_tests.json').filter(({ expected }) => expected.ciLow !== undefined);
  const bounds = shares.filter(({ input }) => input.fn === 'binomtest');
  const ranks = rows<Ranks>('scipy_tests.json').filter(({ input }) => input.fn === 'mannwhitneyu');
  const asymptotic = ranks.filter(({ input }) => input.method === 'asymptotic');
  /** z of x against y, and the share of the normal distribution that lies as far out. */
  const pOf = ({ input }: Ranks): number => {
    const z = score(sorted(input.x), sorted(input.y), 0, input.useContinuity);
    if (input.alternative === 'two-sided') return 2 * jStat.normal.cdf(-Math.abs(z), 0, 1);
    return jStat.normal.cdf(input.alternative === 'less' ? z : -z, 0, 1);
  };
  /** Corrected towards the side that is asked for; ours, as R for two sides, towards the middle. */
  const farSide = asymptotic.filter(
    ({ input, expected }) => input.useContinuity && input.alternative !== 'two-sided' && expected.p > 0.5,
  );
  const scored = asymptotic.filter((row) => !farSide.includes(row));

  test.each(bounds.map((row) => [row.id, row] as const))(
    '%s: Clopper-Pearson of the bench is the exact interval of scipy and R',
    (id, { input, expected, relTol }) => {
      const { k = 0, n = 0, confidence = 0, alternative } = input;
      const error = alternative === 'two-sided' ? (1 - confidence) / 2 : 1 - confidence;
      const found = { ciLow: lowerBound(k, n, error), ciHigh: upperBound(k, n, error) };
      for (const side of BOUNDED[alternative] as ('ciLow' | 'ciHigh')[])
        near(found[side] / (expected[side] ?? Number.NaN), 1, relTol, id);
    },
  );

  test.each(scored.map((row) => [row.id, row] as const))('%s: the score has the p of scipy', (id, row) => {
    near(pOf(row) / row.expected.p, 1, row.relTol, id);
  });

  test('the seed study reports U and p of the one row without corrections on two sides', () => {
    const found = asymptotic.filter(({ input }) => !input.useContinuity && input.alternative === 'two-sided');
    expect(found).toHaveLength(1);
    for (const { id, input, expected, relTol } of found) {
      const { U, p } = mannWhitney(input.x, input.y);
      expect(U).toBe(Math.min(expected.U, input.x.length * input.y.length - expected.U));
      near(p / expected.p, 1, relTol, id);
    }
  });

  test('every row is held or left for its reason', () => {
    const is = (fn: string) => all.filter(({ input }) => input.fn === fn);
    expect([bounds.length, scored.length]).toEqual([6, 14]);
    accountFor('scipy_tests.json', [...bounds, ...scored], {
      'Fisher, Barnard and Boschloo have a fixed horizon: no verdict is taken from them': [
        ...is('fisher'),
        ...is('barnard'),
        ...is('boschloo'),
      ],
      'the p of a binomial test, without an interval': is('binomtest').filter(
        ({ id }) => !bounds.some((row) => row.id === id),
      ),
      'ranks counted exactly: the large-sample form alone is used': ranks.filter(
        ({ input }) => input.method === 'exact',
      ),
      'one-sided, corrected away from the middle': farSide,
      'order statistics of samples: thresholds are counted': [...is('quantileCI'), ...is('quantileTest')],
    });
  });
});
