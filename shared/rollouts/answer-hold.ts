import type { Approval } from '../approvals/index.ts';
import { type Actor, isoTime, type Reason, reasonCode } from '../kernel/index.ts';
import { otherPlanText } from './advance-move.ts';
import type { RolloutState } from './contract.ts';
import type { RolloutDeps, TaskInput, TaskResult } from './ports.ts';
import { approvalFor } from './read-approval.ts';
import { isReached, loadRollout, type Rollout, restarted } from './rollout.ts';
import { type AskHoldAgainInputs, askHoldAgain } from './rules/ask-hold-again.ts';
import { otherPlanOf } from './rules/plan-rollout.ts';
import { type AnswerHoldInputs, type AnswerHoldOutcome, answerHold } from './rules/record-step.ts';
import { type Move, settled, standing, takeStep } from './take-step.ts';

/**
 * Acts on a person's answer to a hold; one that has not been answered stands as it is. A yes to an edited plan is one to the
 * plan that the question showed: where it was edited once more since, people are asked anew.
 */
export async function answerHoldOfRollout(deps: RolloutDeps, input: TaskInput): Promise<TaskResult> {
  const rollout = await loadRollout(deps.store, input.rolloutId);
  const { state, data } = rollout;
  const approval = await approvalFor(deps.store, rollout);
  const answer = approval?.data.answer;
  if (state.kind !== 'Held' || approval === undefined || answer === undefined) return settled(deps, rollout);
  const answered = approval.state;
  if (answered !== 'Approved' && answered !== 'Rejected') return standing(deps, rollout);
  const shown = shownPlan(rollout, approval);
  const asked = await askAgainIfMoved(deps, rollout, input.key, { approval, shown });
  if (asked !== undefined) return standing(deps, asked);
  const actor: Actor = { type: 'person', id: answer.person, via: answer.via };
  const inputs: AnswerHoldInputs = {
    ...{ reason: state.reason, answer: answered, person: answer.person },
    ...{ stage: state.stage, stages: data.plan.stages.length, weight: data.weight },
    ...{ reached: isReached(rollout), condemned: data.condemned !== undefined },
  };
  const at = isoTime(deps.clock());
  const move = (outcome: AnswerHoldOutcome) => moveOf(rollout, outcome, { text: answer.reason, at, shown });
  const moved = await takeStep(deps, rollout, { key: input.key, rule: answerHold, inputs, actor, move });
  return standing(deps, moved);
}

/** The digest of the plan that a question showed: that of the start where it named no other. */
function shownPlan({ data }: Rollout, approval: Approval): string {
  return String(approval.data.plan.facts.otherPlan ?? data.plan.digest);
}

/** Undefined where the answer stands: a no and a condemned canary lead back by any plan, and that of the start needs nobody's leave. */
async function askAgainIfMoved(
  deps: RolloutDeps,
  rollout: Rollout,
  key: string,
  { approval, shown }: { readonly approval: Approval; readonly shown: string },
): Promise<Rollout | undefined> {
  const { state, data } = rollout;
  const { otherPlan: now } = otherPlanOf(data.plan);
  if (state.kind !== 'Held' || state.reason !== 'PLAN_CHANGED') return undefined;
  if (approval.state !== 'Approved' || now === undefined || data.condemned !== undefined) return undefined;
  const person = approval.data.answer?.person ?? '';
  const inputs: AskHoldAgainInputs = { asked: shown, now, person, approval: approval.id };
  if (!askHoldAgain.decide(inputs).again) return undefined;
  const text = `the yes was to the plan with the digest ${shown.slice(0, 12)}, and ${otherPlanText(now)}`;
  const reasons = [{ code: 'PLAN_CHANGED', text }];
  const move = (): Move => ({ event: 'RolloutHeld', state, reasons });
  return takeStep(deps, rollout, { key, rule: askHoldAgain, inputs, move });
}

type Said = { readonly text: string; readonly at: string; readonly shown: string };

function moveOf(rollout: Rollout, outcome: AnswerHoldOutcome, { text, at, shown }: Said): Move {
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
      ...(waives && state.reason === 'PLAN_CHANGED' && { waivedPlan: shown }),
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
