import { decimal, Fault } from '../../kernel/index.ts';
import { wilson } from './genops/study.ts';

/** A score in [0, 1] and what came of it: 1 the change failed, 0 it did not. */
export type ScoredOutcome = { readonly score: number; readonly outcome: 0 | 1 };

export type ReliabilityBin = {
  /** Scores from `from` up to but without `to`; the last bin has its end. */
  readonly from: string;
  readonly to: string;
  readonly count: number;
  readonly meanScore: string;
  /** Share that failed, with its 95 % Wilson interval. */
  readonly failed: string;
  readonly low: string;
  readonly high: string;
};

export type Calibration = {
  readonly count: number;
  readonly failures: number;
  /** Mean squared difference of score and outcome: 0 is perfect, and `uncertainty` is what always saying the base rate gets. */
  readonly brier: string;
  /** brier = reliability - resolution + uncertainty + within, exactly. */
  readonly decomposition: {
    readonly reliability: string;
    readonly resolution: string;
    readonly uncertainty: string;
    /** What spreading scores inside a bin costs or gains; 0 when all scores of each bin are alike. */
    readonly within: string;
  };
  /** 1 - brier / uncertainty; null when all outcomes are the same. */
  readonly skill: string | null;
  /** Expected calibration error: mean difference of bin score and bin rate, weighted by count. */
  readonly ece: string;
  readonly bins: readonly ReliabilityBin[];
};

const BINS = 10;

/**
 * How far scores may be read as probabilities of failure: Brier score with Murphy's decomposition over ten bins (and the
 * within-bin terms of Stephenson, Coelho and Jolliffe 2008, without which it does not add up), expected calibration
 * error, and the reliability table. Empty bins are left out. Throws Fault('InvalidInput') for no pairs at all.
 */
export function calibration(pairs: readonly ScoredOutcome[]): Calibration {
  if (pairs.length === 0) throw new Fault('InvalidInput', 'there are no outcomes to calibrate against');
  const count = pairs.length;
  const failures = sum(pairs, ({ outcome }) => outcome);
  const base = failures / count;
  const bins = binned(pairs);
  const brier = sum(pairs, ({ score, outcome }) => (score - outcome) ** 2) / count;
  const reliability = sum(bins, (bin) => bin.pairs.length * (bin.score - bin.rate) ** 2) / count;
  const resolution = sum(bins, (bin) => bin.pairs.length * (bin.rate - base) ** 2) / count;
  const uncertainty = base * (1 - base);
  const within =
    sum(bins, (bin) =>
      sum(
        bin.pairs,
        ({ score, outcome }) => (score - bin.score) ** 2 - 2 * (score - bin.score) * (outcome - bin.rate),
      ),
    ) / count;
  return {
    count,
    failures,
    brier: decimal(brier),
    decomposition: {
      reliability: decimal(reliability),
      resolution: decimal(resolution),
      uncertainty: decimal(uncertainty),
      within: decimal(within),
    },
    skill: uncertainty === 0 ? null : decimal(1 - brier / uncertainty),
    ece: decimal(sum(bins, (bin) => bin.pairs.length * Math.abs(bin.score - bin.rate)) / count),
    bins: bins.map(rowOf),
  };
}

type Bin = {
  readonly index: number;
  readonly pairs: readonly ScoredOutcome[];
  readonly score: number;
  readonly rate: number;
};

function binned(pairs: readonly ScoredOutcome[]): readonly Bin[] {
  const members = Array.from({ length: BINS }, (): ScoredOutcome[] => []);
  for (const pair of pairs) members[Math.min(BINS - 1, Math.floor(pair.score * BINS))]?.push(pair);
  return members
    .map((each, index) => ({
      index,
      pairs: each,
      score: sum(each, ({ score }) => score) / each.length,
      rate: sum(each, ({ outcome }) => outcome) / each.length,
    }))
    .filter((bin) => bin.pairs.length > 0);
}

function rowOf({ index, pairs, score, rate }: Bin): ReliabilityBin {
  const { lower, upper } = wilson(
    sum(pairs, ({ outcome }) => outcome),
    pairs.length,
  );
  return {
    from: decimal(index / BINS),
    to: decimal((index + 1) / BINS),
    count: pairs.length,
    meanScore: decimal(score),
    failed: decimal(rate),
    low: decimal(lower),
    high: decimal(upper),
  };
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
