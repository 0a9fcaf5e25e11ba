import type { LambdaTarget } from './traffic.ts';

/** What is measured: a split target and the two revisions behind it, by the platform's names of them ("7"). */
export type MetricsTarget = LambdaTarget & { readonly canary: string; readonly baseline: string };

/** What is measured as a whole, whatever answers its requests. */
export type MeasuredTarget =
  | LambdaTarget
  | { readonly platform: 'argocd'; readonly service: string; readonly environment: string };

/** Counts of one arm. Whole numbers, n >= errors >= 0 and n >= each of slowerThan >= 0. */
export type ArmCounts = {
  readonly n: number;
  readonly errors: number;
  /** By threshold in milliseconds ("300"): requests that took longer. Each is at most that of a lower threshold. */
  readonly slowerThan: Readonly<Record<string, number>>;
};

/** Milliseconds that so many of a hundred requests did not exceed; absent above every threshold that can be counted at. */
export type Quantiles = { readonly p75: number; readonly p90?: number; readonly p99?: number };

/** A closed interval: the provider is not expected to revise it any more. */
export type IntervalCounts = {
  /** The same for the same interval whenever it is read: what is counted twice is counted once. */
  readonly intervalId: string;
  readonly start: string;
  /** Exclusive. */
  readonly end: string;
  /** From when on it counts as closed: its end and the provider's delay. */
  readonly watermark: string;
  /** An arm of which nothing was measured, or not everything that was asked for, or what is no count, is absent: never 0. */
  readonly arms: { readonly canary?: ArmCounts; readonly baseline?: ArmCounts };
};

/** ISO times. `thresholds` in milliseconds, ascending or not; none is fine. */
export type MetricsWindow = {
  readonly from: string;
  readonly to: string;
  readonly thresholds: readonly number[];
};

/**
 * What the provider measured. Every call: a time-out, bounded retries for transient errors. Throws Fault: NotFound,
 * PermissionDenied, RateLimited, Unavailable (also when the provider says that its answer is not whole), Malformed,
 * InvalidInput (a threshold that the provider cannot count at: the message names the nearest ones that it can; a target it
 * does not measure). Whoever calls holds on each of them: no data is no verdict.
 */
export type Metrics = {
  /** Closed intervals that lie within the window, oldest first. One without any arm is absent, never 0. */
  readonly counts: (target: MetricsTarget, window: MetricsWindow) => Promise<readonly IntervalCounts[]>;
  /** All requests of the target over the window, whatever answered them: for bakes and error budgets. */
  readonly total: (target: MeasuredTarget, window: MetricsWindow) => Promise<ArmCounts | undefined>;
  /**
   * Whether nothing was asked of the target in the window, by an answer that is whole: not that nothing is known of it. False
   * where that cannot be told apart, so that whoever asks goes on as if the counts were missing.
   */
  readonly idle: (target: MeasuredTarget, window: Omit<MetricsWindow, 'thresholds'>) => Promise<boolean>;
  /**
   * Milliseconds that 75 %, 90 % and 99 % of the target's requests did not exceed in the window, to be frozen before a rollout
   * starts: then only the baseline answers. Rounded up to a threshold that `counts` accepts. Undefined when nothing was
   * measured, or when even the first lies above every such threshold.
   */
  readonly thresholds: (
    target: MeasuredTarget,
    window: { readonly from: string; readonly to: string },
  ) => Promise<Quantiles | undefined>;
  /**
   * The smallest threshold, at least `ms`, that `counts` accepts: `ms` itself where the provider counts at any, else the next
   * edge of its histogram. Milliseconds; undefined when none is so high, or nothing was measured in the window.
   */
  readonly edge: (
    target: MeasuredTarget,
    window: { readonly from: string; readonly to: string },
    ms: number,
  ) => Promise<number | undefined>;
};
