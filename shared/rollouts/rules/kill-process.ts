import type { Arm, JudgeSettings } from '../judge-contract.ts';
import { addTrials, type BinomialGrid, binomialGrid } from './binomial-process.ts';
import { logMeanExp } from './label-process.ts';

type Limit = {
  readonly grid: BinomialGrid;
  readonly sums: number[];
  /** The greatest of them. */
  most: number;
  /** Undefined for failures. */
  readonly ms: number | undefined;
};

/**
 * The kill switch as an e-process: the canary's failures against a share of at most `errorRate`, and its requests
 * slower than `slowerThan` (five times the baseline's p99, frozen before the start) against at most `slowShare`.
 * It needs no baseline. Both are averaged, so that they share one alpha.
 */
export type KillProcess = readonly Limit[];

export function killProcess(settings: JudgeSettings['killSwitch']): KillProcess {
  if (settings === null) return [];
  const { errorRate, slowerThan, slowShare } = settings;
  return [limit(errorRate, undefined), ...(slowerThan === null ? [] : [limit(slowShare, slowerThan)])];
}

/** A grid depends on its share alone, and most services have the same. */
const grids = new Map<number, BinomialGrid>();
const MOST_GRIDS = 1000;

function limit(share: number, ms: number | undefined): Limit {
  const known = grids.get(share);
  const grid = known ?? binomialGrid(share);
  if (known === undefined && grids.size < MOST_GRIDS) grids.set(share, grid);
  return { grid, sums: [...grid.zeros], most: 0, ms };
}

/** Takes up an interval of the canary. A limit that was not measured stays as it is. */
export function watchCanary(kill: KillProcess, canary: Arm): void {
  for (const limited of kill) {
    const { grid, sums, ms } = limited;
    const bad = ms === undefined ? canary.failures : canary.slower[ms];
    if (bad !== undefined) limited.most = addTrials(sums, grid, canary.requests, bad);
  }
}

/** ln E of the whole switch; 0 (E = 1) where it is off. @param phi Fano factor of the failures, at least 1 */
export function logKill(kill: KillProcess, phi: number): number {
  return logMeanExp(kill.map(({ sums }) => logMeanExp(sums, phi)));
}

/** What `logKill` is at most. */
export function logKillAtMost(kill: KillProcess, phi: number): number {
  let most = kill.length === 0 ? 0 : Number.NEGATIVE_INFINITY;
  for (const limited of kill) most = Math.max(most, limited.most / phi);
  return most;
}
