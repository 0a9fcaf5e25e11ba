import { expect, test } from 'vitest';
import { canaryTraffic, type Interval, SETTINGS } from '../../../cli/study/canary-intervals.ts';
import { stream } from '../../../cli/study/chance.ts';
import { arrivalsOf } from '../../../cli/study/change.ts';
import type { Ladder } from '../../../cli/study/climb.ts';
import { organisationOf } from '../../../cli/study/organisation.ts';
import { rollOut } from '../../../cli/study/rollout.ts';
import type { HoldReason } from '../../../shared/rollouts/contract.ts';
import { advanceRollout } from '../../../shared/rollouts/rules/advance-rollout.ts';
import { makePlan } from '../../../shared/rollouts/rules/plan-rollout.ts';
import { rawGuards } from '../../../shared/rollouts/rules/raw-guards.ts';
import { answerHold } from '../../../shared/rollouts/rules/record-step.ts';

const EPOCH = Date.parse('2026-01-05T00:00:00.000Z');
const timeOf = (minute: number) => new Date(EPOCH + minute * 60_000).toISOString();
const PLAN = makePlan({ risk: 'low', preset: null, stages: null, bakeSeconds: 0 });

type Sweeping = {
  readonly ladder: Ladder;
  readonly intervals: Interval[];
  stage: number;
  startedAt: number;
  held: { readonly reason: HoldReason; readonly until: number; readonly lapses: boolean } | null;
  waived: readonly HoldReason[];
  turn: number;
};

/** The same rollout swept every minute by the rules of the flow: advance-rollout, raw-guards and answer-hold. */
function swept(ladder: Ladder) {
  const rollout: Sweeping = {
    ...{ ladder, intervals: [], stage: 0, startedAt: 0, held: null, waived: [], turn: 0 },
  };
  for (let minute = 1; minute < 2000; minute += 1) {
    const weight = ladder.stages[rollout.stage]?.weight ?? 1;
    rollout.intervals.push({ ...ladder.draw(minute - 1, weight), at: timeOf(minute - 1) });
    const end = sweep(rollout, minute);
    if (end !== undefined) return { to: end, minutes: minute, asked: rollout.turn };
  }
  throw new Error('the rollout does not end');
}

/** One look, and then the answer of whoever was asked, where it has come. */
function sweep(rollout: Sweeping, minute: number): string | undefined {
  const { ladder, intervals, stage: index, held } = rollout;
  const stage = ladder.stages[index];
  if (stage === undefined) throw new Error(`there is no stage ${index}`);
  const { move, reason } = advanceRollout.decide({
    ...{ state: held === null ? 'AtStage' : 'Held', held: held?.reason ?? null, exposed: true },
    ...{ intervals: [...intervals], settings: SETTINGS },
    stage: {
      ...stage,
      startedAt: timeOf(rollout.startedAt),
      beforeAll: ladder.stages[index + 1]?.weight === 1,
    },
    ...{ standing: null, intervalSeconds: 60, noDataSeconds: 1e9 },
    ...{ lastDataAt: timeOf(minute), now: timeOf(minute) },
    guards: rawGuards.decide({ intervals, settings: SETTINGS }).crossed,
    ...{ waived: rollout.waived, killSwitch: false, level: 'governed', irreversible: false },
  });
  if (move === 'back') return 'rolled-back';
  if (move === 'pass') return enter(rollout, index + 1, minute);
  if (move === 'resume') rollout.held = null;
  if (move === 'hold' && reason !== null) {
    const wait = ladder.answer(rollout.turn, minute);
    rollout.held = { reason, until: minute + Math.min(wait, 240), lapses: wait > 240 };
    rollout.turn += 1;
  } else if (rollout.held !== null && minute >= rollout.held.until) return answer(rollout, minute);
  return undefined;
}

function enter(rollout: Sweeping, stage: number, minute: number): string | undefined {
  rollout.stage = stage;
  rollout.startedAt = minute;
  rollout.waived = [];
  return (rollout.ladder.stages[stage]?.weight ?? 1) >= 1 ? 'promoted' : undefined;
}

function answer(rollout: Sweeping, minute: number): string | undefined {
  const { held, stage, ladder } = rollout;
  if (held === null || held.lapses) return 'lapsed';
  const outcome = answerHold.decide({
    ...{ reason: held.reason, answer: 'Approved', person: 'ada', stage, reached: true, condemned: false },
    ...{ stages: ladder.stages.length, weight: ladder.stages[stage]?.weight ?? 0 },
  });
  rollout.held = null;
  if (outcome.to === 'AtStage') rollout.waived = [...rollout.waived, held.reason];
  return outcome.to === 'Shifting' ? enter(rollout, outcome.stage, minute) : undefined;
}

const organisation = organisationOf(11, 12);
const arrivals = arrivalsOf(organisation, 900);
const interesting = [
  ...arrivals.filter(({ fault }) => fault !== undefined).slice(0, 20),
  ...arrivals.filter(({ fault }) => fault === undefined).slice(0, 12),
];

function ladderOf({ index, service, fault }: (typeof arrivals)[number]): Ladder {
  const waits = stream(5, index);
  const drawn = Array.from({ length: 20 }, () => (waits() < 0.5 ? 241 : Math.ceil(120 * waits() ** 3)));
  return {
    ...{ stages: PLAN.stages, step: 1, answer: (turn) => drawn[turn] ?? 1 },
    draw: canaryTraffic(service, fault, 1, stream(organisation.seed, index)),
  };
}

test('a rollout judged once ends as one that the rules of the flow sweep every minute', () => {
  const ends = interesting.map((arrival) => {
    const { to, minutes, asked } = rollOut(ladderOf(arrival));
    return { to, minutes, asked };
  });
  expect(ends).toEqual(interesting.map((arrival) => swept(ladderOf(arrival))));
  expect(new Set(ends.map(({ to }) => to))).toEqual(new Set(['promoted', 'rolled-back', 'lapsed']));
});

test('without a shared stage nothing can be compared and the change goes out at once', () => {
  const [arrival] = interesting;
  if (arrival === undefined) throw new Error('there are no arrivals');
  const ladder = { ...ladderOf(arrival), stages: PLAN.stages.slice(-1) };
  expect(rollOut(ladder)).toEqual({ to: 'promoted', minutes: 0, asked: 0, weights: [] });
});
