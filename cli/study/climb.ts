import type { Stage } from '../../shared/rollouts/contract.ts';
import { type Judgement, judgeInterval } from '../../shared/rollouts/rules/judge-verdict.ts';
import { rawGuards } from '../../shared/rollouts/rules/raw-guards.ts';
import { type DrawInterval, FAR, type Interval, SETTINGS } from './canary-intervals.ts';
import { LONGEST_WAIT } from './people.ts';

export type Ladder = {
  readonly stages: readonly Stage[];
  /** Minutes of an interval, and so between two looks of the judge. */
  readonly step: number;
  readonly draw: DrawInterval;
  /** Minutes until a person answers the question of that turn, put after so many minutes. */
  readonly answer: (turn: number, after: number) => number;
};

/** What a certificate would do after an interval: `resume`: end the hold, so that the next look lets it pass. */
type Gate = 'shut' | 'resume' | 'pass';
type Held = {
  readonly reason: 'GUARD' | 'TOO_FEW_REQUESTS' | 'UNDECIDED';
  readonly until: number;
  readonly lapses: boolean;
};

/** A climb to here, with no verdict so far. */
export type Climb = {
  readonly ladder: Ladder;
  /** Share of the traffic in each interval, and what a certificate would have done after it. */
  readonly weights: number[];
  readonly gates: Gate[];
  /** Minutes after which a person was asked. */
  readonly questions: number[];
  lapsed: boolean;
};

export type Visit = {
  readonly stage: Stage;
  readonly isLast: boolean;
  readonly start: number;
  /** Of the canary, and minutes in which both arms had any. */
  requests: number;
  compared: number;
  held: Held | undefined;
  waived: boolean;
};

export function minutesOf({ weights, ladder }: Climb): number {
  return weights.length * ladder.step;
}

export function visit(climb: Climb, stage: Stage, isLast: boolean): Visit {
  const nothing = { requests: 0, compared: 0, held: undefined, waived: false };
  return { stage, isLast, start: minutesOf(climb), ...nothing };
}

/** One interval at a stage and the look after it, as `advance-rollout` looks; true when the stage is left. */
export function takeInterval(climb: Climb, here: Visit, judgement: Judgement): boolean {
  const { weight } = here.stage;
  const interval = climb.ladder.draw(climb.weights.length, weight);
  judgeInterval(judgement, interval);
  climb.weights.push(weight);
  const requests = interval.canary?.requests ?? 0;
  here.requests += requests;
  if (requests > 0 && (interval.baseline?.requests ?? 0) > 0) here.compared += climb.ladder.step;
  const guarded = !here.waived && crossesGuard(interval);
  return here.held === undefined
    ? lookAtStage(climb, here, guarded)
    : lookAtHeld(climb, here, here.held, guarded);
}

function isEnough({ requests, stage }: Visit): boolean {
  return requests >= stage.minRequests && requests > 0;
}

function lookAtStage(climb: Climb, here: Visit, guarded: boolean): boolean {
  const { stage, isLast, compared, start } = here;
  const done = !guarded && isEnough(here) && compared * 60 >= stage.minSeconds;
  climb.gates.push(done && isLast ? 'pass' : 'shut');
  if (guarded) ask(climb, here, 'GUARD');
  else if (!(done && !isLast) && (minutesOf(climb) - start) * 60 >= stage.maxSeconds) {
    if (!isEnough(here)) ask(climb, here, 'TOO_FEW_REQUESTS');
    else if (isLast) ask(climb, here, 'UNDECIDED');
  }
  return done && !isLast;
}

function lookAtHeld(climb: Climb, here: Visit, held: Held, guarded: boolean): boolean {
  climb.gates.push(held.reason === 'UNDECIDED' && !guarded ? 'resume' : 'shut');
  if (held.reason === 'TOO_FEW_REQUESTS' && !guarded && isEnough(here)) {
    here.held = undefined;
    return false;
  }
  if (minutesOf(climb) < held.until) return false;
  climb.lapsed = held.lapses;
  here.held = undefined;
  here.waived = here.waived || held.reason === 'GUARD';
  return held.lapses || held.reason !== 'GUARD';
}

/** A person is asked. Nobody answers in time: it goes back. */
function ask(climb: Climb, here: Visit, reason: Held['reason']): void {
  const asked = minutesOf(climb);
  const minutes = climb.ladder.answer(climb.questions.length, asked);
  climb.questions.push(asked);
  here.held = { reason, until: asked + Math.min(minutes, LONGEST_WAIT), lapses: minutes > LONGEST_WAIT };
}

const { errorRate = 1, slowShare = 1 } = SETTINGS.killSwitch ?? {};

function crossesGuard(interval: Interval): boolean {
  const { canary } = interval;
  if (canary === undefined) return false;
  // below the shares of the rule it need not be asked
  const { failures, requests, slower } = canary;
  if (failures < errorRate * requests && (slower[FAR] ?? 0) < slowShare * requests) return false;
  return rawGuards.decide({ intervals: [interval], settings: SETTINGS }).verdict === 'HOLD';
}
