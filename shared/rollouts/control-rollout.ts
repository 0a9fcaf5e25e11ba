import { readPeople, UNMAPPED } from '../approvals/index.ts';
import { type Actor, decide, Fault, isFault, isoTime, reasonCode } from '../kernel/index.ts';
import type { RolloutState, Verb } from './contract.ts';
import type { RolloutDeps } from './ports.ts';
import { loadRollout, type Rollout, restarted, rolloutOf, stageIndex } from './rollout.ts';
import {
  type ControlInputs,
  controlRollout,
  eventOfVerb,
  type Refusal,
  refuseRolloutEvent,
} from './rules/record-step.ts';
import { takeStep, wakeLeft, wakeRollout } from './take-step.ts';

export type ControlInput = {
  readonly rolloutId: string;
  readonly verb: Verb;
  readonly reason: string;
  /** The mapped person; an identity that maps to nobody may not act. */
  readonly person: string | undefined;
  readonly via: Actor['via'];
};

/**
 * A person pauses, resumes, promotes or aborts a rollout. Asking again for what has been done is success, and wakes the
 * workflow again. Throws Fault: Forbidden (unmapped identity, four eyes), NotFound, Conflict (in no such state, or
 * somebody was first).
 */
export async function controlRolloutBy(deps: RolloutDeps, input: ControlInput): Promise<Rollout> {
  if (input.person === undefined)
    throw new Fault('Forbidden', 'this identity is mapped to no person and may not act');
  const rollout = await loadRollout(deps.store, input.rolloutId);
  const { state, data } = rollout;
  if (isDone(rollout, input.verb)) {
    await wakeLeft(deps, rollout);
    return rollout;
  }
  const actor: Actor = { type: 'person', id: input.person, via: input.via };
  const { verb, person, reason } = input;
  const inputs: ControlInputs = {
    ...{ state: state.kind, verb, person, reason },
    ...{ condemned: data.condemned !== undefined, weight: data.weight },
    ...(await eyesOf(deps, data.notBy, person)),
  };
  const outcome = controlRollout.decide(inputs);
  if (!outcome.allowed) return refuse(deps, rollout, { verb, actor, because: outcome.because });
  const moved = await takeStep(deps, rollout, {
    key: `control/${person}/${verb}/${rollout.rev}`,
    rule: controlRollout,
    inputs,
    actor,
    move: () => ({
      event: outcome.event,
      state: stateAfter(rollout, verb),
      reasons: [{ code: reasonCode(outcome.event), text: reason }],
      ...(verb === 'resume' && restarted(stageIndex(rollout), isoTime(deps.clock()))),
    }),
  });
  await wakeRollout(deps, rollout.id, state.kind);
  return moved;
}

/** Who may not promote it, as who-is-who says now: a login that was mapped since counts as its person. */
async function eyesOf(
  { store }: RolloutDeps,
  notBy: readonly string[],
  person: string,
): Promise<Pick<ControlInputs, 'notBy' | 'loginKnown'>> {
  const { people } = await readPeople(store);
  const logins = (known: (typeof people)[number]) =>
    known.identities.filter(({ via }) => via === 'github').map(({ id }) => `${UNMAPPED}${id}`.toLowerCase());
  return {
    notBy: notBy.map(
      (who) => people.find((known) => logins(known).includes(who.toLowerCase()))?.person ?? who,
    ),
    loginKnown: people.some((known) => known.person === person && logins(known).length > 0),
  };
}

/**
 * Ends a rollout that was opened and never started, whose deployment has ended meanwhile: the workflow, started now, finds
 * it going back. False when there is none, or when it has moved.
 */
export async function withdrawRollout(deps: RolloutDeps, id: string): Promise<boolean> {
  const head = await deps.store.head({ kind: 'rollout', id });
  const rollout = head === undefined ? undefined : rolloutOf(head);
  if (rollout?.state.kind === 'RollingBack') return true;
  if (rollout?.state.kind !== 'Planned') return false;
  const reason = 'its deployment was ended before it was started';
  const inputs: ControlInputs = {
    ...{ state: rollout.state.kind, verb: 'abort', person: 'govern-deployment', reason },
    ...{ notBy: [], loginKnown: true, condemned: false, weight: rollout.data.weight },
  };
  await takeStep(deps, rollout, {
    key: `withdraw/${rollout.rev}`,
    rule: controlRollout,
    inputs,
    move: () => ({
      event: 'AbortRequested',
      state: { kind: 'RollingBack', reason: 'ABORTED_BY_PERSON' },
      reasons: [{ code: 'ABORT_REQUESTED', text: reason }],
    }),
  });
  return true;
}

/** The state that this verb leads to is there already. */
function isDone({ state }: Rollout, verb: Verb): boolean {
  if (verb === 'abort') return state.kind === 'RollingBack' && state.reason === 'ABORTED_BY_PERSON';
  return verb === 'pause' && state.kind === 'Paused';
}

function stateAfter(rollout: Rollout, verb: Verb): RolloutState {
  const last = rollout.data.plan.stages.length - 1;
  switch (verb) {
    case 'pause':
      return { kind: 'Paused', stage: stageIndex(rollout) };
    case 'resume':
      return { kind: 'AtStage', stage: stageIndex(rollout) };
    case 'promote':
      return { kind: 'Shifting', stage: last };
    case 'abort':
      return { kind: 'RollingBack', reason: 'ABORTED_BY_PERSON' };
  }
}

type Refused = { readonly verb: Verb; readonly actor: Actor; readonly because: Refusal };

/** A decision from the state to itself, once for each person, verb and state; then the Fault that says so. */
async function refuse(deps: RolloutDeps, rollout: Rollout, refusal: Refused): Promise<never> {
  const { id, state, data } = rollout;
  const { verb, actor, because } = refusal;
  const said = `${actor.id}/${verb}/${state.kind}`;
  if (!data.refused?.includes(said)) await recordRefusal(deps, rollout, refusal, said);
  if (because === 'FOUR_EYES')
    throw new Fault(
      'Forbidden',
      `${actor.id} asked for this change or wrote it, or nobody can say that they did not, and may not ${verb} it`,
    );
  if (because === 'CONDEMNED')
    throw new Fault('Conflict', `the judge has condemned rollout ${id}: it cannot be promoted`);
  throw new Fault('Conflict', `rollout ${id} is ${state.kind}: ${verb} is not possible there`);
}

async function recordRefusal(
  deps: RolloutDeps,
  rollout: Rollout,
  refusal: Refused,
  said: string,
): Promise<void> {
  const { id, rev, state, data, service, environment, correlationId, createdAt } = rollout;
  const event = eventOfVerb(refusal.verb);
  try {
    await decide(deps, {
      subject: { kind: 'rollout', id },
      expectedRev: rev,
      key: `refused/${said}`,
      ...{ correlationId, service, environment, createdAt, actor: refusal.actor, from: state.kind },
      rule: refuseRolloutEvent,
      inputs: { state: state.kind, event },
      step: (outcome) => ({
        event,
        events: [{ type: 'EventRefused', data: { event: outcome.refused } }],
        reasons: [{ code: 'REFUSED', text: `${refusal.verb} is refused: ${refusal.because}` }],
        state,
        data: { ...data, refused: [...(data.refused ?? []), said] },
      }),
    });
  } catch (thrown) {
    // The workflow moved it meanwhile: the refusal is said all the same.
    if (!isFault(thrown, 'Conflict')) throw thrown;
  }
}
