import { decimal, Fault } from '../../kernel/index.ts';
import type { ScoredOutcome } from './calibration.ts';
import { type CalibrationMap, calibrated } from './calibration-map.ts';

type Block = { readonly score: number; readonly count: number; readonly failures: number };

/**
 * The non-decreasing map from score to probability that fits outcomes best in squared error: pool adjacent violators.
 * Each block of pooled scores becomes a knot at its mean score; its rate is drawn towards the base rate by one outcome,
 * so that a block that never failed is not called impossible. Throws Fault('InvalidInput') for no pairs.
 */
export function fitIsotonic(pairs: readonly ScoredOutcome[]): CalibrationMap {
  if (pairs.length === 0) throw new Fault('InvalidInput', 'there are no outcomes to fit');
  const base = pairs.reduce((sum, { outcome }) => sum + outcome, 0) / pairs.length;
  const blocks: Block[] = [];
  for (const one of byScore(pairs)) {
    let block = one;
    for (let last = blocks.at(-1); last !== undefined && rate(last) >= rate(block); last = blocks.at(-1)) {
      blocks.pop();
      block = pooled(last, block);
    }
    blocks.push(block);
  }
  let floor = 0;
  const knots = blocks.map(({ score, count, failures }) => {
    // Blocks of different size are drawn differently far, which must not turn their order around.
    floor = Math.max(floor, (failures + base) / (count + 1));
    return { score: decimal(score), probability: decimal(floor) };
  });
  return { kind: 'isotonic', knots };
}

/**
 * The outcomes again, each with the probability that a map gives it that was fitted without its tenth: what the map is
 * worth on deployments it has not seen. The tenths are taken in turn, so give the pairs in the order of time.
 */
export function crossCalibrated(pairs: readonly ScoredOutcome[]): readonly ScoredOutcome[] {
  const folds = Math.min(10, pairs.length);
  if (folds < 2) throw new Fault('InvalidInput', 'cross-validation needs at least two outcomes');
  const maps = Array.from({ length: folds }, (_, fold) =>
    fitIsotonic(pairs.filter((_pair, index) => index % folds !== fold)),
  );
  return pairs.map(({ score, outcome }, index) => {
    const map = maps[index % folds];
    return { score: map === undefined ? score : calibrated(map, score), outcome };
  });
}

/** One block for each score, ascending. */
function byScore(pairs: readonly ScoredOutcome[]): readonly Block[] {
  const blocks = new Map<number, Block>();
  for (const { score, outcome } of pairs) {
    const known = blocks.get(score) ?? { score, count: 0, failures: 0 };
    blocks.set(score, { score, count: known.count + 1, failures: known.failures + outcome });
  }
  return [...blocks.values()].toSorted((left, right) => left.score - right.score);
}

function rate({ failures, count }: Block): number {
  return failures / count;
}

function pooled(left: Block, right: Block): Block {
  const count = left.count + right.count;
  return {
    count,
    failures: left.failures + right.failures,
    score: (left.score * left.count + right.score * right.count) / count,
  };
}
