import { isHigh } from './canary-mann-whitney.ts';
import type { Counts, Minute } from './canary-traffic.ts';

/**
 * The rules of today's tools as their users set them up, as yardsticks on the same streams (spec canary.md, sections 1
 * and 3.3). Each answers the minute, from 1, in which it rolls back; undefined: never.
 */
export type Rival = (minutes: readonly Minute[]) => number | undefined;

const ERROR_LIMIT = 0.01;

function errorRate({ requests, failures }: Counts): number {
  return failures / requests;
}

/** Argo Rollouts: failureCondition "error rate > 1 %" each minute, failureLimit 3, which the fourth one trips; NaN fails nothing. */
export const argoStyle: Rival = (minutes) => nth(minutes, 4, ({ canary }) => errorRate(canary) > ERROR_LIMIT);

/** Flagger: success rate >= 99 %, threshold 5, never counted down; no value is a failed check; back at the tick after. */
export const flaggerStyle: Rival = (minutes) => {
  const fifth = nth(minutes, 5, ({ canary }) => !(errorRate(canary) <= ERROR_LIMIT));
  return fifth === undefined || fifth === minutes.length ? undefined : fifth + 1;
};

function nth(
  minutes: readonly Minute[],
  limit: number,
  isBad: (minute: Minute) => boolean,
): number | undefined {
  let bad = 0;
  for (const [index, minute] of minutes.entries()) {
    if (isBad(minute)) bad += 1;
    if (bad === limit) return index + 1;
  }
  return undefined;
}

/** Upper 1 % of the normal distribution. */
const ONE_PERCENT = 2.3263478740408408;

/** One-sided z-test of two proportions at 1 %, pooled, on all counts so far, each minute. */
export const zTestEachMinute: Rival = (minutes) => {
  const sums = { requests: [0, 0], failures: [0, 0] };
  for (const [index, { canary, baseline }] of minutes.entries()) {
    sums.requests = added(sums.requests, canary.requests, baseline.requests);
    sums.failures = added(sums.failures, canary.failures, baseline.failures);
    const [n = 0, m = 0] = sums.requests;
    const [a = 0, b = 0] = sums.failures;
    const pooled = (a + b) / (n + m);
    const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m));
    if ((a / n - b / m) / deviation > ONE_PERCENT) return index + 1;
  }
  return undefined;
};

function added([one = 0, other = 0]: readonly number[], canary: number, baseline: number): number[] {
  return [one + canary, other + baseline];
}

const LOOKS = 4;

/** Kayenta: Mann-Whitney on the error rates of the minutes so far, at the end of each quarter; High fails the run. */
export const kayentaStyle: Rival = (minutes) => {
  for (let look = 1; look <= LOOKS; look += 1) {
    const seen = minutes.slice(0, Math.floor((minutes.length * look) / LOOKS));
    const rates = (of: (minute: Minute) => Counts) =>
      seen.map((minute) => errorRate(of(minute))).filter((rate) => !Number.isNaN(rate));
    if (
      isHigh(
        rates(({ canary }) => canary),
        rates(({ baseline }) => baseline),
      )
    )
      return seen.length;
  }
  return undefined;
};
