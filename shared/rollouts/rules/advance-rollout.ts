import { rule } from '../../kernel/index.ts';
import type { HoldReason } from '../contract.ts';
import type { Interval, JudgeSettings } from '../judge-contract.ts';
import type { Missing } from '../missing-data.ts';
import { type Gaps, isMostlyAbsent, type StageGaps } from './gaps.ts';
import { closeIntervals } from './intervals.ts';
import { type Condemnation, type JudgeOutcome, judgeRollout, type Uncondemned } from './judge-rollout.ts';
import { isOtherPlan, OBSERVING, SAME } from './record-shift.ts';

export type AdvanceInputs = {
  /** Shifting: a verdict may still come before the next move; nothing else is decided there. */
  readonly state: 'AtStage' | 'Held' | 'Paused' | 'Shifting';
  readonly held: HoldReason | null;
  /** The canary has traffic: where it has none yet there is nothing to judge, and no data to miss. */
  readonly exposed: boolean;
  readonly stage: {
    readonly startedAt: string;
    readonly minSeconds: number;
    readonly maxSeconds: number;
    readonly minRequests: number;
    /** The next stage is all of the traffic: that takes the certificate. */
    readonly beforeAll: boolean;
  };
  /** Every interval since the first stage, as the provider has it now. */
  readonly intervals: readonly Interval[];
  readonly settings: JudgeSettings;
  readonly standing: Condemnation | null;
  /** Seconds of real time: of one interval, of the longest time without data. */
  readonly intervalSeconds: number;
  readonly noDataSeconds: number;
  readonly lastDataAt: string;
  readonly now: string;
  /** Raw thresholds and SLO guards that are crossed now, in words: they ask, they never roll back. */
  readonly guards: readonly string[];
  readonly waived: readonly HoldReason[];
  readonly killSwitch: boolean;
  readonly level: string;
  readonly irreversible: boolean;
  /** How the traffic stands now; absent where nobody could read it, and in what an earlier release has decided. */
  readonly seenWeight?: SeenWeight;
  /** The digest of the stored plan; absent where it is the one that the rollout is pinned to, and in earlier decisions. */
  readonly otherPlan?: string;
  /** The digest of the plan that a person has let pass; absent where nobody has, and in earlier decisions. */
  readonly waivedPlan?: string;
  /** Why nothing can be compared; absent where something can, and in what an earlier release has decided. */
  readonly missing?: Missing;
  /** A verdict over all intervals as they were measured, where those here are too few to show it; absent elsewhere. */
  readonly found?: Condemnation | Uncondemned;
  /**
   * What nobody measured, of all intervals and of those of the stage (held for them: of the latest). Absent where nothing is,
   * where it is held for something else, and in what an earlier release has decided.
   */
  readonly gaps?: Gaps;
  readonly stageGaps?: StageGaps;
};

/** Fractions of the requests, 0..1. */
export type SeenWeight = {
  /** What the rollout left the canary with, and what it has. */
  readonly left: number;
  readonly canary: number;
  /** A version that is neither the canary nor the baseline has traffic. */
  readonly others: boolean;
};

export type AdvanceOutcome = {
  /** `back`: the canary is condemned. `freeze`: it is, and a person must decide. */
  readonly move: 'stay' | 'pass' | 'resume' | 'hold' | 'freeze' | 'back';
  readonly reason: HoldReason | null;
  /** Without its path: that follows from the inputs, and a decision has room for 64 KB. */
  readonly judge: Omit<JudgeOutcome, 'intervals'>;
  /** What the canary has shown in this stage. Whole seconds of intervals that were compared. */
  readonly seen: { readonly seconds: number; readonly requests: number };
};

type Verdict = Pick<AdvanceOutcome, 'move' | 'reason'>;
type Judged = AdvanceOutcome['judge'];
const STAY: Verdict = { move: 'stay', reason: null };

/** Holds that end by themselves when what they stand for is over. */
const PASSING: readonly HoldReason[] = ['NO_DATA', 'KILL_SWITCH', 'AUTONOMY'];

/**
 * What the judge's sweep does with a rollout whose canary takes traffic. A verdict to roll back goes before everything;
 * then what forbids to go on, first of all that plan or traffic are not as they were left; then what a stage asks for: time
 * AND requests, and before all of the traffic a certificate of safety. Missing data never passes: it holds, on its own clock;
 * so does a stage of which more than half was not compared because an arm was not measured.
 */
export const advanceRollout = rule('advance-rollout', 1, (inputs: AdvanceInputs): AdvanceOutcome => {
  const { intervals, settings, standing, found, gaps } = inputs;
  const given = {
    ...{ intervals, settings },
    ...(standing !== null && { standing }),
    ...(found !== undefined && { found }),
    ...(gaps !== undefined && { gaps }),
  };
  const { intervals: _path, ...judge } = judgeRollout.decide(given);
  const seen = seenInStage(inputs);
  const verdict = judge.verdict === 'ROLLBACK' ? condemn(inputs) : goOn(inputs, judge, seen);
  return { ...verdict, judge, seen };
});

/** The kill switch stops us from acting, and we say so; a change that cannot be undone is not undone by us. */
function condemn({ irreversible, killSwitch, held, standing }: AdvanceInputs): Verdict {
  if (irreversible) return held === 'IRREVERSIBLE' ? STAY : { move: 'freeze', reason: 'IRREVERSIBLE' };
  // Graver than whatever it is held for: the person is asked about a condemned canary from now on.
  if (killSwitch)
    return held === 'KILL_SWITCH' && standing !== null ? STAY : { move: 'hold', reason: 'KILL_SWITCH' };
  return { move: 'back', reason: null };
}

function goOn(inputs: AdvanceInputs, judge: Judged, seen: AdvanceOutcome['seen']): Verdict {
  const forbidden = forbids(inputs);
  if (inputs.state === 'Paused' || inputs.state === 'Shifting') return STAY;
  if (forbidden !== null) return hold(forbidden, inputs.held);
  if (inputs.held !== null)
    return isOver(inputs.held, inputs, judge, seen) ? { move: 'resume', reason: null } : STAY;
  return stageVerdict(inputs, judge, seen);
}

/** What forbids to go on, whatever the judge says; null when nothing does. */
function forbids(inputs: AdvanceInputs): HoldReason | null {
  const { killSwitch, level, exposed, now, lastDataAt, noDataSeconds, guards, waived } = inputs;
  if (isOtherPlan(inputs)) return 'PLAN_CHANGED';
  // Before the holds that end by themselves: this one takes a person, and is often why data is missing.
  if (isMoved(inputs.seenWeight) && !waived.includes('TRAFFIC_MOVED')) return 'TRAFFIC_MOVED';
  if (killSwitch) return 'KILL_SWITCH';
  if (OBSERVING.includes(level)) return 'AUTONOMY';
  const silent = (Date.parse(now) - Date.parse(lastDataAt)) / 1000;
  if (exposed && silent > noDataSeconds) return 'NO_DATA';
  return guards.length > 0 && !waived.includes('GUARD') ? 'GUARD' : null;
}

/** Whether somebody else moved the traffic since the rollout did; unreadable traffic is no answer. */
export function isMoved(seen: SeenWeight | undefined): boolean {
  return seen !== undefined && (seen.others || Math.abs(seen.canary - seen.left) > SAME);
}

/** A hold stays for its first reason, unless a graver one comes up while it would end by itself: what was asked stands. */
function hold(reason: HoldReason, held: HoldReason | null): Verdict {
  return held === null || (PASSING.includes(held) && held !== reason && reason !== 'GUARD')
    ? { move: 'hold', reason }
    : STAY;
}

/** Whether what a rollout is held for is over, so that nobody need answer. */
function isOver(
  held: HoldReason,
  { stage, stageGaps }: AdvanceInputs,
  judge: Judged,
  seen: AdvanceOutcome['seen'],
): boolean {
  if (held === 'NO_DATA' && isMostlyAbsent(stageGaps)) return false;
  if (held === 'UNDECIDED') return judge.verdict === 'SAFE';
  if (held === 'TOO_FEW_REQUESTS') return seen.requests >= stage.minRequests;
  return PASSING.includes(held);
}

function stageVerdict(inputs: AdvanceInputs, judge: Judged, seen: AdvanceOutcome['seen']): Verdict {
  const { stage, now, stageGaps, noDataSeconds, lastDataAt } = inputs;
  const gappy = isMostlyAbsent(stageGaps);
  // by the last that was compared: where nothing is any more, the clock of silence runs
  const lasted = (Date.parse(lastDataAt) - Date.parse(stage.startedAt)) / 1000;
  if (gappy && lasted > noDataSeconds) return { move: 'hold', reason: 'NO_DATA' };
  // Nothing compared at all is never enough, whatever the plan asks for.
  const enough = seen.requests >= stage.minRequests && seen.requests > 0;
  const certified = !stage.beforeAll || judge.verdict === 'SAFE';
  if (!gappy && enough && certified && seen.seconds >= stage.minSeconds)
    return { move: 'pass', reason: null };
  const elapsed = (Date.parse(now) - Date.parse(stage.startedAt)) / 1000;
  if (elapsed < stage.maxSeconds) return STAY;
  if (!enough) return { move: 'hold', reason: 'TOO_FEW_REQUESTS' };
  return certified ? STAY : { move: 'hold', reason: 'UNDECIDED' };
}

/** Only what was served beside the baseline counts: the rest compares with nothing. */
function seenInStage({ intervals, stage, intervalSeconds }: AdvanceInputs): AdvanceOutcome['seen'] {
  const since = Date.parse(stage.startedAt);
  const within = closeIntervals(intervals).closed.filter(
    ({ at, canary, baseline }) =>
      Date.parse(at) >= since && (canary?.requests ?? 0) > 0 && (baseline?.requests ?? 0) > 0,
  );
  const secondsOf = ({ at, end }: Interval) =>
    end === undefined ? intervalSeconds : (Date.parse(end) - Date.parse(at)) / 1000;
  return {
    seconds: within.reduce((sum, interval) => sum + secondsOf(interval), 0),
    requests: within.reduce((sum, { canary }) => sum + (canary?.requests ?? 0), 0),
  };
}
