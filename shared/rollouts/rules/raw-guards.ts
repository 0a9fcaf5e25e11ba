import { rule } from '../../kernel/index.ts';
import type { Arm, Interval, JudgeSettings, SloGuard } from '../judge-contract.ts';
import { closeIntervals } from './intervals.ts';

export type RawGuardInputs = {
  readonly intervals: readonly Interval[];
  /** Of the kill switch: its shares as raw thresholds. Without one the thresholds of the specification hold. */
  readonly settings: Pick<JudgeSettings, 'killSwitch'>;
  /** Of the service, as they were when the rollout was opened. */
  readonly slos?: readonly SloGuard[];
};
export type RawGuardOutcome = {
  readonly verdict: 'HOLD' | 'CLEAR';
  /** Each threshold that is crossed now, in plain words. */
  readonly crossed: readonly string[];
};

/** So many intervals in a row with a breach of the SLO hold; a clean one sets the count back. */
const BREACHES = 3;
/** One or two bad requests are no share: 1 of 2 would be 50 %. */
const LEAST_BAD = 3;
const THRESHOLDS = { errorRate: 0.05, slowerThan: null, slowShare: 0.01 } as const;

/**
 * Thresholds without statistics: 5 % failures, a p99 five times the baseline's (that is: more than 1 % slower than it),
 * three breaches of the SLO in a row. They stop many healthy releases, so they hold and ask; they never roll back.
 * Only the latest closed intervals in which the canary had traffic count.
 */
export const rawGuards = rule('raw-guards', 1, (inputs: RawGuardInputs): RawGuardOutcome => {
  const { closed } = closeIntervals(inputs.intervals);
  const canaries = closed.flatMap(({ at, canary }) =>
    canary !== undefined && canary.requests > 0 ? [{ at, canary }] : [],
  );
  const last = canaries.at(-1);
  if (last === undefined) return { verdict: 'CLEAR', crossed: [] };
  const thresholds = inputs.settings.killSwitch ?? THRESHOLDS;
  const crossed = [
    ...crossings(last.canary, thresholds).map((what) => `at ${last.at} ${what}`),
    ...(inputs.slos ?? []).flatMap((slo) => breachesInARow(canaries.slice(-BREACHES), slo)),
  ];
  return { verdict: crossed.length === 0 ? 'CLEAR' : 'HOLD', crossed };
});

type Bounds = Pick<SloGuard, 'errorRate' | 'slowerThan' | 'slowShare'>;

function crossings(canary: Arm, { errorRate, slowerThan, slowShare }: Bounds): readonly string[] {
  const slow = slowerThan === null ? undefined : canary.slower[slowerThan];
  return [
    ...(errorRate !== null && crosses(canary.failures, canary.requests, errorRate)
      ? [`${canary.failures} of ${canary.requests} requests failed: ${percent(errorRate)} or more`]
      : []),
    ...(slow !== undefined && slowShare !== null && crosses(slow, canary.requests, slowShare)
      ? [
          `${slow} of ${canary.requests} requests were slower than ${slowerThan} ms: ${percent(slowShare)} or more`,
        ]
      : []),
  ];
}

function crosses(bad: number, requests: number, share: number): boolean {
  return bad >= LEAST_BAD && bad / requests >= share;
}

function breachesInARow(
  canaries: readonly { readonly at: string; readonly canary: Arm }[],
  slo: SloGuard,
): readonly string[] {
  const breached =
    canaries.length === BREACHES && canaries.every(({ canary }) => crossings(canary, slo).length > 0);
  return breached
    ? [`the SLO ${slo.name} was breached in ${BREACHES} intervals in a row, the first at ${canaries[0]?.at}`]
    : [];
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(4))} %`;
}
