import type { BudgetFacts } from '../../shared/policies/contract.ts';
import { type BurnWindow, budgetFacts, burnRates } from '../../shared/policies/rules/error-budget.ts';
import type { SimulatedService } from './organisation.ts';

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
export function budgetOf(service: SimulatedService, harms: readonly Harm[], now: number): BudgetFacts {
  const counted = (window: keyof typeof WINDOWS) => {
    const minutes = WINDOWS[window];
    const total = service.perMinute * minutes;
    const recent = harms.filter(({ at }) => at <= now && now - at < minutes * 60_000);
    const bad = recent.reduce((sum, { failures }) => sum + failures, total * service.failureRate);
    return { total, good: Math.max(0, total - bad) };
  };
  const windows = {
    ...{ '5m': counted('5m'), '30m': counted('30m'), '1h': counted('1h') },
    ...{ '6h': counted('6h'), '3d': counted('3d') },
  };
  const measured = { slo: service.name, objective: service.objective, period: counted('period'), windows };
  return budgetFacts([burnRates(measured)]);
}
