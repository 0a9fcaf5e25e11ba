import {
  type Actor,
  type DomainEvent,
  decide,
  type Effect,
  Fault,
  isoTime,
  millis,
  type Reason,
  type Rule,
} from '../kernel/index.ts';
import { type AccompanyingEvent, METRICS, type RolloutEvent, type RolloutState } from './contract.ts';
import type { RolloutDeps, TaskResult } from './ports.ts';
import { approvalIdOf, closingOf, settleApproval } from './read-approval.ts';
import { isOpen, type Rollout, type RolloutData, rolloutOf, staleAt, stateDeadline } from './rollout.ts';
import { EXPOSED, isAllowed, isOpenState } from './transitions.ts';

const WORKFLOW_ACTOR: Actor = { type: 'rule', id: 'roll-out-canary', via: 'workflow' };

/** Where a step leads, as a use case reads it out of a rule's outcome. */
export type Move = {
  readonly event: RolloutEvent;
  readonly state: RolloutState;
  readonly reasons: readonly Reason[];
  readonly also?: readonly (DomainEvent & { readonly type: AccompanyingEvent })[];
  readonly data?: Partial<RolloutData>;
  readonly times?: Partial<RolloutData['times']>;
  readonly effects?: readonly Effect[];
};

export type StepDraft<Inputs, Outcome> = {
  readonly key: string;
  readonly rule: Rule<Inputs, Outcome>;
  readonly inputs: Inputs;
  readonly move: (outcome: Outcome) => Move;
  readonly actor?: Actor;
};

/**
 * Takes one step of a rollout through decide(): checks the pair against the transition table and sets the new state's
 * deadline. Throws Fault('Conflict') when the rollout moved meanwhile.
 */
export async function takeStep<I, O>(
  deps: RolloutDeps,
  rollout: Rollout,
  draft: StepDraft<I, O>,
): Promise<Rollout> {
  const now = deps.clock();
  const { id, rev, correlationId, service, environment, createdAt, state } = rollout;
  const move = draft.move(draft.rule.decide(draft.inputs));
  if (!isAllowed(state.kind, move.event, move.state.kind))
    throw new Fault('Conflict', `a rollout in ${state.kind} refuses ${move.event} to ${move.state.kind}`);
  const decided = await decide(deps, {
    subject: { kind: 'rollout', id },
    expectedRev: rev,
    key: draft.key,
    ...{ correlationId, causationId: rollout.data.deployment, service, environment, createdAt },
    actor: draft.actor ?? WORKFLOW_ACTOR,
    from: state.kind,
    rule: draft.rule,
    inputs: draft.inputs,
    effects: move.effects ?? [],
    step: (outcome) => {
      const made = draft.move(outcome);
      return {
        event: made.event,
        events: eventsOf(rollout, made, isoTime(now)),
        reasons: made.reasons,
        state: made.state,
        data: dataOf(deps, rollout, { ...made, rule: draft.rule.name }, now),
      };
    },
  });
  const after = rolloutOf(decided.head);
  await settleApproval(deps, after);
  if (!decided.repeated) measure(deps, after, move.event);
  return after;
}

function eventsOf(rollout: Rollout, move: Move, at: string): readonly DomainEvent[] {
  const data = Object.fromEntries(
    Object.entries(move.state).map(([name, value]) => [name === 'kind' ? 'state' : name, value]),
  );
  const ended = !isOpenState(move.state.kind);
  const asks = move.state.kind === 'Held' && move.event !== 'Paged';
  return [
    ...(move.also ?? []),
    { type: move.event, data },
    ...(asks ? [{ type: 'ApprovalRequested', data: { since: at } }] : []),
    ...(ended
      ? [
          {
            type: 'RolloutEnded',
            data: { ...data, times: { ...rollout.data.times, ...move.times, ended: at } },
          },
        ]
      : []),
  ];
}

type Made = Move & { readonly rule: string };

function dataOf(deps: RolloutDeps, rollout: Rollout, move: Made, now: number): RolloutData {
  const { deadlineAt: _deadline, pageAt: _page, ...kept } = rollout.data;
  if (move.event === 'Paged') return { ...kept, ...(_deadline !== undefined && { deadlineAt: _deadline }) };
  const { missing: _missing, ...lasting } = kept;
  const asked = approvalIdOf(rollout);
  const deadline = deadlineOf(deps, rollout, move.state, now);
  const ended = isOpenState(move.state.kind) ? {} : { ended: isoTime(now) };
  return {
    ...lasting,
    ...(asked !== undefined && { lastApproval: asked, approvalEnd: closingOf(move.rule) }),
    ...move.data,
    enteredAt: isoTime(now),
    ...(deadline !== undefined && { deadlineAt: isoTime(deadline) }),
    ...(move.state.kind === 'Held' && { pageAt: isoTime(now + deps.timings.approvalPage * 1000) }),
    times: { ...rollout.data.times, ...move.times, ...ended },
  };
}

/** Milliseconds since 1970; undefined for an end. What is held or paused again and again is too old at some time. */
function deadlineOf(
  { timings, factor }: RolloutDeps,
  rollout: Rollout,
  state: RolloutState,
  now: number,
): number | undefined {
  const seconds = stateDeadline(state, rollout.data.plan, timings, factor);
  if (seconds === undefined) return undefined;
  const waits = state.kind === 'Held' || state.kind === 'Paused';
  const latest = waits ? staleAt(rollout, timings, factor) : Number.POSITIVE_INFINITY;
  return Math.min(now + seconds * 1000, latest);
}

function measure(deps: RolloutDeps, rollout: Rollout, event: RolloutEvent): void {
  const { state, service, environment, data } = rollout;
  const place = { service, environment };
  if (event === 'Paged') deps.meter.count(METRICS.paged, place);
  // a page is said of the same hold
  else if (state.kind === 'Held') deps.meter.count(METRICS.held, { ...place, reason: state.reason });
  if (state.kind === 'Promoted') deps.meter.count(METRICS.promoted, place);
  if (state.kind === 'RolledBack') deps.meter.count(METRICS.rolledBack, place);
  const { verdict, zero } = data.times;
  if (state.kind === 'RolledBack' && verdict !== undefined && zero !== undefined)
    deps.meter.measure(METRICS.timeToZero, (millis(zero) - millis(verdict)) / 1000, place);
  if (!isOpenState(state.kind)) deps.meter.count(METRICS.ended, place);
}

/** The answer of a workflow task: where the rollout stands, whether its deadline or its page is due, how long to wait at most. */
export function standing(deps: RolloutDeps, rollout: Rollout): TaskResult {
  const now = deps.clock();
  const { deadlineAt, pageAt } = rollout.data;
  const until = deadlineAt === undefined ? now : millis(deadlineAt);
  const page = pageAt !== undefined && millis(pageAt) > now ? millis(pageAt) : Number.POSITIVE_INFINITY;
  return {
    state: rollout.state.kind,
    expired:
      isOpen(rollout) &&
      deadlineAt !== undefined &&
      (now >= until || (pageAt !== undefined && now >= millis(pageAt))),
    waitSeconds: Math.max(1, Math.ceil(((Math.min(until, page) - now) / 1000) * deps.factor)),
  };
}

/** As `standing`, of a step that was taken before: whoever took it may have died before its question was closed. */
export async function settled(deps: RolloutDeps, rollout: Rollout): Promise<TaskResult> {
  await settleApproval(deps, rollout);
  return standing(deps, rollout);
}

/** Ends the wait of a rollout's state, if its workflow has stored one. `state` is the one it left. */
export async function wakeRollout(
  deps: Pick<RolloutDeps, 'work' | 'workflow'>,
  id: string,
  state: string,
): Promise<void> {
  const wait = await deps.work.wait(id, state);
  if (wait !== undefined) await deps.workflow.wake(wait.token, { woken: true });
}

/**
 * Ends the waits of the states that a rollout has left: whoever took the step may have died before the workflow was woken.
 * To a token that nobody waits for any more it does nothing.
 */
export async function wakeLeft(
  deps: Pick<RolloutDeps, 'work' | 'workflow'>,
  { id, state }: Rollout,
): Promise<void> {
  for (const left of EXPOSED) if (left !== state.kind) await wakeRollout(deps, id, left);
}
