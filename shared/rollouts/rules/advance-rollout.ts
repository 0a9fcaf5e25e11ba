import { rule } from '../../kernel/index.ts';
import type { HoldReason } from '../contract.ts';
import type { Interval, JudgeSettings } from '../judge-contract.ts';
import { type Condemnation, type JudgeOutcome, judgeRollout } from './judge-rollout.ts';
import { OBSERVING } from './record-shift.ts';

export type AdvanceInputs = {
  readonly state: 'AtStage' | 'Held' | 'Paused';
  readonly held: HoldReason | null;
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
};

export type AdvanceOutcome = {
  /** `back`: the canary is condemned. `freeze`: it is, and a person must decide. */
  readonly move: 'stay' | 'pass' | 'resume' | 'hold' | 'freeze' | 'back';
  readonly reason: HoldReason | null;
  readonly judge: JudgeOutcome;
  /** What the canary has shown in this stage. Whole seconds of intervals that were compared. */
  readonly seen: { readonly seconds: number; readonly requests: number };
};

type Verdict = Pick<AdvanceOutcome, 'move' | 'reason'>;
const STAY: Verdict = { move: 'stay', reason: null };

/** Holds that end by themselves when what they stand for is over. */
const PASSING: readonly HoldReason[] = ['NO_DATA', 'KILL_SWITCH', 'AUTONOMY'];

/**
 * What the judge's sweep does with a rollout whose canary takes traffic. A verdict to roll back goes before everything;
 * then what forbids to go on; then what a stage asks for: time AND requests, and before all of the traffic a
 * certificate of safety. Missing data never passes: it holds, on its own clock.
 */
export const advanceRollout = rule('advance-rollout', 1, (inputs: AdvanceInputs): AdvanceOutcome => {
  const { intervals, settings, standing } = inputs;
  const judge = judgeRollout.decide({ intervals, settings, ...(standing !== null && { standing }) });
  const seen = seenInStage(inputs);
  const verdict = judge.verdict === 'ROLLBACK' ? condemn(inputs) : goOn(inputs, judge, seen);
  return { ...verdict, judge, seen };
});

/** The kill switch stops us from acting, and we say so; a change that cannot be undone is not undone by us. */
function condemn({ irreversible, killSwitch, held }: AdvanceInputs): Verdict {
  if (irreversible) return held === 'IRREVERSIBLE' ? STAY : { move: 'freeze', reason: 'IRREVERSIBLE' };
  if (killSwitch) return hold('KILL_SWITCH', held);
  return { move: 'back', reason: null };
}

function goOn(inputs: AdvanceInputs, judge: JudgeOutcome, seen: AdvanceOutcome['seen']): Verdict {
  const forbidden = forbids(inputs);
  if (inputs.state === 'Paused') return STAY;
  if (forbidden !== null) return hold(forbidden, inputs.held);
  if (inputs.held !== null) return mayResume(inputs.held, judge) ? { move: 'resume', reason: null } : STAY;
  return stageVerdict(inputs, judge, seen);
}

/** What forbids to go on, whatever the judge says; null when nothing does. */
function forbids({ killSwitch, level, now, lastDataAt, noDataSeconds, guards, waived }: AdvanceInputs) {
  if (killSwitch) return 'KILL_SWITCH';
  if (OBSERVING.includes(level)) return 'AUTONOMY';
  const silent = (Date.parse(now) - Date.parse(lastDataAt)) / 1000;
  if (silent > noDataSeconds && !waived.includes('NO_DATA')) return 'NO_DATA';
  return guards.length > 0 && !waived.includes('GUARD') ? 'GUARD' : null;
}

/** A hold stays for its first reason, unless a graver one comes up: what a person was asked stands. */
function hold(reason: HoldReason, held: HoldReason | null): Verdict {
  return held === null || (PASSING.includes(held) && held !== reason && reason !== 'GUARD')
    ? { move: 'hold', reason }
    : STAY;
}

function mayResume(held: HoldReason, judge: JudgeOutcome): boolean {
  return PASSING.includes(held) || (held === 'UNDECIDED' && judge.verdict === 'SAFE');
}

function stageVerdict(
  { stage, now, waived }: AdvanceInputs,
  judge: JudgeOutcome,
  seen: AdvanceOutcome['seen'],
): Verdict {
  const enough = seen.requests >= stage.minRequests || waived.includes('TOO_FEW_REQUESTS');
  const certified = !stage.beforeAll || judge.verdict === 'SAFE' || waived.includes('UNDECIDED');
  if (enough && certified && seen.seconds >= stage.minSeconds) return { move: 'pass', reason: null };
  const elapsed = (Date.parse(now) - Date.parse(stage.startedAt)) / 1000;
  if (elapsed < stage.maxSeconds) return STAY;
  if (!enough) return { move: 'hold', reason: 'TOO_FEW_REQUESTS' };
  return certified ? STAY : { move: 'hold', reason: 'UNDECIDED' };
}

function seenInStage({ intervals, stage, intervalSeconds }: AdvanceInputs): AdvanceOutcome['seen'] {
  const within = intervals.filter(({ at, canary }) => at >= stage.startedAt && (canary?.requests ?? 0) > 0);
  return {
    seconds: within.length * intervalSeconds,
    requests: within.reduce((sum, { canary }) => sum + (canary?.requests ?? 0), 0),
  };
}
