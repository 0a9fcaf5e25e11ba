import { isFault } from '../kernel/index.ts';
import type { Slo } from '../services/contract.ts';
import type { BudgetFacts } from './contract.ts';
import type { SloCounts } from './ports.ts';
import {
  BURN_WINDOWS,
  type BurnWindow,
  budgetFacts,
  burnRates,
  type GoodOfTotal,
  type SloBudget,
} from './rules/error-budget.ts';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
/** Seconds of BURN_WINDOWS, in their order. */
const WINDOWS = [5 * MINUTE, 30 * MINUTE, HOUR, 6 * HOUR, 3 * DAY] as const;

export type BudgetRead = {
  readonly facts: BudgetFacts;
  /** Per SLO, for the record; what could not be read of one is absent. */
  readonly budgets: readonly SloBudget[];
};
type Place = { readonly service: string; readonly environment: string; readonly slos: readonly Slo[] };

/**
 * The error budgets of a service at a time (ISO), read from where its SLOs are measured and never from who asks. What
 * cannot be read is not known, whatever the reason: the policies that need it block, and say which fact is missing.
 */
export async function readBudget(counts: SloCounts, place: Place, at: string): Promise<BudgetRead> {
  const read = await Promise.all(place.slos.map((slo) => readSlo(counts, place, slo, at)));
  return { facts: budgetFacts(read), budgets: read };
}

async function readSlo(
  counts: SloCounts,
  { service, environment }: Place,
  { name, objective, window_days: days, indicator }: Slo,
  at: string,
): Promise<SloBudget> {
  const target = { service, environment, indicator };
  const measured = await counts(target, [...WINDOWS, days * DAY], at).catch((thrown: unknown) => {
    if (isFault(thrown)) return [];
    throw thrown;
  });
  const windows: Partial<Record<BurnWindow, GoodOfTotal>> = {};
  for (const [index, window] of BURN_WINDOWS.entries()) {
    const counted = measured[index];
    if (counted !== undefined) windows[window] = counted;
  }
  const period = measured[BURN_WINDOWS.length];
  return burnRates({ slo: name, objective, windows, ...(period !== undefined && { period }) });
}
