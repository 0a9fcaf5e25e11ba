import { judgeRollout } from '../../shared/rollouts/rules/judge-rollout.ts';
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
 * One rollout by the rules of production. The judge's verdict is taken over all prefixes of the intervals, so that asking
 * once tells the minute at which a sweep every minute would have seen it (a test sweeps with `advance-rollout`).
 * People who are asked say yes: to what is undecided, too rare, or beyond a raw threshold.
 */
export function rollOut(ladder: Ladder): RolloutEnd {
  const climb: Climb = { ladder, intervals: [], weights: [], gates: [], questions: [], lapsed: false };
  const shared = ladder.stages.filter(({ weight }) => weight < 1);
  for (const [index, stage] of shared.entries()) {
    const early = stay(climb, visit(climb, stage, index === shared.length - 1));
    if (early !== undefined) return early;
    if (climb.lapsed) break;
  }
  return verdictOn(climb) ?? end(climb, climb.lapsed ? 'lapsed' : 'promoted', minutesOf(climb));
}

/** Stays until the stage is left; or to the end, where the first look at which it may end is enough. */
function stay(climb: Climb, here: Visit): RolloutEnd | undefined {
  let looked = !climb.ladder.lookEarly;
  while (!takeInterval(climb, here)) {
    if (looked || climb.gates.at(-1) !== 'pass') continue;
    looked = true;
    const early = verdictOn(climb);
    if (early !== undefined) return early;
  }
  return undefined;
}

/** What the judge's verdict ends; undefined while it is undecided, or safe before a certificate is asked. */
function verdictOn(climb: Climb): RolloutEnd | undefined {
  const { by, firstAt, safeAt } = judgeRollout.decide({ intervals: climb.intervals, settings: SETTINGS });
  const passed = safeAt === undefined ? undefined : passAt(climb, Number(safeAt));
  // what would have been seen later is not seen any more
  if (passed !== undefined && (firstAt === undefined || Number(firstAt) > passed))
    return end(climb, 'promoted', passed);
  if (firstAt === undefined || by === undefined) return undefined;
  return { ...end(climb, 'rolled-back', Number(firstAt)), by };
}

/** The first look from `safe` on at which a certificate lets it pass. */
function passAt({ gates, ladder: { step } }: Climb, safe: number): number | undefined {
  const from = safe / step - 1;
  const open = gates.findIndex((gate, index) => index >= from && gate !== 'shut');
  if (open < 0) return undefined;
  const looks = gates[open] === 'pass' ? open + 1 : open + 2;
  return looks <= gates.length ? looks * step : undefined;
}

function end({ questions, weights, ladder }: Climb, to: RolloutEnd['to'], minutes: number): RolloutEnd {
  const asked = questions.filter((after) => after < minutes).length;
  return { to, minutes, asked, weights: weights.slice(0, minutes / ladder.step) };
}
