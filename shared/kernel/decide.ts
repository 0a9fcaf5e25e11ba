import { canonicalJson, sha256Hex } from './canonical.ts';
import type { Actor, Decision, DomainEvent, Envelope, Head, Reason, Subject } from './decision.ts';
import { Fault } from './fault.ts';
import type { Random } from './ids.ts';
import { redact } from './redact.ts';
import type { Rule } from './rule.ts';
import type { Effect, Store } from './store.ts';
import { type Clock, isoTime } from './time.ts';

const MAX_DECISION_BYTES = 65_536;

export type DecideDeps = {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly software: { readonly version: string; readonly configDigest: string };
};

/** What a use case hands over: the rule and its inputs; how its outcome reads as a step of the subject; the new head. */
export type Draft<Inputs, Outcome> = {
  readonly subject: Subject;
  readonly expectedRev: number;
  /** Names this attempt at a step (execution, state): the same for each retry, so that a retry finds its own decision. */
  readonly key: string;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly service?: string;
  readonly environment?: string;
  readonly createdAt?: string;
  readonly actor: Actor;
  readonly from: string;
  readonly rule: Rule<Inputs, Outcome>;
  readonly inputs: Inputs;
  readonly step: (outcome: Outcome) => Step;
  readonly effects?: readonly Effect[];
};

export type Step = {
  readonly event: string;
  readonly events?: readonly DomainEvent[];
  readonly reasons: readonly Reason[];
  readonly state: { readonly kind: string };
  readonly data: Readonly<Record<string, unknown>>;
};

export type Decided<Outcome> = {
  readonly head: Head;
  readonly outcome: Outcome;
  readonly rev: number;
  readonly repeated: boolean;
};

/** commitment = SHA-256(0x03 || salt || JCS(decision)); contracts.md, "Entry". */
export function commitmentOf(salt: Uint8Array, bytes: string): string {
  return sha256Hex(Uint8Array.of(0x03), salt, bytes);
}

/**
 * Takes one decision: applies the rule, redacts, and writes decision, payload, head and effects in one transaction.
 * A retry under the same `key` returns the stored outcome with `repeated: true`.
 * Throws Fault('Conflict') when the subject moved or an effect's condition failed: re-read and decide again.
 */
export async function decide<Inputs, Outcome>(
  deps: DecideDeps,
  draft: Draft<Inputs, Outcome>,
): Promise<Decided<Outcome>> {
  const at = isoTime(deps.clock());
  const inputs = redact(draft.inputs) as Inputs;
  const outcome = draft.rule.decide(inputs);
  const step = draft.step(outcome);
  const rev = draft.expectedRev + 1;
  const decision = decisionOf(deps, draft, { at, rev, inputs, outcome, step });
  // An envelope whose id is not its key would be sealed as rejected: such a subject is never born.
  if (decision.id !== draft.subject.id) {
    throw new Fault(
      'InvalidInput',
      `the id of this ${draft.subject.kind} holds a secret or an e-mail address`,
    );
  }
  const bytes = canonicalJson(decision);
  if (Buffer.byteLength(bytes) > MAX_DECISION_BYTES) {
    throw new Fault(
      'TooLarge',
      `the decision on ${draft.subject.kind} ${draft.subject.id} is over 64 KB: pass large inputs by hash`,
    );
  }
  const salt = deps.random(32);
  const head = headOf(draft, step, at, rev);
  const result = await deps.store.write({
    subject: draft.subject,
    expectedRev: draft.expectedRev,
    envelope: envelopeOf(decision, commitmentOf(salt, bytes)),
    payload: { bytes, salt: Buffer.from(salt).toString('hex'), key: draft.key },
    head,
    effects: draft.effects ?? [],
  });
  if (result.kind === 'written') return { head, outcome, rev, repeated: false };
  return repeatedOrConflict(deps, draft, rev, result);
}

async function repeatedOrConflict<Inputs, Outcome>(
  deps: DecideDeps,
  draft: Draft<Inputs, Outcome>,
  rev: number,
  result: { kind: 'moved' } | { kind: 'effect-refused'; effect: Effect },
): Promise<Decided<Outcome>> {
  const stored = await deps.store.decision(draft.subject, rev);
  const head = await deps.store.head(draft.subject);
  if (stored?.payload?.key === draft.key && head !== undefined) {
    const decision = JSON.parse(stored.payload.bytes) as Decision;
    return { head, outcome: decision.outcome as Outcome, rev, repeated: true };
  }
  const why =
    result.kind === 'moved'
      ? `is no longer at revision ${draft.expectedRev}`
      : `needs ${describe(result.effect)}`;
  throw new Fault('Conflict', `${draft.subject.kind} ${draft.subject.id} ${why}`);
}

function describe(effect: Effect): string {
  return effect.type === 'count' ? `room in the quota ${effect.counter}` : `the lock ${effect.lock}`;
}

type Made<Inputs, Outcome> = { at: string; rev: number; inputs: Inputs; outcome: Outcome; step: Step };

function decisionOf<I, O>(deps: DecideDeps, draft: Draft<I, O>, made: Made<I, O>): Decision {
  return redact({
    v: 1 as const,
    ...draft.subject,
    rev: made.rev,
    at: made.at,
    ...placeOf(draft),
    correlationId: draft.correlationId,
    ...(draft.causationId !== undefined && { causationId: draft.causationId }),
    actor: draft.actor,
    from: draft.from,
    event: made.step.event,
    to: made.step.state.kind,
    events: made.step.events ?? [{ type: made.step.event, data: {} }],
    rule: { name: draft.rule.name, version: draft.rule.version },
    inputs: made.inputs,
    outcome: made.outcome,
    reasons: made.step.reasons,
    software: deps.software,
  });
}

function placeOf(draft: { service?: string; environment?: string }): {
  service?: string;
  environment?: string;
} {
  return {
    ...(draft.service !== undefined && { service: draft.service }),
    ...(draft.environment !== undefined && { environment: draft.environment }),
  };
}

function envelopeOf(decision: Decision, commitment: string): Envelope {
  const {
    actor: _actor,
    inputs: _inputs,
    outcome: _outcome,
    reasons: _reasons,
    rule: _rule,
    software: _software,
    ...envelope
  } = decision;
  return {
    ...envelope,
    events: envelope.events.map((event) => ({ type: event.type, data: { ...event.data } })),
    commitment,
  };
}

function headOf<I, O>(draft: Draft<I, O>, step: Step, at: string, rev: number): Head {
  return {
    v: 1,
    ...draft.subject,
    rev,
    state: step.state,
    ...placeOf(draft),
    correlationId: draft.correlationId,
    createdAt: draft.createdAt ?? at,
    updatedAt: at,
    data: step.data,
  };
}
