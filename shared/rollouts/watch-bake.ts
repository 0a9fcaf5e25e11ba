import { isoTime, millis, type Reason } from '../kernel/index.ts';
import { readAutonomy } from '../services/index.ts';
import { HELD, otherPlanText, seenText } from './advance-move.ts';
import { blockOf, condemnedBy } from './block-list.ts';
import type { Layout } from './condense-intervals.ts';
import { fitSplit } from './fit-inputs.ts';
import { missingText } from './missing-data.ts';
import { planSeen } from './plan-seen.ts';
import type { JudgeDeps } from './ports.ts';
import { type Since, sinceThen, splitOf } from './read-bake.ts';
import { type Measured, withUnusable } from './read-intervals.ts';
import type { Rollout, RolloutData } from './rollout.ts';
import { type AdvanceBakeInputs, type AdvanceBakeOutcome, advanceBake } from './rules/advance-bake.ts';
import { gapsIn } from './rules/gaps.ts';
import type { Split, SplitOutcome } from './rules/judge-split.ts';
import { seenWeight } from './seen-weight.ts';
import { type Move, takeStep, wakeRollout } from './take-step.ts';

/**
 * Looks at a rollout that has all of the traffic, baking or held: at the end of its bake, once it is worse than what was
 * there before, once the minutes of the split have closed and condemn it, or once somebody else moved the traffic, it is a
 * decision. There is nothing beside it any more, so it goes back by itself only where the service chose so, or where a
 * verdict had been there before the promotion.
 */
export async function watchBake(deps: JudgeDeps, rollout: Rollout): Promise<void> {
  const { inputs: whole, layout } = await inputsOf(deps, rollout);
  const outcome = advanceBake.decide(whole);
  if (outcome.to === 'stay') return;
  const inputs = fitSplit(whole, layout, outcome);
  const { service, data } = rollout;
  const lists = outcome.to === 'RollingBack' || outcome.split?.judge.verdict === 'ROLLBACK';
  const listed = !lists || (await condemnedBy(deps.store, service, data.revision)) !== undefined;
  await takeStep(deps, rollout, {
    key: `bake/${rollout.rev}/${inputs.now}`,
    rule: advanceBake,
    inputs,
    actor: { type: 'rule', id: 'judge-rollouts', via: 'schedule' },
    move: (decided) => moveOf(rollout, inputs, decided, listed),
  });
  await wakeRollout(deps, rollout.id, rollout.state.kind);
}

type Read = { readonly inputs: AdvanceBakeInputs; readonly layout: Layout | undefined };
const UNREAD: Since = { intervals: [] };

async function inputsOf(deps: JudgeDeps, rollout: Rollout): Promise<Read> {
  const { data, state, service, environment } = rollout;
  const now = deps.clock();
  const heldFor = state.kind === 'Held' ? state.reason : null;
  const promoted = millis(data.times.promoted ?? data.enteredAt);
  const [since, measured, seen, { killSwitch }] = await Promise.all([
    heldFor === null || heldFor === 'NO_DATA' ? sinceThen(deps, rollout, { promoted, now }) : UNREAD,
    splitOf(deps, rollout, { promoted, now }),
    seenWeight(deps, rollout),
    readAutonomy(deps, { service, environment, action: 'deploy' }),
  ]);
  const planned = millis(data.enteredAt) + (data.plan.bakeSeconds / deps.factor) * 1000;
  // It does not end before the last minutes of the split have closed, however short the plan wants it.
  const delay = 'delaySeconds' in measured ? measured.delaySeconds : 0;
  const closed = promoted + delay * 1000;
  const missing = { ...measured.missing, ...since.missing };
  const inputs: AdvanceBakeInputs = {
    intervals: since.intervals,
    before: data.before,
    settings: { alpha: data.settings.alpha, rBad: data.settings.rBad, choice: data.bakeChoice },
    endsAt: isoTime(Math.max(planned, closed)),
    now: isoTime(now),
    held: state.kind === 'Held',
    wanted: data.plan.bakeSeconds > 0,
    irreversible: data.irreversible,
    split: 'intervals' in measured ? splitInputs(deps, rollout, measured, promoted) : null,
    ...{ heldFor, killSwitch: killSwitch.on, waived: data.waived },
    ...(seen !== undefined && { seenWeight: seen }),
    ...planSeen(data),
    ...(Object.keys(missing).length > 0 && { missing }),
  };
  return { inputs, layout: 'layout' in measured ? measured.layout : undefined };
}

function splitInputs(deps: JudgeDeps, { data }: Rollout, measured: Measured, promoted: number): Split {
  const { intervals, delaySeconds } = measured;
  const gaps = gapsIn(withUnusable(measured));
  return {
    ...{ intervals, delaySeconds },
    ...(gaps !== undefined && { gaps }),
    ...{ settings: data.settings, standing: data.condemned ?? null },
    ...{ promotedAt: isoTime(promoted), intervalSeconds: deps.timings.interval },
  };
}

function moveOf(
  rollout: Rollout,
  inputs: AdvanceBakeInputs,
  outcome: AdvanceBakeOutcome,
  listed: boolean,
): Move {
  const { to, reason, split } = outcome;
  const { data, service } = rollout;
  const condemned = split?.judge.verdict === 'ROLLBACK' ? split : undefined;
  const reasons = reasonsOf(inputs, outcome);
  const stage = data.plan.stages.length - 1;
  const block = { type: 'take-lock', lock: blockOf(service, data.revision), holder: rollout.id } as const;
  const made = {
    event: eventOf(outcome),
    reasons,
    data: {
      ...(condemned !== undefined && condemnation(condemned)),
      ...degradation(outcome),
      ...(reason === 'NO_DATA' && inputs.missing !== undefined && { missing: inputs.missing }),
    },
    ...((condemned !== undefined || to === 'RollingBack') && { times: { verdict: inputs.now } }),
    ...(!listed && { effects: [block] }),
  };
  switch (to) {
    case 'stay':
      throw new Error('a look that changes nothing is no decision');
    case 'Baking':
    case 'Promoted':
      return { ...made, state: { kind: to } };
    case 'Held':
      return { ...made, state: { kind: 'Held', reason: reason ?? 'NO_DATA', stage } };
    case 'RollingBack':
      return {
        ...made,
        state: { kind: 'RollingBack', reason: condemned === undefined ? 'BAKE_VERDICT' : 'VERDICT' },
      };
  }
}

/** A verdict that had been there before the promotion is one of the stage; a late one, of the bake. */
function eventOf({ to, reason, bake, split }: AdvanceBakeOutcome): Move['event'] {
  if (split?.judge.verdict === 'ROLLBACK')
    return split.raced || reason === 'IRREVERSIBLE' || reason === 'KILL_SWITCH'
      ? 'CanaryCondemned'
      : 'BakeCondemned';
  if (to === 'Baking') return 'HoldEnded';
  if (to === 'Held' && reason !== 'BAKE_DEGRADED') return 'RolloutHeld';
  return bake.verdict === 'DEGRADED' ? 'BakeCondemned' : 'BakeEnded';
}

function reasonsOf(
  inputs: AdvanceBakeInputs,
  { reason, bake, split }: AdvanceBakeOutcome,
): readonly Reason[] {
  if (split?.judge.verdict === 'ROLLBACK') {
    const judged = split.judge.reasons.map((text) => ({ code: 'ROLLBACK', text }));
    const when = split.raced ? RACED : { code: 'LATE_VERDICT', text: HELD.LATE_VERDICT };
    const why = reason === null || reason === when.code ? [] : [{ code: reason, text: HELD[reason] }];
    return [...judged, when, ...why];
  }
  if (reason === 'TRAFFIC_MOVED')
    return [{ code: reason, text: `${HELD.TRAFFIC_MOVED}: ${seenText(inputs.seenWeight)}` }];
  if (reason === 'PLAN_CHANGED')
    return [{ code: reason, text: `${HELD.PLAN_CHANGED}: ${otherPlanText(inputs.otherPlan)}` }];
  const missing = reason === 'NO_DATA' ? missingText(inputs.missing) : '';
  return [
    ...(missing === '' ? [] : [{ code: 'NO_DATA', text: `${HELD.NO_DATA}: ${missing}` }]),
    ...bake.reasons.map((text) => ({ code: bake.verdict, text })),
    ...(bake.verdict === 'DEGRADED' ? [{ code: 'PROMISE', text: bake.promise }] : []),
  ];
}

const RACED: Reason = {
  code: 'RACED',
  text: 'the verdict was there before all of the traffic was moved: it goes before the promotion',
};

function condemnation({ judge }: SplitOutcome): Partial<RolloutData> {
  return judge.by === undefined || judge.firstAt === undefined
    ? {}
    : { condemned: { by: judge.by, at: judge.firstAt } };
}

/** A page ends as a promotion and a no as an abort: that it was worse is kept for whoever learns from it. */
function degradation({ reason, bake, split }: AdvanceBakeOutcome): Partial<RolloutData> {
  const led = split?.judge.verdict !== 'ROLLBACK' && (reason === null || reason === 'BAKE_DEGRADED');
  return led && bake.verdict === 'DEGRADED' && bake.firstAt !== undefined
    ? { bakeDegraded: bake.firstAt }
    : {};
}
