import { isoTime, millis } from '../kernel/index.ts';
import { blockOf, condemnedBy } from './block-list.ts';
import type { JudgeDeps } from './ports.ts';
import type { Rollout } from './rollout.ts';
import { type AdvanceBakeInputs, type AdvanceBakeOutcome, advanceBake } from './rules/advance-bake.ts';
import { type Move, takeStep, wakeRollout } from './take-step.ts';
import { targetOf } from './target.ts';

/**
 * Looks at a promoted rollout that bakes, or that is held because its bake measured nothing: at its end, or once it is
 * worse than what was there before, it is a decision. There is nothing beside it any more, so it goes back by itself
 * only where the service chose so.
 */
export async function watchBake(deps: JudgeDeps, rollout: Rollout): Promise<void> {
  const inputs = await inputsOf(deps, rollout);
  const outcome = advanceBake.decide(inputs);
  if (outcome.to === 'stay') return;
  const listed =
    outcome.to !== 'RollingBack' ||
    (await condemnedBy(deps.store, rollout.service, rollout.data.revision)) !== undefined;
  await takeStep(deps, rollout, {
    key: `bake/${rollout.rev}/${inputs.now}`,
    rule: advanceBake,
    inputs,
    actor: { type: 'rule', id: 'judge-rollouts', via: 'schedule' },
    move: (decided) => moveOf(rollout, decided, { at: inputs.now, listed }),
  });
  await wakeRollout(deps, rollout.id, rollout.state.kind);
}

async function inputsOf(deps: JudgeDeps, rollout: Rollout): Promise<AdvanceBakeInputs> {
  const { data, state } = rollout;
  const now = deps.clock();
  // What is still on its way from the version before would be counted against the new one.
  const from = millis(data.times.promoted ?? data.enteredAt) + deps.timings.interval * 1000;
  const window = { from: isoTime(from), to: isoTime(now), thresholds: [] };
  const counts = now > from ? await deps.metrics.total(targetOf(rollout), window) : undefined;
  return {
    intervals:
      counts === undefined
        ? []
        : [{ at: window.from, canary: { requests: counts.n, failures: counts.errors, slower: {} } }],
    before: data.before,
    settings: { alpha: data.settings.alpha, rBad: data.settings.rBad, choice: data.bakeChoice },
    endsAt: isoTime(millis(data.enteredAt) + (data.plan.bakeSeconds / deps.factor) * 1000),
    now: isoTime(now),
    held: state.kind === 'Held',
    wanted: data.plan.bakeSeconds > 0,
    irreversible: data.irreversible,
  };
}

type Seen = { readonly at: string; readonly listed: boolean };

function moveOf(rollout: Rollout, { to, reason, bake }: AdvanceBakeOutcome, { at, listed }: Seen): Move {
  const { data, service } = rollout;
  const reasons = [
    ...bake.reasons.map((text) => ({ code: bake.verdict, text })),
    ...(bake.verdict === 'DEGRADED' ? [{ code: 'PROMISE', text: bake.promise }] : []),
  ];
  const event = bake.verdict === 'DEGRADED' ? 'BakeCondemned' : 'BakeEnded';
  switch (to) {
    case 'stay':
      throw new Error('a look that changes nothing is no decision');
    case 'Baking':
      return { event: 'HoldEnded', state: { kind: 'Baking' }, reasons };
    case 'Promoted':
      return { event, state: { kind: 'Promoted' }, reasons };
    case 'Held': {
      const held = { kind: 'Held', reason: reason ?? 'NO_DATA', stage: data.plan.stages.length - 1 } as const;
      return { event: reason === 'BAKE_DEGRADED' ? event : 'RolloutHeld', state: held, reasons };
    }
    case 'RollingBack':
      return {
        event,
        state: { kind: 'RollingBack', reason: 'BAKE_VERDICT' },
        reasons,
        times: { verdict: at },
        ...(!listed && {
          effects: [{ type: 'take-lock', lock: blockOf(service, data.revision), holder: rollout.id }],
        }),
      };
  }
}
