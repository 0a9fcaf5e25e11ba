import { type Burn, type BurnWindow, burnOf } from '../../shared/policies/rules/error-budget.ts';
import type { SimulatedService } from './organisation.ts';

/** As policies see it, of the one SLO that a simulated service has. */
export type SimulatedBudget = {
  readonly declared: true;
  readonly remaining: number;
  readonly exhausted: boolean;
  readonly burning: NonNullable<Burn['burning']>;
};

/** Requests that failed because of a bad release, and when that was over. */
export type Harm = { readonly at: number; readonly failures: number };

const WINDOWS: Readonly<Record<BurnWindow | 'period', number>> = {
  ...{ '5m': 5, '30m': 30, '1h': 60, '6h': 360, '3d': 4320 },
  period: 28 * 1440,
};

/**
 * The facts on the error budget by the rule of production: what fails anyway, and what bad releases added. The harm of a
 * release counts as of the moment it was over.
 */
export function budgetOf(service: SimulatedService, harms: readonly Harm[], now: number): SimulatedBudget {
  const counted = (minutes: number) => {
    const total = service.perMinute * minutes;
    let bad = total * service.failureRate;
    for (const { at, failures } of harms) if (at <= now && now - at < minutes * 60_000) bad += failures;
    return { total, good: Math.max(0, total - bad) };
  };
  const windows = {
    '5m': counted(WINDOWS['5m']),
    '30m': counted(WINDOWS['30m']),
    '1h': counted(WINDOWS['1h']),
    '6h': counted(WINDOWS['6h']),
    '3d': counted(WINDOWS['3d']),
  };
  const { objective } = service;
  const { remaining, exhausted, burning } = burnOf({ objective, period: counted(WINDOWS.period), windows });
  if (remaining === undefined || exhausted === undefined || burning === undefined)
    throw new Error('every window of a simulated service is counted');
  return { declared: true, remaining, exhausted, burning };
}
