import { type Actor, decide, Fault, isFault, isoTime, newId } from '../kernel/index.ts';
import { environmentOf, readService } from '../services/index.ts';
import { type Attempt, type AttemptData, attemptOf } from './attempt.ts';
import {
  MAX_ATTEMPTS_AT_ONCE,
  MAX_ATTEMPTS_PER_DAY,
  METRICS,
  NOT_BY_PULL_REQUEST,
  timingsAt,
} from './contract.ts';
import { stateDeadline, waitSeconds } from './deadlines.ts';
import { dayCounter, openingInputs } from './opening-inputs.ts';
import type { RollbackDeps } from './ports.ts';
import { refuseOpening } from './refuse-opening.ts';
import { type OpenRollbackInputs, type OpenRollbackOutcome, openRollback } from './rules/open-rollback.ts';
import { OPEN_ATTEMPTS_COUNTER, slotOf } from './take-step.ts';

export type Trigger = {
  readonly type: 'signal' | 'reading' | 'person';
  readonly id: string;
  readonly text: string;
  readonly startsAt?: string;
};
export type OpenInput = {
  readonly service: string;
  readonly environment: string;
  readonly trigger: Trigger;
  readonly revision?: string | undefined;
  readonly actor: Actor;
};
export type Opening =
  | { readonly kind: 'opened' | 'joined'; readonly id: string }
  | { readonly kind: 'refused'; readonly reasons: readonly string[] }
  /** Not where this service runs; nothing is decided about an attempt that could not exist. */
  | { readonly kind: 'unsupported'; readonly reasons: readonly string[] };

const DAY_SECONDS = 86_400;

/**
 * Opens the attempt for a degraded service, or joins the open one. Both the slot and the quotas are conditional writes
 * of the same transaction, so that two signals at once open one attempt. Then the workflow is started under the
 * attempt's id, and the health watch at once. Throws Fault: NotFound (unknown service or environment).
 */
export async function openRollbackAttempt(deps: RollbackDeps, input: OpenInput): Promise<Opening> {
  const service = await readService(deps, input.service);
  const place = environmentOf(service, input.environment);
  if (place === undefined) {
    throw new Fault('NotFound', `service ${input.service} has no environment ${input.environment}`);
  }
  if (place.platform !== 'argocd') return { kind: 'unsupported', reasons: [NOT_BY_PULL_REQUEST] };
  const own = {
    ...(service.timings !== undefined && { overrides: service.timings }),
    ...(place.awaitCheckpoint !== undefined && { awaitCheckpoint: place.awaitCheckpoint }),
  };
  try {
    return await openOrJoin(deps, input, own);
  } catch (thrown) {
    if (!isFault(thrown, 'Conflict')) throw thrown;
    // Somebody at the same moment took the slot, or the last place of a quota: read again, it is joined or refused.
    return openOrJoin(deps, input, own);
  }
}

async function openOrJoin(deps: RollbackDeps, input: OpenInput, own: Own): Promise<Opening> {
  const [holder, before] = await Promise.all([
    deps.store.lockHolder(slotOf(input.service, input.environment)),
    openedBefore(deps, input),
  ]);
  if (holder !== undefined) return join(deps, holder);
  if (before !== undefined) return { kind: 'joined', id: before };
  const now = deps.clock();
  const inputs = await openingInputs(deps, input, now);
  const outcome = openRollback.decide(inputs);
  if (!outcome.open) {
    await refuseOpening(deps, input, inputs);
    return { kind: 'refused', reasons: outcome.refusals };
  }
  const id = newId('rollback', now, deps.random);
  const attempt = await open(deps, { id, input, inputs, now, own });
  // before the start, which may throw: whoever tries again joins the attempt, and it would never be counted
  deps.meter.count(METRICS.detected, { service: input.service, environment: input.environment });
  await startWorkflow(deps, attempt);
  return { kind: 'opened', id };
}

/** Deliveries repeat for a day at most, and a service opens fewer attempts than that in one. */
const LOOKED_BACK = 2 * MAX_ATTEMPTS_PER_DAY;

/** The attempt that this very signal opened: routed again after its end, it is no news. */
async function openedBefore(deps: RollbackDeps, input: OpenInput): Promise<string | undefined> {
  const { service, environment, trigger } = input;
  if (trigger.type !== 'signal') return undefined;
  const { items } = await deps.store.heads({ kind: 'rollback', service, environment, limit: LOOKED_BACK });
  return items.map(attemptOf).find(({ data }) => isSame(data.trigger, trigger))?.id;
}

function isSame(known: Pick<Trigger, 'type' | 'id'>, trigger: Trigger): boolean {
  return known.type === trigger.type && known.id === trigger.id;
}

/** Starts (again) the workflow of an attempt and a health watch; both are safe to repeat. */
export async function startWorkflow(deps: RollbackDeps, attempt: Attempt): Promise<void> {
  await deps.workflow.startRollback(attempt.id, {
    rollbackId: attempt.id,
    waitSeconds: waitSeconds(attempt, Date.parse(attempt.data.enteredAt), deps.factor),
  });
  await deps.workflow.watchNow(attempt.service, attempt.environment);
}

async function join(deps: RollbackDeps, id: string): Promise<Opening> {
  const head = await deps.store.head({ kind: 'rollback', id });
  if (head !== undefined) {
    const attempt = attemptOf(head);
    // A crash between the opening and the start leaves an attempt without a workflow: any later signal starts it.
    if (attempt.state.kind === 'DegradationDetected') await startWorkflow(deps, attempt);
  }
  return { kind: 'joined', id };
}

/** What the service says of its own attempts, as it is when they are opened. */
type Own = Pick<AttemptData, 'overrides' | 'awaitCheckpoint'>;

type Birth = {
  readonly own: Own;
  readonly id: string;
  readonly input: OpenInput;
  readonly inputs: OpenRollbackInputs;
  readonly now: number;
};

async function open(deps: RollbackDeps, birth: Birth): Promise<Attempt> {
  const { id, input, inputs, now } = birth;
  const decided = await decide(deps, {
    subject: { kind: 'rollback', id },
    expectedRev: 0,
    key: `open/${id}`,
    correlationId: id,
    causationId: input.trigger.id,
    service: input.service,
    environment: input.environment,
    actor: input.actor,
    from: 'None',
    rule: openRollback,
    inputs,
    step: (outcome) => ({
      event: 'DegradationDetected',
      events: [{ type: 'DegradationDetected', data: { trigger: input.trigger.type, mode: outcome.mode } }],
      reasons: [{ code: 'DEGRADATION_REPORTED', text: input.trigger.text }],
      state: { kind: 'DegradationDetected' },
      data: bornData(deps, birth, outcome),
    }),
    effects: [
      { type: 'take-lock', lock: slotOf(input.service, input.environment), holder: id },
      { type: 'count', counter: OPEN_ATTEMPTS_COUNTER, by: 1, max: MAX_ATTEMPTS_AT_ONCE },
      {
        type: 'count',
        counter: dayCounter(input.service, now),
        by: 1,
        // past it people only
        ...(input.trigger.type !== 'person' && { max: MAX_ATTEMPTS_PER_DAY }),
        expiresAt: Math.floor(now / 1000) + 2 * DAY_SECONDS,
      },
    ],
  });
  return attemptOf(decided.head);
}

function bornData(
  deps: RollbackDeps,
  { input, inputs, now, own }: Birth,
  outcome: OpenRollbackOutcome,
): AttemptData {
  const deadline =
    stateDeadline({ kind: 'DegradationDetected' }, outcome.mode, timingsAt(deps.factor, own.overrides)) ?? 0;
  return {
    v: 1,
    trigger: { type: input.trigger.type, id: input.trigger.id, text: input.trigger.text },
    mode: outcome.mode,
    ...(input.actor.type === 'person' && { requestedBy: input.actor.id }),
    ...(inputs.revision !== null && { revision: inputs.revision }),
    enteredAt: isoTime(now),
    deadlineAt: isoTime(now + deadline * 1000),
    ...own,
    slotReleased: false,
    times: {
      detected: isoTime(now),
      ...(input.trigger.startsAt !== undefined && { started: input.trigger.startsAt }),
    },
  };
}
