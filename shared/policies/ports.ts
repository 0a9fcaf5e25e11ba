import type { Slo } from '../services/contract.ts';
import type { Policy, PolicyText } from './contract.ts';
import type { GoodOfTotal } from './rules/error-budget.ts';

/**
 * Reads policies as people write them, checked against the schema of facts. Throws Fault('InvalidInput') with an issue for
 * each that is wrong: no Cedar, an attribute or action that is unknown (named), or an expression that is not offered.
 */
export type ReadPolicies = (policies: readonly PolicyText[]) => readonly Policy[];

/** Which requests are counted, and which of them are good: those that did not fail, or were answered in time. */
export type SloTarget = {
  readonly service: string;
  readonly environment: string;
  readonly indicator: Slo['indicator'];
};

/**
 * Good and all requests of the windows (seconds) that end at a time (ISO), in the order of `windows`; undefined for a window
 * of which nothing can be said: no such series is no perfect record. Throws Fault: PermissionDenied, RateLimited,
 * Unavailable, Malformed.
 */
export type SloCounts = (
  target: SloTarget,
  windows: readonly number[],
  at: string,
) => Promise<readonly (GoodOfTotal | undefined)[]>;
