import { decimal, rule } from '../../kernel/index.ts';
import type { Interval, JudgeSettings } from '../judge-contract.ts';
import type { Gaps } from './gaps.ts';
import { closeIntervals } from './intervals.ts';
import { followPath, type Path } from './judge-path.ts';
import { judgeReasons } from './judge-reasons.ts';
import type { Condemnation, Ground, Uncondemned } from './judge-verdict.ts';
import { type Needed, neededExposure, nothingNeeded } from './needed-exposure.ts';

export type { Condemnation, Uncondemned } from './judge-verdict.ts';
export type Verdict = 'ROLLBACK' | 'SAFE' | 'UNDECIDED';
export type JudgeInputs = {
  /** Every interval since the first stage, as last revised; in any order. */
  readonly intervals: readonly Interval[];
  readonly settings: JudgeSettings;
  /** A ROLLBACK that an earlier judgement of the same rollout has given: it stays, whatever a revision says. */
  readonly standing?: Condemnation | null;
  /** A verdict over all intervals as they were measured, where those here are added up and cannot show it. */
  readonly found?: Condemnation | Uncondemned;
  /** What nobody measured; absent where nothing is, and in what an earlier release has decided. It changes only reasons. */
  readonly gaps?: Gaps;
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
 * Where there is no baseline, in all intervals or in some, only the kill switch can condemn for them: there its part of
 * alpha is for a canary within its limits. Of settings that were recorded without `besideBaseline` that was so beside a
 * baseline too.
 * Throws Fault('InvalidInput') for intervals that contradict each other.
 */
export const judgeRollout = rule('judge-rollout', 1, (inputs: JudgeInputs): JudgeOutcome => {
  const { closed, open } = closeIntervals(inputs.intervals);
  const path = followPath(closed, inputs.settings);
  const { limits } = path;
  const { safeAt, ...told } = foundBy(inputs.found, path);
  const condemned = inputs.standing ?? told.condemned;
  const needed = safeAt === undefined ? neededExposure(path) : nothingNeeded;
  const found = { verdict: verdictOf(condemned, safeAt), condemned, safeAt, needed };
  return {
    verdict: found.verdict,
    ...(condemned !== undefined && { by: condemned.by, firstAt: condemned.at }),
    ...(safeAt !== undefined && { safeAt }),
    logE: decimal(path.harm.at(-1) ?? 0),
    logSafe: decimal(path.safe.at(-1) ?? 0),
    killLogE: decimal(path.kill),
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
    intervals: closed.map(({ at }, index) => ({
      at,
      logE: decimal(path.harm[index] ?? 0),
      logSafe: decimal(path.safe[index] ?? 0),
    })),
    reasons: judgeReasons({
      ...found,
      path,
      open,
      stood: inputs.standing !== undefined && inputs.standing !== null,
      told: inputs.found !== undefined,
      gaps: inputs.gaps,
    }),
  };
});

/** What was found over all intervals, else what those here show. */
function foundBy(
  found: JudgeInputs['found'],
  { condemned, safeAt }: Path,
): Pick<Path, 'condemned' | 'safeAt'> {
  if (found === undefined) return { condemned, safeAt };
  return found.by === null
    ? { condemned: undefined, safeAt: found.safeAt ?? undefined }
    : { condemned: found, safeAt };
}

function verdictOf(condemned: Condemnation | undefined, safeAt: string | undefined): Verdict {
  if (condemned !== undefined) return 'ROLLBACK';
  return safeAt === undefined ? 'UNDECIDED' : 'SAFE';
}
