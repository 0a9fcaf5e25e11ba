/** Seconds, before scaling. Every value can be overridden per service (`timings` of its document). */
export const TIMINGS = {
  healthCheckInterval: 10,
  persistenceSpan: 20,
  readingGap: 15,
  candidateSearch: 120,
  ciWait: 600,
  ciPoll: 30,
  mergeWait: 600,
  humanMergeWait: 14_400,
  checkpointWait: 120,
  reviewWait: 14_400,
  approvalPage: 3_600,
  confirmationWait: 240,
  healthRestored: 60,
  syncDeadline: 600,
  recoveryDeadline: 600,
  invariantFreshness: 15,
  staleAfter: 86_400,
  stalePullRequest: 604_800,
} as const;
export type Timings = { readonly [Name in keyof typeof TIMINGS]: number };

/**
 * All waits, deadlines and freshness limits at a time factor: seconds divided by it. Factor 1 on AWS,
 * up to 10 on the laptop. Time-outs of real calls are not part of it.
 */
export function timingsAt(factor: number, overrides: Partial<Timings> = {}): Timings {
  const scaled = Object.entries({ ...TIMINGS, ...overrides }).map(([name, seconds]) => [
    name,
    seconds / factor,
  ]);
  return Object.fromEntries(scaled) as Timings;
}
