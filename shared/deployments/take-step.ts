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
import { type AccompanyingEvent, type DeploymentEvent, type DeploymentState, METRICS } from './contract.ts';
import { type Deployment, type DeploymentData, deploymentOf, isOpen, stateDeadline } from './deployment.ts';
import type { DeploymentDeps, TaskResult } from './ports.ts';
import { approvalIdOf, settleApproval } from './read-approval.ts';
import { isAllowed, isOpenState } from './transitions.ts';

const WORKFLOW_ACTOR: Actor = { type: 'rule', id: 'govern-deployment', via: 'workflow' };

/** Where a step leads, as a use case reads it out of a rule's outcome. */
export type Move = {
  readonly event: DeploymentEvent;
  readonly state: DeploymentState;
  readonly reasons: readonly Reason[];
  readonly also?: readonly (DomainEvent & { readonly type: AccompanyingEvent })[];
  readonly data?: Partial<DeploymentData>;
  readonly times?: Partial<DeploymentData['times']>;
};

export type StepDraft<Inputs, Outcome> = {
  readonly key: string;
  readonly rule: Rule<Inputs, Outcome>;
  readonly inputs: Inputs;
  readonly move: (outcome: Outcome) => Move;
  readonly actor?: Actor;
};

/** One change at a time in a service and environment: the slot that rollbacks hold as well. */
export function slotOf(service: string, environment: string): string {
  return `SLOT#${service}#${environment}`;
}

/**
 * Takes one step of a deployment through decide(): checks the pair against the transition table, sets the new state's
 * deadline, and releases the slot at an end. Throws Fault('Conflict') when the deployment moved meanwhile.
 */
export async function takeStep<I, O>(
  deps: DeploymentDeps,
  deployment: Deployment,
  draft: StepDraft<I, O>,
): Promise<Deployment> {
  const now = deps.clock();
  const { id, rev, correlationId, service, environment, createdAt, state } = deployment;
  const move = draft.move(draft.rule.decide(draft.inputs));
  if (!isAllowed(state.kind, move.event, move.state.kind))
    throw new Fault('Conflict', `a deployment in ${state.kind} refuses ${move.event} to ${move.state.kind}`);
  const ends = !isOpenState(move.state.kind);
  const effects: readonly Effect[] = ends
    ? [{ type: 'release-lock', lock: slotOf(service, environment), holder: id }]
    : [];
  const decided = await decide(deps, {
    subject: { kind: 'deployment', id },
    expectedRev: rev,
    key: draft.key,
    ...{ correlationId, service, environment, createdAt },
    actor: draft.actor ?? WORKFLOW_ACTOR,
    from: state.kind,
    rule: draft.rule,
    inputs: draft.inputs,
    effects,
    step: (outcome) => {
      const made = draft.move(outcome);
      return {
        event: made.event,
        events: eventsOf(deployment, made, isoTime(now)),
        reasons: made.reasons,
        state: made.state,
        data: dataOf(deps, deployment, made, now),
      };
    },
  });
  const after = deploymentOf(decided.head);
  await settleApproval(deps, after);
  if (!decided.repeated && move.event === 'Paged') deps.meter.count(METRICS.paged, { service, environment });
  if (!decided.repeated && ends) measure(deps, after);
  return after;
}

function eventsOf(deployment: Deployment, move: Move, at: string): readonly DomainEvent[] {
  const { kind: to, ...more } = move.state;
  const data = { state: to, ...more };
  const asks = to === 'AwaitingApproval' && move.event !== 'Paged';
  const escalates = to === 'AwaitingHumanReview' && deployment.state.kind !== 'AwaitingHumanReview';
  const times = { ...deployment.data.times, ...move.times, ended: at };
  return [
    ...(move.also ?? []),
    { type: move.event, data },
    ...(asks ? [{ type: 'ApprovalRequested', data: { since: at } }] : []),
    ...(escalates ? [{ type: 'EscalationRaised', data: more }] : []),
    ...(isOpenState(to) ? [] : [{ type: 'DeploymentEnded', data: { ...data, times } }]),
  ];
}

function dataOf(deps: DeploymentDeps, deployment: Deployment, move: Move, now: number): DeploymentData {
  const { deadlineAt, pageAt: _page, ...kept } = deployment.data;
  if (move.event === 'Paged') return { ...kept, ...(deadlineAt !== undefined && { deadlineAt }) };
  const asked = approvalIdOf(deployment);
  const deadline = stateDeadline(move.state, deps.timings);
  const asks = move.state.kind === 'AwaitingApproval' || move.state.kind === 'AwaitingHumanReview';
  const ended = isOpenState(move.state.kind) ? {} : { ended: isoTime(now) };
  return {
    ...kept,
    ...(asked !== undefined && { lastApproval: asked }),
    ...move.data,
    enteredAt: isoTime(now),
    ...(deadline !== undefined && { deadlineAt: isoTime(now + deadline * 1000) }),
    ...(asks && { pageAt: isoTime(now + deps.timings.approvalPage * 1000) }),
    times: { ...deployment.data.times, ...move.times, ...ended },
  };
}

function measure(deps: DeploymentDeps, { state, service, environment }: Deployment): void {
  deps.meter.count(METRICS.ended, { service, environment, state: state.kind });
  if (state.kind === 'Blocked')
    deps.meter.count(METRICS.blocked, { service, environment, reason: state.reason });
}

/** The answer of a workflow task: where the deployment stands, whether its deadline or its page is due, how long to wait at most. */
export function standing(deps: DeploymentDeps, deployment: Deployment): TaskResult {
  const now = deps.clock();
  const { deadlineAt, pageAt } = deployment.data;
  const until = deadlineAt === undefined ? now : millis(deadlineAt);
  const page = pageAt !== undefined && millis(pageAt) > now ? millis(pageAt) : Number.POSITIVE_INFINITY;
  return {
    state: deployment.state.kind,
    expired:
      isOpen(deployment) &&
      deadlineAt !== undefined &&
      (now >= until || (pageAt !== undefined && now >= millis(pageAt))),
    waitSeconds: Math.max(1, Math.ceil(((Math.min(until, page) - now) / 1000) * deps.factor)),
  };
}

/** As `standing`, of a step that was taken before: whoever took it may have died before its question was closed. */
export async function settled(deps: DeploymentDeps, deployment: Deployment): Promise<TaskResult> {
  await settleApproval(deps, deployment);
  return standing(deps, deployment);
}

/** Ends the wait of a deployment's state, if its workflow has stored one. */
export async function wakeDeployment(
  deps: Pick<DeploymentDeps, 'work' | 'workflow'>,
  id: string,
  state: string,
): Promise<void> {
  const wait = await deps.work.wait(id, state);
  if (wait !== undefined) await deps.workflow.wake(wait.token, { woken: true });
}
