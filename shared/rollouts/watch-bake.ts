import { isoTime, millis } from '../kernel/index.ts';
import type { JudgeDeps } from './ports.ts';
import type { Rollout } from './rollout.ts';
import { type AdvanceBakeInputs, type AdvanceBakeOutcome, advanceBake } from './rules/advance-bake.ts';
import { type Move, takeStep, wakeRollout } from './take-step.ts';
import { targetOf } from './target.ts';

/**
 * Looks at a promoted rollout that bakes: at its end, or once it is worse than what was there before, it is a decision.
 * There is nothing beside it any more, so it goes back by itself only where the service chose so.
 */
export async function watchBake(deps: JudgeDeps, rollout: Rollout): Promise<void> {
  const { data } = rollout;
  const now = deps.clock();
  // What is still on its way from the version before would be counted against the new one.
  const from = millis(data.times.promoted ?? data.enteredAt) + deps.timings.interval * 1000;
  const window = { from: isoTime(from), to: isoTime(now), thresholds: [] };
  const counts = now > from ? await deps.metrics.total(targetOf(rollout), window) : undefined;
  const inputs: AdvanceBakeInputs = {
    intervals:
      counts === undefined
        ? []
        : [{ at: window.from, canary: { requests: counts.n, failures: counts.errors, slower: {} } }],
    before: data.before,
    settings: { alpha: data.settings.alpha, rBad: data.settings.rBad, choice: data.bakeChoice },
    endsAt: isoTime(millis(data.enteredAt) + (data.plan.bakeSeconds / deps.factor) * 1000),
    now: isoTime(now),
  };
  if (advanceBake.decide(inputs).to === 'Baking') return;
  await takeStep(deps, rollout, {
    key: `bake/${rollout.rev}/${inputs.now}`,
    rule: advanceBake,
    inputs,
    actor: { type: 'rule', id: 'judge-rollouts', via: 'schedule' },
    move: (outcome) => moveOf(rollout, outcome),
  });
  await wakeRollout(deps, rollout.id, rollout.state.kind);
}

function moveOf({ data }: Rollout, { to, bake }: AdvanceBakeOutcome): Move {
  const reasons = [
    ...bake.reasons.map((text) => ({ code: bake.verdict, text })),
    ...(bake.verdict === 'DEGRADED' ? [{ code: 'PROMISE', text: bake.promise }] : []),
  ];
  const event = bake.verdict === 'DEGRADED' ? 'BakeCondemned' : 'BakeEnded';
  switch (to) {
    case 'Baking':
      throw new Error('a look that changes nothing is no decision');
    case 'Promoted':
      return { event, state: { kind: 'Promoted' }, reasons };
    case 'Held':
      return {
        event,
        state: { kind: 'Held', reason: 'BAKE_DEGRADED', stage: data.plan.stages.length - 1 },
        reasons,
      };
    case 'RollingBack':
      return { event, state: { kind: 'RollingBack', reason: 'BAKE_VERDICT' }, reasons };
  }
}
