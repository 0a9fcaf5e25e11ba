import {
  type Actor,
  type Decided,
  type DomainEvent,
  decide,
  type Effect,
  Fault,
  isoTime,
  type Reason,
  type Rule,
} from '../kernel/index.ts';
import { type Attempt, type AttemptData, approvalIdOf, attemptOf, isOpen } from './attempt.ts';
import {
  type AccompanyingEvent,
  END_STATES,
  METRICS,
  type RollbackEvent,
  type RollbackState,
} from './contract.ts';
import { isExpired, stateDeadline, waitSeconds } from './deadlines.ts';
import type { RollbackDeps, TaskResult } from './ports.ts';
import { settleApproval } from './settle-approval.ts';
import { isAllowed } from './transitions.ts';

const WORKFLOW_ACTOR: Actor = { type: 'rule', id: 'roll-back-service', via: 'workflow' };
export const OPEN_ATTEMPTS_COUNTER = 'QUOTA#rollbacks#open';

/** Where a step leads, as a use case reads it out of a rule's outcome. */
export type Move = {
  readonly event: RollbackEvent;
  readonly state: RollbackState;
  readonly reasons: readonly Reason[];
  readonly also?: readonly (DomainEvent & { readonly type: AccompanyingEvent })[];
  readonly data?: Partial<AttemptData>;
  readonly times?: Partial<AttemptData['times']>;
  /** Quotas that the step counts. */
  readonly effects?: readonly Effect[];
};

export type StepDraft<Inputs, Outcome> = {
  readonly key: string;
  readonly rule: Rule<Inputs, Outcome>;
  readonly inputs: Inputs;
  readonly move: (outcome: Outcome) => Move;
  readonly actor?: Actor;
};

/** The slot of a service in an environment: held by its one open attempt. */
export function slotOf(service: string, environment: string): string {
  return `SLOT#${service}#${environment}`;
}

/**
 * Takes one step of an attempt through decide(): checks the pair against the transition table, sets the new state's
 * deadline, and releases slot and quota at an end. Throws Fault('Conflict') when the attempt moved meanwhile.
 */
export async function takeStep<I, O>(
  deps: RollbackDeps,
  attempt: Attempt,
  draft: StepDraft<I, O>,
): Promise<Attempt> {
  const now = deps.clock();
  const move = draft.move(draft.rule.decide(draft.inputs));
  if (!isAllowed(attempt.state.kind, move.event, move.state.kind)) {
    throw new Fault(
      'Conflict',
      `a rollback in ${attempt.state.kind} refuses ${move.event} to ${move.state.kind}`,
    );
  }
  const decided = await decide(deps, {
    subject: { kind: 'rollback', id: attempt.id },
    expectedRev: attempt.rev,
    key: draft.key,
    correlationId: attempt.correlationId,
    service: attempt.service,
    environment: attempt.environment,
    createdAt: attempt.createdAt,
    actor: draft.actor ?? WORKFLOW_ACTOR,
    from: attempt.state.kind,
    rule: draft.rule,
    inputs: draft.inputs,
    effects: [...effectsOf(attempt, move), ...(move.effects ?? [])],
    step: (outcome) => {
      const made = draft.move(outcome);
      return {
        event: made.event,
        events: eventsOf(attempt, made, isoTime(now)),
        reasons: made.reasons,
        state: made.state,
        data: dataOf(deps, attempt, made, now),
      };
    },
  });
  return finish(deps, attempt, decided);
}

async function finish<O>(deps: RollbackDeps, before: Attempt, decided: Decided<O>): Promise<Attempt> {
  const after = attemptOf(decided.head);
  await settleApproval(deps, after);
  if (decided.repeated) return after;
  if (isOpen(before) && !isOpen(after))
    deps.meter.count(METRICS.ended, { service: before.service, environment: before.environment });
  return after;
}

function isEnd(state: RollbackState): boolean {
  return END_STATES.some((end) => end === state.kind);
}

function keepsSlot(state: RollbackState): boolean {
  return state.kind === 'Aborted' && state.reason === 'SECURITY';
}

function effectsOf(attempt: Attempt, move: Move): readonly Effect[] {
  const holder = attempt.id;
  const lock = slotOf(attempt.service, attempt.environment);
  if (isEnd(attempt.state)) return move.data?.slotReleased ? [{ type: 'release-lock', lock, holder }] : [];
  if (!isEnd(move.state)) return [];
  const uncount: Effect = { type: 'count', counter: OPEN_ATTEMPTS_COUNTER, by: -1 };
  return keepsSlot(move.state) ? [uncount] : [uncount, { type: 'release-lock', lock, holder }];
}

function eventsOf(attempt: Attempt, move: Move, at: string): readonly DomainEvent[] {
  const reason = 'reason' in move.state ? { reason: move.state.reason } : {};
  const main: DomainEvent = { type: move.event, data: { state: move.state.kind, ...reason } };
  const escalated = move.state.kind === 'AwaitingHumanReview' && attempt.state.kind !== 'AwaitingHumanReview';
  return [
    ...(move.also ?? []),
    main,
    ...(escalated ? [{ type: 'EscalationRaised', data: reason }] : []),
    ...(asksForApproval(attempt, move) ? [{ type: 'ApprovalRequested', data: { since: at } }] : []),
    ...(leavesMergeToPerson(attempt, move) ? [{ type: 'HumanMergeAwaited', data: { since: at } }] : []),
    ...(isEnd(move.state) && !isEnd(attempt.state)
      ? [
          {
            type: 'RollbackEnded',
            data: { state: move.state.kind, ...reason, times: { ...attempt.data.times, ...move.times } },
          },
        ]
      : []),
  ];
}

/** A merge that a person must approve first is awaited from now on. */
function asksForApproval(attempt: Attempt, { event, state, data }: Move): boolean {
  if (state.kind !== 'AwaitingMerge') return false;
  const enters = attempt.state.kind !== 'AwaitingMerge' || event === 'AutonomyLowered';
  return enters && (data?.mode ?? attempt.data.mode) === 'approve' && data?.approval === undefined;
}

/** The pull request is ready, and in mode suggest nothing but a person merges it. */
function leavesMergeToPerson({ state, data }: Attempt, move: Move): boolean {
  const enters = move.state.kind === 'AwaitingMerge' && state.kind !== 'AwaitingMerge';
  return enters && (move.data?.mode ?? data.mode) === 'suggest';
}

/** Events that record something and leave the state, its deadline and its approval as they are. */
const STAYING: readonly RollbackEvent[] = [
  'Paged',
  'HeadMoved',
  'MergeStarted',
  'MergeHeld',
  'MergePostponed',
  'CheckpointAwaited',
  'MergeQueued',
];

function dataOf(deps: RollbackDeps, attempt: Attempt, move: Move, now: number): AttemptData {
  if (STAYING.includes(move.event)) {
    const { pageAt: _paged, ...same } = attempt.data;
    // of these only a moved head leaves the page due: a person must still look
    return { ...(move.event === 'HeadMoved' ? attempt.data : same), ...move.data };
  }
  const { deadlineAt: _old, pageAt: _page, approval: _approval, said: _said, ...kept } = attempt.data;
  const asked = approvalIdOf(attempt);
  const merged: AttemptData = { ...kept, ...(asked !== undefined && { lastApproval: asked }), ...move.data };
  const asks = move.state.kind === 'AwaitingHumanReview' || asksForApproval(attempt, move);
  const deadline = stateDeadline(move.state, merged.mode, deps.timings);
  const ended = isEnd(move.state) && attempt.data.times.ended === undefined ? { ended: isoTime(now) } : {};
  return {
    ...merged,
    enteredAt: isoTime(now),
    ...(deadline !== undefined && { deadlineAt: isoTime(now + deadline * 1000) }),
    ...(asks && { pageAt: isoTime(now + deps.timings.approvalPage * 1000) }),
    slotReleased: merged.slotReleased || (isEnd(move.state) && !keepsSlot(move.state)),
    times: { ...attempt.data.times, ...move.times, ...ended },
  };
}

/** The answer of a workflow task: where the attempt stands, whether its deadline has passed, how long to wait at most. */
export function standing(deps: RollbackDeps, attempt: Attempt): TaskResult {
  const now = deps.clock();
  return {
    state: attempt.state.kind,
    expired: isExpired(attempt, now, deps.factor),
    waitSeconds: waitSeconds(attempt, now, deps.factor),
  };
}
