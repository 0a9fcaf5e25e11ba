import type { Arm, JudgeSettings } from '../judge-contract.ts';
import { addTrials, type BinomialGrid, binomialGrid } from './binomial-process.ts';
import { fanoAt } from './dispersion.ts';
import { greatest, logMeanExp } from './label-process.ts';
import { dispersionOf, logHarm, type MetricProcess } from './metric-process.ts';

type Limit = {
  readonly grid: BinomialGrid;
  /** Of the canary alone: of all intervals, or where the switch looks beside it of those with a baseline. */
  readonly sums: number[];
  /** Of the intervals that have none; not taken up where the switch looks at the canary alone. */
  readonly apart: number[];
  /** The greatest of all of them. */
  most: number;
  /** Undefined for failures. */
  readonly ms: number | undefined;
  /** The same requests compared with the baseline's; undefined where the switch looks at the canary alone. */
  readonly beside: MetricProcess | undefined;
};

/**
 * The kill switch as an e-process: the canary's failures against a share of at most `errorRate`, and its requests
 * slower than `slowerThan` (five times the baseline's p99, frozen before the start) against at most `slowShare`.
 * Both are averaged, so that they share one alpha.
 *
 * It needs no baseline. Where there is one beside the canary, each e-value is the lesser of that against the limit and that
 * against "no worse than the baseline": what both arms suffer (an outage of something they share, or a service that has
 * always failed so often) condemns nobody, whenever it begins, and the raw guards hold and ask. As the lesser is at most
 * either, alpha holds for a canary within the limit and for one no worse than the baseline.
 *
 * Intervals without a baseline have an e-value of their own against the limit, and the mean of the two counts: a mean of
 * e-values is one. So a baseline that goes away takes the switch with it no more than one that never was, and a good
 * record beside it is no credit for what comes after. For those intervals alpha holds for a canary within the limit.
 */
export type KillProcess = readonly Limit[];

/** @param comparing how the arms compare in failures (undefined) or in requests slower than so many ms */
export function killProcess(
  settings: JudgeSettings['killSwitch'],
  comparing: (ms: number | undefined) => MetricProcess,
): KillProcess {
  if (settings === null) return [];
  const { errorRate, slowerThan, slowShare, besideBaseline = false } = settings;
  const limit = (share: number, ms: number | undefined) =>
    limitOf(share, ms, besideBaseline ? comparing(ms) : undefined);
  return [limit(errorRate, undefined), ...(slowerThan === null ? [] : [limit(slowShare, slowerThan)])];
}

/** A grid depends on its share alone, and most services have the same. */
const grids = new Map<number, BinomialGrid>();
const MOST_GRIDS = 1000;

function limitOf(share: number, ms: number | undefined, beside: MetricProcess | undefined): Limit {
  const known = grids.get(share);
  const grid = known ?? binomialGrid(share);
  if (known === undefined && grids.size < MOST_GRIDS) grids.set(share, grid);
  return { grid, sums: [...grid.zeros], apart: [...grid.zeros], most: 0, ms, beside };
}

/** Takes up an interval of the canary, and what served beside it. A limit that was not measured stays as it is. */
export function watchCanary(kill: KillProcess, canary: Arm, baseline: Arm | undefined): void {
  for (const limited of kill) {
    const { grid, ms, beside } = limited;
    const bad = badOf(canary, ms);
    if (bad === undefined) continue;
    const isApart = beside !== undefined && (baseline === undefined || !isMeasured(baseline, ms));
    addTrials(isApart ? limited.apart : limited.sums, grid, canary.requests, bad);
    limited.most = Math.max(greatest(limited.sums), greatest(limited.apart));
  }
}

function badOf(arm: Arm, ms: number | undefined): number | undefined {
  return ms === undefined ? arm.failures : arm.slower[ms];
}

function isMeasured(arm: Arm, ms: number | undefined): boolean {
  return arm.requests > 0 && badOf(arm, ms) !== undefined;
}

/**
 * ln E of the whole switch; 0 (E = 1) where it is off.
 * @param failures by whose Fano factor both limits are divided where it is read as they come
 * @param isLarge whether small ratios are no harm: so much was compared
 */
export function logKill(
  kill: KillProcess,
  failures: MetricProcess,
  fano: JudgeSettings['fano'],
  isLarge: boolean,
): number {
  return logMeanExp(
    kill.map(({ sums, apart, beside, ms }) => {
      const phi = phiOf(failures, fano, ms);
      const alone = logMeanExp(sums, phi);
      if (beside === undefined) return alone;
      return logMeanExp([Math.min(alone, logHarm(beside, phi, isLarge)), logMeanExp(apart, phi)]);
    }),
  );
}

/** What `logKill` is at most. */
export function logKillAtMost(
  kill: KillProcess,
  failures: MetricProcess,
  fano: JudgeSettings['fano'],
): number {
  let most = kill.length === 0 ? 0 : Number.NEGATIVE_INFINITY;
  for (const limited of kill) most = Math.max(most, limited.most / phiOf(failures, fano, limited.ms));
  return most;
}

function phiOf(failures: MetricProcess, fano: JudgeSettings['fano'], ms: number | undefined): number {
  return fano === 'estimate' ? dispersionOf(failures, fano) : fanoAt(fano, ms);
}
