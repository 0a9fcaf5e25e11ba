import { isoTime, millis, type Reason } from '../kernel/index.ts';
import { readAutonomy } from '../services/index.ts';
import { HELD, otherPlanText, seenText } from './advance-move.ts';
import { blockOf, condemnedBy } from './block-list.ts';
import type { JudgeDeps } from './ports.ts';
import { type Measured, readMeasured } from './read-intervals.ts';
import type { Rollout, RolloutData } from './rollout.ts';
import { type AdvanceBakeInputs, type AdvanceBakeOutcome, advanceBake } from './rules/advance-bake.ts';
import type { Split, SplitOutcome } from './rules/judge-split.ts';
import { otherPlanOf } from './rules/plan-rollout.ts';
import { seenWeight } from './seen-weight.ts';
import { type Move, takeStep, wakeRollout } from './take-step.ts';
import { targetOf } from './target.ts';

/**
 * Looks at a rollout that has all of the traffic, baking or held: at the end of its bake, once it is worse than what was
 * there before, once the minutes of the split have closed and condemn it, or once somebody else moved the traffic, it is a
 * decision. There is nothing beside it any more, so it goes back by itself only where the service chose so, or where a
 * verdict had been there before the promotion.
 */
export async function watchBake(deps: JudgeDeps, rollout: Rollout): Promise<void> {
  const inputs = await inputsOf(deps, rollout);
  const outcome = advanceBake.decide(inputs);
  if (outcome.to === 'stay') return;
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

async function inputsOf(deps: JudgeDeps, rollout: Rollout): Promise<AdvanceBakeInputs> {
  const { data, state, service, environment } = rollout;
  const now = deps.clock();
  const heldFor = state.kind === 'Held' ? state.reason : null;
  const promoted = millis(data.times.promoted ?? data.enteredAt);
  const [intervals, measured, seen, { killSwitch }] = await Promise.all([
    heldFor === null || heldFor === 'NO_DATA' ? sinceThen(deps, rollout, { promoted, now }) : [],
    splitOf(deps, rollout, { promoted, now }),
    seenWeight(deps, rollout),
    readAutonomy(deps, { service, environment, action: 'deploy' }),
  ]);
  const planned = millis(data.enteredAt) + (data.plan.bakeSeconds / deps.factor) * 1000;
  // It does not end before the last minutes of the split have closed, however short the plan wants it.
  const closed = promoted + (measured?.delaySeconds ?? 0) * 1000;
  return {
    intervals,
    before: data.before,
    settings: { alpha: data.settings.alpha, rBad: data.settings.rBad, choice: data.bakeChoice },
    endsAt: isoTime(Math.max(planned, closed)),
    now: isoTime(now),
    held: state.kind === 'Held',
    wanted: data.plan.bakeSeconds > 0,
    irreversible: data.irreversible,
    split: measured === undefined ? null : splitInputs(deps, rollout, measured, promoted),
    ...{ heldFor, killSwitch: killSwitch.on, waived: data.waived },
    ...(seen !== undefined && { seenWeight: seen }),
    ...otherPlanOf(data.plan),
  };
}

type Times = { readonly promoted: number; readonly now: number };

/** All of the traffic since the promotion, but for what was still on its way from the version before. */
async function sinceThen(
  deps: JudgeDeps,
  rollout: Rollout,
  { promoted, now }: Times,
): Promise<AdvanceBakeInputs['intervals']> {
  const from = promoted + deps.timings.interval * 1000;
  if (now <= from) return [];
  const window = { from: isoTime(from), to: isoTime(now), thresholds: [] };
  const counts = await deps.metrics.total(targetOf(rollout), window);
  if (counts === undefined) return [];
  return [{ at: window.from, canary: { requests: counts.n, failures: counts.errors, slower: {} } }];
}

/**
 * The intervals that were over at the promotion, as they are now; undefined when the provider does not answer. The one in
 * which the traffic was moved is left out: the version before served its beginning and the canary its end, so that whatever
 * else happened in it would be counted against the canary.
 */
async function splitOf(
  deps: JudgeDeps,
  rollout: Rollout,
  { promoted, now }: Times,
): Promise<Measured | undefined> {
  const from = rollout.data.times.started ?? isoTime(promoted);
  return readMeasured(deps, rollout, { from, to: isoTime(Math.min(now, promoted)) });
}

function splitInputs(deps: JudgeDeps, { data }: Rollout, measured: Measured, promoted: number): Split {
  return {
    ...measured,
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
    data: { ...(condemned !== undefined && condemnation(condemned)), ...degradation(outcome) },
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
  return [
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
