import type { Arm, JudgeSettings } from '../judge-contract.ts';
import { addTrials, type BinomialGrid, binomialGrid } from './binomial-process.ts';
import { fanoAt } from './dispersion.ts';
import { logMeanExp } from './label-process.ts';
import { dispersionOf, logHarm, type MetricProcess } from './metric-process.ts';

type Limit = {
  readonly grid: BinomialGrid;
  readonly sums: number[];
  /** The greatest of them. */
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
  return { grid, sums: [...grid.zeros], most: 0, ms, beside };
}

/** Takes up an interval of the canary. A limit that was not measured stays as it is. */
export function watchCanary(kill: KillProcess, canary: Arm): void {
  for (const limited of kill) {
    const { grid, sums, ms } = limited;
    const bad = ms === undefined ? canary.failures : canary.slower[ms];
    if (bad !== undefined) limited.most = addTrials(sums, grid, canary.requests, bad);
  }
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
    kill.map(({ sums, beside, ms }) => {
      const phi = phiOf(failures, fano, ms);
      const alone = logMeanExp(sums, phi);
      const isAlone = beside === undefined || beside.canaryRequests === 0;
      return isAlone ? alone : Math.min(alone, logHarm(beside, phi, isLarge));
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
