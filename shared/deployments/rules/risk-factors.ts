import { timing } from './genops/score.ts';
import type { LocalHour } from './local-time.ts';
import type { AssessRiskInputs, RiskFactorName } from './risk-assessment.ts';

type Points = readonly (readonly [at: number, worth: number])[];

/** The steps of genops-v1 joined by straight lines: 200 lines and 201 lines are not worlds apart. */
const SIZE: Points = [
  [0, 0],
  [200, 0.1],
  [500, 0.25],
  [1000, 0.4],
];
const FILES: Points = [
  [0, 0],
  [20, 0.15],
  [50, 0.3],
];
/** Callers, not callees: a change breaks those who depend on it. */
const CALLERS: Points = [
  [0, 0],
  [1, 0.1],
  [6, 0.2],
  [11, 0.4],
];
const TIER_VALUES = { 1: 0.9, 2: 0.7, 3: 0.4, 4: 0.2 } as const;
/** What was not tested is not yet broken; what failed is. */
const CHECKS = { success: 0, pending: 0.1, none: 0.2, failure: 0.3 } as const;
/** An error budget that nobody measures is taken to be half gone, and the interval says so. */
const UNMEASURED = { low: 0, likely: 0.5, high: 1 } as const;

/** Where an uncertain fact is taken at its best, as it is most likely, or at its worst. */
export type Reading = 'low' | 'likely' | 'high';
export type FactorValues = Readonly<Record<RiskFactorName, number>>;

/** What the factors are taken from, beside history. */
export type FactorFacts = Pick<AssessRiskInputs, 'service' | 'change'> & {
  /** What is left of the error budget; null: nobody measures it. */
  readonly budget: number | null;
  readonly time: LocalHour;
};

/**
 * The six factors, each in [0, 1] and none falling when a fact gets worse.
 * `failureBound` is the upper end of the probability of failure that history leaves open.
 */
export function riskFactors(facts: FactorFacts, failureBound: number, reading: Reading): FactorValues {
  const { service, budget, time } = facts;
  return {
    service_tier: TIER_VALUES[service.tier],
    service_health: health(budget, reading),
    // 1.5 is the seed's: two failures in three are as bad as it gets. The bound makes ignorance count as risk.
    historical_failure: Math.min(1, 1.5 * failureBound),
    blast_radius: Math.min(1, blastRadius(facts)),
    change_complexity: Math.min(1, complexity(facts, reading)),
    timing: Math.min(1, timing(time.hour, time.day)),
  };
}

function health(left: number | null, reading: Reading): number {
  if (left === null) return UNMEASURED[reading];
  // A budget that is no number is none.
  return Number.isNaN(left) ? 1 : 1 - Math.min(1, Math.max(0, left));
}

function blastRadius({ service, change }: FactorFacts): number {
  return (
    interpolated(CALLERS, service.dependents) +
    (change.migration ? 0.3 : 0) +
    (change.config ? 0.2 : 0) +
    (change.infrastructure ? 0.2 : 0) +
    // Rolling back does not bring it back.
    (change.irreversible ? 0.2 : 0) +
    (change.dataClasses.length > 0 ? 0.1 : 0)
  );
}

function complexity({ change }: FactorFacts, reading: Reading): number {
  return (
    interpolated(SIZE, change.lines) +
    interpolated(FILES, change.files) +
    (change.hotfix ? 0.2 : 0) +
    checked(change.checks, reading)
  );
}

function checked(checks: AssessRiskInputs['change']['checks'], reading: Reading): number {
  if (checks === 'success' || checks === 'failure') return CHECKS[checks];
  if (reading === 'low') return CHECKS.success;
  return CHECKS[reading === 'high' ? 'failure' : checks];
}

/** On the lines between the points; flat after the last. */
function interpolated(points: Points, value: number): number {
  let from: Points[number] | undefined;
  for (const to of points) {
    if (value <= to[0]) return from === undefined ? to[1] : between(from, to, value);
    from = to;
  }
  return from?.[1] ?? 0;
}

function between(
  [fromAt, fromWorth]: Points[number],
  [toAt, toWorth]: Points[number],
  value: number,
): number {
  return fromWorth + ((value - fromAt) / (toAt - fromAt)) * (toWorth - fromWorth);
}
