import { type Judgement, startJudgement } from '../../shared/rollouts/rules/judge-verdict.ts';
import { SETTINGS } from './canary-intervals.ts';
import { type Climb, type Ladder, minutesOf, takeInterval, type Visit, visit } from './climb.ts';

export type RolloutEnd = {
  readonly to: 'promoted' | 'rolled-back' | 'lapsed';
  readonly by?: 'errors' | 'latency' | 'kill-switch';
  /** From the first request of the canary to its end. */
  readonly minutes: number;
  /** Questions that were put to people before the end. */
  readonly asked: number;
  /** Share of the traffic in each interval to the end. */
  readonly weights: readonly number[];
};

/**
 * One rollout by the rules of production. The judge looks after every interval, and the rollout ends where a sweep every
 * minute would have ended it (a test sweeps with `advance-rollout`); what would have come later is not drawn any more.
 * People who are asked say yes: to what is undecided, too rare, or beyond a raw threshold.
 */
export function rollOut(ladder: Ladder): RolloutEnd {
  const climb: Climb = { ladder, weights: [], gates: [], questions: [], lapsed: false };
  const judgement = startJudgement(SETTINGS);
  const shared = ladder.stages.filter(({ weight }) => weight < 1);
  for (const [index, stage] of shared.entries()) {
    const ended = stay(climb, visit(climb, stage, index === shared.length - 1), judgement);
    if (ended !== undefined) return ended;
    if (climb.lapsed) break;
  }
  return end(climb, climb.lapsed ? 'lapsed' : 'promoted', minutesOf(climb));
}

/** Stays until the stage is left, or until the judge's verdict ends the rollout. */
function stay(climb: Climb, here: Visit, judgement: Judgement): RolloutEnd | undefined {
  for (;;) {
    const left = takeInterval(climb, here, judgement);
    const ended = verdictOn(climb, judgement);
    if (ended !== undefined || left) return ended;
  }
}

/** What the verdict ends at this look; undefined while it is undecided, or safe before a certificate is asked. */
function verdictOn(climb: Climb, { condemned, safeAt }: Judgement): RolloutEnd | undefined {
  const now = minutesOf(climb);
  if (condemned !== undefined) return { ...end(climb, 'rolled-back', now), by: condemned.by };
  return safeAt !== undefined && passes(climb, Number(safeAt)) ? end(climb, 'promoted', now) : undefined;
}

/** Whether a certificate lets it pass at this look: it ends a hold at one look, and passes at the next. */
function passes({ gates, ladder: { step } }: Climb, safe: number): boolean {
  const looks = gates.length;
  return gates[looks - 1] === 'pass' || (gates[looks - 2] === 'resume' && (looks - 1) * step >= safe);
}

function end({ questions, weights }: Climb, to: RolloutEnd['to'], minutes: number): RolloutEnd {
  const asked = questions.filter((after) => after < minutes).length;
  return { to, minutes, asked, weights };
}
