import { failureText, isoTime } from '../kernel/index.ts';
import { answerHoldOfRollout } from './answer-hold.ts';
import type { RolloutDeps, TaskInput, TaskResult } from './ports.ts';
import { approvalFor, isAnswered } from './read-approval.ts';
import { loadRollout, type Rollout, stageIndex, staleAt } from './rollout.ts';
import {
  closeUnstarted,
  type ExpireInputs,
  type ExpireOutcome,
  expireRollout,
  handOverRollout,
} from './rules/record-step.ts';
import { type Move, settled, standing, takeStep } from './take-step.ts';

/** Records the end of a state whose deadline has passed, or pages whoever is on call. */
export async function expireRolloutAtDeadline(deps: RolloutDeps, input: TaskInput): Promise<TaskResult> {
  const rollout = await loadRollout(deps.store, input.rolloutId);
  const { state, data } = rollout;
  if (data.deadlineAt === undefined) return settled(deps, rollout);
  // An answer that came in the last moment counts.
  if (isAnswered(await approvalFor(deps.store, rollout))) return answerHoldOfRollout(deps, input);
  const inputs: ExpireInputs = {
    state: state.kind,
    holdReason: state.kind === 'Held' ? state.reason : null,
    deadlineAt: data.deadlineAt,
    now: isoTime(deps.clock()),
    staleAt: isoTime(staleAt(rollout, deps.timings, deps.factor)),
    pageAt: data.pageAt ?? null,
    freezes: data.irreversible && data.weight > 0,
  };
  if (expireRollout.decide(inputs).event === 'none') return standing(deps, rollout);
  const move = (outcome: ExpireOutcome) => moveOf(rollout, outcome);
  return standing(deps, await takeStep(deps, rollout, { key: input.key, rule: expireRollout, inputs, move }));
}

function moveOf(rollout: Rollout, outcome: ExpireOutcome): Move {
  const text = `the deadline of ${rollout.state.kind} has passed`;
  const stage = stageIndex(rollout);
  switch (outcome.event) {
    case 'none':
      throw new Error('a deadline that has not passed ends nothing');
    case 'Paged':
      return {
        event: 'Paged',
        state: rollout.state,
        reasons: [{ code: 'PAGED', text: 'nobody has answered: whoever is on call is paged' }],
      };
    case 'RolloutHeld':
      return {
        event: 'RolloutHeld',
        state: { kind: 'Held', reason: outcome.reason, stage },
        reasons: [{ code: outcome.reason, text }],
      };
    case 'HoldTimedOut':
    case 'Stale':
      return {
        event: outcome.event,
        state: { kind: 'RollingBack', reason: outcome.reason },
        reasons: [{ code: outcome.reason, text: `${text}: the canary goes back` }],
      };
    case 'RolloutFrozen':
      return {
        event: 'RolloutFrozen',
        state: { kind: 'Aborted', reason: 'FROZEN' },
        reasons: [{ code: 'FROZEN', text: `${text}: the traffic stays where it is` }],
      };
    case 'HandedOver':
      return {
        event: 'HandedOver',
        state: rollout.state,
        reasons: [
          { code: 'NOT_BACK_YET', text: 'the traffic could not be moved back in time: it is tried again' },
        ],
      };
  }
}

export type HandOverInput = TaskInput & {
  readonly failure: string | null;
  /** What the failed task said, as the workflow has it; of a failure before, where there is none now. */
  readonly cause?: string | null | undefined;
};

/** An error the flow does not expect: the rollout holds for a person, with the error's name; one that goes back goes on. */
export async function handOverRolloutToPerson(deps: RolloutDeps, input: HandOverInput): Promise<TaskResult> {
  const rollout = await loadRollout(deps.store, input.rolloutId);
  const { state } = rollout;
  const ended = rollout.data.deadlineAt === undefined;
  // What goes back goes on going back, whatever fails.
  if (ended || state.kind === 'Held' || state.kind === 'RollingBack') return settled(deps, rollout);
  const message = input.failure === null ? null : failureText(input.cause);
  const failure = input.failure ?? 'UnknownState';
  const inputs = { state: state.kind, failure, ...(message !== null && { message }) };
  const text = `${state.kind} failed with ${failure}${message === null ? '' : `: ${message}`}`;
  const moved = await takeStep(deps, rollout, {
    key: input.key,
    rule: handOverRollout,
    inputs,
    move: ({ to }) => ({
      event: 'HandedOver',
      state: { kind: to, reason: 'UNEXPECTED', stage: stageIndex(rollout) },
      reasons: [{ code: 'UNEXPECTED', text }],
    }),
  });
  return standing(deps, moved);
}

/**
 * Closes a rollout that never had traffic and is long past its deadline, planned or already called off: no workflow takes
 * care of it (a living one sets the deadline anew), and nothing has moved.
 */
export async function closeUnstartedRollout(deps: RolloutDeps, rollout: Rollout): Promise<void> {
  const { deadlineAt, times } = rollout.data;
  if (times.started !== undefined || deadlineAt === undefined) return;
  const graceSeconds = deps.timings.shiftDeadline * 2;
  const inputs = { deadlineAt, now: isoTime(deps.clock()), graceSeconds };
  if (!closeUnstarted.decide(inputs).close) return;
  await takeStep(deps, rollout, {
    key: `unstarted/${rollout.rev}`,
    rule: closeUnstarted,
    inputs,
    move: () => ({
      event: 'Stale',
      state: { kind: 'Aborted', reason: 'STALE' },
      reasons: [{ code: 'STALE', text: 'its workflow was never started, and nothing has moved' }],
    }),
  });
}
