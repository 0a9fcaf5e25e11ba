import { decimal, fromDecimal, rounded } from '../../kernel/index.ts';
import type { BudgetFacts } from '../contract.ts';

/** Requests of a window: whole or extrapolated, 0 <= good <= total. */
export type GoodOfTotal = { readonly good: number; readonly total: number };
/** What was counted of one SLO: over its own window, and over those by which the speed of spending is judged. */
export type SloMeasured = {
  readonly slo: string;
  /** Fraction of good requests, between 0 and 1. */
  readonly objective: number;
  /** Absent where nothing could be read: then what is made of it is absent too. */
  readonly period?: GoodOfTotal;
  readonly windows: Readonly<Partial<Record<BurnWindow, GoodOfTotal>>>;
};
export const BURN_WINDOWS = ['5m', '30m', '1h', '6h', '3d'] as const;
export type BurnWindow = (typeof BURN_WINDOWS)[number];

/** A long window says that it matters, a short one that it still goes on; both above the factor count. */
const ALERTS = [
  { burning: 'fast', long: '1h', short: '5m', factor: 14.4 },
  { burning: 'slow', long: '6h', short: '30m', factor: 6 },
  { burning: 'leak', long: '3d', short: '6h', factor: 1 },
] as const;
type Burning = (typeof ALERTS)[number]['burning'] | 'none';

export type SloBudget = {
  readonly slo: string;
  /** Decimal strings: how many times faster than allowed the budget is spent; 1 spends it exactly over the period. */
  readonly burnRates: Readonly<Partial<Record<BurnWindow, string>>>;
  /** Absent unless every window was read. */
  readonly burning?: Burning;
  /** Decimal string: what is left of the budget, 1 at most, below 0 when overspent. */
  readonly remaining?: string;
  readonly exhausted?: boolean;
};

/**
 * Burn rates and what is left of an error budget.
 *
 *   burn rate of a window = (bad / total) / (1 - objective)
 *   remaining             = 1 - (bad / total over the SLO's period) / (1 - objective)
 *
 * Windows and factors are those of "The Site Reliability Workbook", chapter 5, "Alerting on SLOs", table 5-8 (multiwindow,
 * multi-burn-rate): 14.4 over 1 h and 5 min (2 % of a 30-day budget in an hour), 6 over 6 h and 30 min (5 % in six hours),
 * 1 over 3 d and 6 h (10 % in three days). A window in which nothing was asked of the service spends nothing: that it could
 * not be read is told by whoever reads it. As there, a factor must be passed, not only reached.
 */
export function burnRates(measured: SloMeasured): SloBudget {
  const { rates, burning, remaining, exhausted } = burnOf(measured);
  const written: Partial<Record<BurnWindow, string>> = {};
  for (const name of BURN_WINDOWS) {
    const rate = rates[name];
    if (rate !== undefined) written[name] = decimal(rate);
  }
  return {
    slo: measured.slo,
    burnRates: written,
    ...(burning !== undefined && { burning }),
    ...(remaining !== undefined && { remaining: decimal(remaining) }),
    ...(exhausted !== undefined && { exhausted }),
  };
}

/** What `burnRates` writes down, in numbers of 12 digits. */
export type Burn = {
  readonly rates: Readonly<Partial<Record<BurnWindow, number>>>;
  readonly burning: Burning | undefined;
  readonly remaining: number | undefined;
  readonly exhausted: boolean | undefined;
};

export function burnOf({ objective, period, windows }: Omit<SloMeasured, 'slo'>): Burn {
  const rates: Partial<Record<BurnWindow, number>> = {};
  for (const name of BURN_WINDOWS) {
    const counted = windows[name];
    if (counted !== undefined) rates[name] = burnRate(counted, objective);
  }
  const remaining = period === undefined ? undefined : rounded(1 - burnRate(period, objective));
  return {
    rates,
    burning: burningAt(rates),
    remaining,
    exhausted: remaining === undefined ? undefined : remaining <= 0,
  };
}

function burningAt(rates: Burn['rates']): Burning | undefined {
  for (const name of BURN_WINDOWS) if (rates[name] === undefined) return undefined;
  for (const { burning, long, short, factor } of ALERTS)
    if ((rates[long] ?? 0) > factor && (rates[short] ?? 0) > factor) return burning;
  return 'none';
}

function burnRate({ good, total }: GoodOfTotal, objective: number): number {
  return total > 0 ? rounded((total - good) / total / (1 - objective)) : 0;
}

const WORST_FIRST: readonly Burning[] = ['fast', 'slow', 'leak', 'none'];

/**
 * The facts that policies ask about, over all SLOs of a service: the least that is left, and the fastest that is spent.
 * What is unknown of one SLO is not said of all, so that the policies that need it block.
 */
export function budgetFacts(budgets: readonly SloBudget[]): BudgetFacts {
  if (budgets.length === 0) return { declared: false };
  const left = budgets.flatMap(({ remaining }) => (remaining === undefined ? [] : [remaining]));
  const speeds = budgets.flatMap(({ burning }) => (burning === undefined ? [] : [burning]));
  const [least] = left.toSorted((one, other) => fromDecimal(one) - fromDecimal(other));
  const burning = WORST_FIRST.find((each) => speeds.includes(each));
  return {
    declared: true,
    ...(least !== undefined &&
      left.length === budgets.length && { remaining: least, exhausted: fromDecimal(least) <= 0 }),
    ...(burning !== undefined && speeds.length === budgets.length && { burning }),
  };
}
