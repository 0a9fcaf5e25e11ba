import { decimal, fromDecimal, rule } from '../../kernel/index.ts';
import type { Interval, JudgeSettings } from '../judge-contract.ts';
import { closeIntervals } from './intervals.ts';
import { followPath, type Path, type Step } from './judge-path.ts';
import { judgeReasons } from './judge-reasons.ts';
import { type Limits, limitsOf } from './judge-settings.ts';
import { type Needed, neededExposure, nothingNeeded } from './needed-exposure.ts';

export type Verdict = 'ROLLBACK' | 'SAFE' | 'UNDECIDED';
export type Ground = 'errors' | 'latency' | 'kill-switch';

/** A verdict to roll back and the interval that gave it. */
export type Condemnation = { readonly by: Ground; readonly at: string };

export type JudgeInputs = {
  /** Every interval since the first stage, as last revised; in any order. */
  readonly intervals: readonly Interval[];
  readonly settings: JudgeSettings;
  /** A ROLLBACK that an earlier judgement of the same rollout has given: it stays, whatever a revision says. */
  readonly standing?: Condemnation | null;
};

/** Numbers are decimal strings; those that begin with `log` are natural logarithms of e-values. */
export type JudgeOutcome = {
  readonly verdict: Verdict;
  /** What condemned it, and the first interval after which it did. */
  readonly by?: Ground;
  readonly firstAt?: string;
  /** The first interval after which it was SAFE. */
  readonly safeAt?: string;
  readonly logE: string;
  readonly logSafe: string;
  readonly killLogE: string;
  /** What the three are compared with. */
  readonly limits: { readonly logE: string; readonly logSafe: string; readonly killLogE: string | null };
  readonly needed: Needed;
  readonly compared: { readonly intervals: string; readonly requests: string; readonly failures: string };
  /** Intervals not judged yet: the provider may still revise them. */
  readonly open: readonly string[];
  readonly intervals: readonly { readonly at: string; readonly logE: string; readonly logSafe: string }[];
  readonly reasons: readonly string[];
};

/**
 * Whether a canary is worse than the version beside it: ROLLBACK, SAFE or UNDECIDED (canary.md 3.1 and 3.2).
 *
 * P(ever ROLLBACK) <= alpha for a canary no worse than the baseline, P(ever SAFE) <= beta for one that is rBad times
 * as bad, at any number of looks (Ville). The verdict is taken over all prefixes, so that ROLLBACK stays. Where
 * nothing can be compared the e-values do not move, and the verdict is UNDECIDED, never SAFE.
 * Throws Fault('InvalidInput') for intervals that contradict each other.
 */
export const judgeRollout = rule('judge-rollout', 1, (inputs: JudgeInputs): JudgeOutcome => {
  const { closed, open } = closeIntervals(inputs.intervals);
  const path = followPath(closed, inputs.settings);
  const limits = limitsOf(inputs.settings);
  const condemned = inputs.standing ?? firstCondemnation(path, limits);
  const safeAt = path.steps.find((step) => reaches(step.safe, limits.safe))?.at;
  const last = path.steps.at(-1);
  const needed = safeAt === undefined ? neededExposure(path) : nothingNeeded;
  const found = { verdict: verdictOf(condemned, safeAt), condemned, safeAt, needed };
  return {
    verdict: found.verdict,
    ...(condemned !== undefined && { by: condemned.by, firstAt: condemned.at }),
    ...(safeAt !== undefined && { safeAt }),
    logE: decimal(last?.harm ?? 0),
    logSafe: decimal(last?.safe ?? 0),
    killLogE: decimal(last?.kill ?? 0),
    limits: {
      logE: decimal(limits.harm),
      logSafe: decimal(limits.safe),
      killLogE: limits.kill === undefined ? null : decimal(limits.kill),
    },
    needed: found.needed,
    compared: {
      intervals: decimal(path.compared.intervals),
      requests: decimal(path.compared.requests),
      failures: decimal(path.compared.failures),
    },
    open,
    intervals: path.steps.map(({ at, harm, safe }) => ({ at, logE: decimal(harm), logSafe: decimal(safe) })),
    reasons: judgeReasons({
      ...found,
      path,
      open,
      stood: inputs.standing !== undefined && inputs.standing !== null,
    }),
  };
});

function verdictOf(condemned: Condemnation | undefined, safeAt: string | undefined): Verdict {
  if (condemned !== undefined) return 'ROLLBACK';
  return safeAt === undefined ? 'UNDECIDED' : 'SAFE';
}

function firstCondemnation({ steps, settings }: Path, limits: Limits): Condemnation | undefined {
  for (const step of steps) {
    const by = groundOf(step, limits, settings.floor);
    if (by !== undefined) return { by, at: step.at };
  }
  return undefined;
}

function groundOf(step: Step, limits: Limits, floor: number | null): Ground | undefined {
  if (reaches(step.harm, limits.harm)) {
    const by = step.latency !== undefined && step.latency > step.errors ? 'latency' : 'errors';
    if (floor === null || step.excess[by] >= floor) return by;
  }
  return limits.kill !== undefined && reaches(step.kill, limits.kill) ? 'kill-switch' : undefined;
}

/** Compares the values as they stand in the outcome. Rounding costs time, so only where it can matter. */
function reaches(value: number, limit: number): boolean {
  if (Math.abs(value - limit) > 1e-6) return value > limit;
  return fromDecimal(decimal(value)) >= fromDecimal(decimal(limit));
}
