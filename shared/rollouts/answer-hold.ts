import { type Actor, isoTime, type Reason, reasonCode } from '../kernel/index.ts';
import type { RolloutState } from './contract.ts';
import type { RolloutDeps, TaskInput, TaskResult } from './ports.ts';
import { approvalFor } from './read-approval.ts';
import { isReached, loadRollout, type Rollout, restarted } from './rollout.ts';
import { type AnswerHoldInputs, type AnswerHoldOutcome, answerHold } from './rules/record-step.ts';
import { type Move, settled, standing, takeStep } from './take-step.ts';

/** Acts on a person's answer to a hold; one that has not been answered stands as it is. */
export async function answerHoldOfRollout(deps: RolloutDeps, input: TaskInput): Promise<TaskResult> {
  const rollout = await loadRollout(deps.store, input.rolloutId);
  const { state, data } = rollout;
  const approval = await approvalFor(deps.store, rollout);
  const answer = approval?.data.answer;
  const answered = approval?.state;
  if (state.kind !== 'Held' || answer === undefined) return settled(deps, rollout);
  if (answered !== 'Approved' && answered !== 'Rejected') return standing(deps, rollout);
  const actor: Actor = { type: 'person', id: answer.person, via: answer.via };
  const inputs: AnswerHoldInputs = {
    ...{ reason: state.reason, answer: answered, person: answer.person },
    ...{ stage: state.stage, stages: data.plan.stages.length, weight: data.weight },
    ...{ reached: isReached(rollout), condemned: data.condemned !== undefined },
  };
  const at = isoTime(deps.clock());
  const move = (outcome: AnswerHoldOutcome) => moveOf(rollout, outcome, { text: answer.reason, at });
  const moved = await takeStep(deps, rollout, { key: input.key, rule: answerHold, inputs, actor, move });
  return standing(deps, moved);
}

type Said = { readonly text: string; readonly at: string };

function moveOf(rollout: Rollout, outcome: AnswerHoldOutcome, { text, at }: Said): Move {
  const { state, data } = rollout;
  // What was let pass after the promotion is not asked about again at the next look.
  const lets = outcome.to === 'Baking' || ('waives' in outcome && outcome.waives);
  const waives = lets && state.kind === 'Held';
  const reasons: readonly Reason[] = [{ code: reasonCode(outcome.event), text }];
  return {
    event: outcome.event,
    state: stateOf(outcome),
    reasons,
    data: {
      ...(waives && { waived: [...data.waived, state.reason] }),
      ...(outcome.to === 'AtStage' && restarted(outcome.stage, at).data),
    },
  };
}

function stateOf(outcome: AnswerHoldOutcome): RolloutState {
  switch (outcome.to) {
    case 'Shifting':
    case 'AtStage':
      return { kind: outcome.to, stage: outcome.stage };
    case 'Baking':
    case 'Promoted':
      return { kind: outcome.to };
    case 'RollingBack':
      return { kind: 'RollingBack', reason: outcome.reason };
    case 'Aborted':
      return { kind: 'Aborted', reason: 'FROZEN' };
  }
}
