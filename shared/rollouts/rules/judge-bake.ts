import { decimal, fromDecimal, rule } from '../../kernel/index.ts';
import type { Interval } from '../judge-contract.ts';
import { addTrials, binomialGrid } from './binomial-process.ts';
import { closeIntervals } from './intervals.ts';
import { logMeanExp } from './label-process.ts';

/** What a degraded bake leads to. Going back by itself is the service's own choice: its rate is not under alpha. */
export type BakeChoice = 'page' | 'hold' | 'rollback';

export type BakeInputs = {
  /** All traffic since the promotion: the arm `canary`. There is no other. */
  readonly intervals: readonly Interval[];
  /** Counts of the old version before the release, frozen before its first stage. */
  readonly before: { readonly requests: number; readonly failures: number };
  readonly settings: {
    /** Evidence to act on: 1/alpha. Of what a rollback costs where it is wrong, see `promise`. */
    readonly alpha: number;
    /** So many times the rate before would be degraded. */
    readonly rBad: number;
    readonly choice: BakeChoice;
  };
};
export type BakeOutcome = {
  readonly verdict: 'DEGRADED' | 'QUIET' | 'UNDECIDED';
  readonly action: 'none' | BakeChoice;
  readonly firstAt?: string;
  /** Natural log of the e-value against "at most `tolerated` of the requests fail". */
  readonly logE: string;
  readonly tolerated: string | null;
  /** What the error rate of an automatic rollback here is worth. */
  readonly promise: string;
  readonly reasons: readonly string[];
};

const NO_PROMISE =
  'no promise on the rate of wrong rollbacks: there is no version beside it, and traffic after a release is not the traffic before';

/**
 * The bake after a promotion compares with the past, so a fault of something else looks like one of this release: it pages
 * or holds, and goes back by itself only where the service chose so. The tolerated share is rBad times the rate before,
 * read with two more failures than were seen (Agresti and Coull), so that a quiet past is not taken for a perfect one.
 */
export const judgeBake = rule('judge-bake', 1, (inputs: BakeInputs): BakeOutcome => {
  const { before, settings } = inputs;
  const served = closeIntervals(inputs.intervals).closed.flatMap(({ at, canary }) =>
    canary !== undefined && canary.requests > 0 ? [{ at, canary }] : [],
  );
  const tolerated = toleratedShare(before, settings.rBad);
  if (served.length === 0 || tolerated === undefined) return undecided(served.length === 0);
  const grid = binomialGrid(tolerated);
  const limit = Math.log(1 / settings.alpha);
  const sums = grid.ofBad.map(() => 0);
  let logE = decimal(0);
  for (const { at, canary } of served) {
    addTrials(sums, grid, canary.requests, canary.failures);
    logE = decimal(logMeanExp(sums));
    if (fromDecimal(logE) >= limit) return degraded(settings.choice, at, logE, tolerated);
  }
  const reasons = [`no more than ${percent(tolerated)} of the requests fail, as far as can be seen`];
  return {
    verdict: 'QUIET',
    action: 'none',
    logE,
    tolerated: decimal(tolerated),
    promise: NO_PROMISE,
    reasons,
  };
});

function degraded(choice: BakeChoice, at: string, logE: string, tolerated: number): BakeOutcome {
  return {
    verdict: 'DEGRADED',
    action: choice,
    firstAt: at,
    logE,
    tolerated: decimal(tolerated),
    promise: NO_PROMISE,
    reasons: [
      `at ${at} more than ${percent(tolerated)} of the requests fail`,
      'compared with the time before the release: nothing else is there to compare with',
      ...(choice === 'rollback'
        ? ['the service chose to go back by itself while it bakes; its rate is not under alpha']
        : []),
    ],
  };
}

function undecided(silent: boolean): BakeOutcome {
  const why = silent
    ? 'nothing was served since the promotion'
    : 'the time before the release gives nothing to compare with';
  return {
    verdict: 'UNDECIDED',
    action: 'none',
    logE: '0',
    tolerated: null,
    promise: NO_PROMISE,
    reasons: [why],
  };
}

/** A share that an alternative can still exceed; undefined without a past, or where nearly all failed before. */
function toleratedShare({ requests, failures }: BakeInputs['before'], rBad: number): number | undefined {
  if (requests === 0) return undefined;
  const share = (rBad * (failures + 2)) / (requests + 4);
  return share < 0.6 ? share : undefined;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(4))} %`;
}
