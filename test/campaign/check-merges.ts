import type { Decision } from '../../shared/kernel/index.ts';
import type { InvariantResult } from '../../shared/rollbacks/rules/check-invariants.ts';
import {
  type CheckInvariantsInputs,
  checkInvariants,
} from '../../shared/rollbacks/rules/check-invariants.ts';
import type { Proven } from './check-ledger.ts';
import type { Room } from './room.ts';
import type { Effect } from './watched-world.ts';

type Given = {
  readonly seq: number;
  readonly id: string;
  readonly attempt: string;
  readonly overrides: readonly string[];
};

/** Every merge that we made at the forge, and every one that the ledger tells of, has its ground in the ledger before it. */
export function wrongMerges(room: Room, decisions: readonly Proven[]): readonly string[] {
  const given = decisions.flatMap(givenIn);
  const made = room.watched.effects.filter(({ what }) => /^(merge|enqueue) /.test(what));
  return [
    ...made.flatMap((effect) => groundless(room, effect, given)),
    ...made.flatMap((effect) => unannounced(effect, decisions)),
    ...made.flatMap((effect) => uncovered(room, effect, decisions)),
    ...decisions.flatMap((proven) => ungrounded(proven, given)),
    ...queuedTwice(decisions),
  ];
}

function givenIn({ seq, decision }: Proven): readonly Given[] {
  if (decision.kind !== 'approval' || decision.event !== 'ApprovalGiven') return [];
  const { overrides } = decision.inputs as { readonly overrides: readonly string[] };
  const attempt = decision.causationId ?? '';
  return [{ seq, id: decision.id, attempt, overrides }];
}

/** A merge at the forge: its evaluation allows it, and outside of staging an approval of this attempt was sealed before. */
function groundless(room: Room, effect: Effect, given: readonly Given[]): readonly string[] {
  const { rollbackId, evaluation } = effect.payload as {
    readonly rollbackId: string;
    readonly evaluation: CheckInvariantsInputs;
  };
  const { verdict, results } = checkInvariants.decide(evaluation);
  const before = given.filter((each) => each.attempt === rollbackId && each.seq < effect.decisionsBefore);
  const said = before.find(({ id }) => id === evaluation.approval?.id);
  const named = results.filter(({ id, result }) => !holds(id, result, said));
  const late = (effect.at - Date.parse(evaluation.now)) / 1000;
  return [
    ...(verdict === 'merge' ? [] : [`${effect.what} although the check said ${verdict}`]),
    ...named.map(({ id, result }) => `${effect.what} although ${id} is ${result}`),
    ...(room.plan.environment === 'staging' || said !== undefined
      ? []
      : [`${effect.what} without an approval`]),
    ...(late > LATEST ? [`${effect.what} on an evaluation of ${late} s ago`] : []),
  ];
}

/** The forge is asked only after the ledger has what allows it: an answer that is lost leaves its ground. */
function unannounced(
  { what, payload, decisionsBefore }: Effect,
  decisions: readonly Proven[],
): readonly string[] {
  const { rollbackId } = payload as { readonly rollbackId: string };
  const said = decisions.some(
    ({ seq, decision: { id, event } }) =>
      id === rollbackId && event === 'MergeStarted' && seq < decisionsBefore,
  );
  return said ? [] : [`${what} before it was recorded that it starts`];
}

/** Where a checkpoint is awaited: one was signed before the merge, and covers the newest decision that allows it. */
function uncovered(
  { plan }: Room,
  { what, payload, decisionsBefore, covered }: Effect,
  decisions: readonly Proven[],
): readonly string[] {
  if (plan.signing === undefined) return [];
  const { rollbackId } = payload as { readonly rollbackId: string };
  const allowed = decisions.findLast(
    ({ seq, decision: { id, event } }) =>
      id === rollbackId && event === 'MergeStarted' && seq < decisionsBefore,
  );
  if (allowed !== undefined && allowed.seq < covered) return [];
  return [`${what} although no checkpoint covered the decision that allows it`];
}

/** Fresh when the task looked, and the calls between that look and the merge may each be held up. */
const LATEST = 70;

function holds(id: string, result: InvariantResult['result'], said: Given | undefined): boolean {
  if (result === 'pass') return true;
  return result === 'overridden' && said !== undefined && (id === 'I1' || said.overrides.includes(id));
}

function ungrounded({ seq, decision }: Proven, given: readonly Given[]): readonly string[] {
  const { kind, id: attempt, event, environment, rule } = decision;
  if (kind !== 'rollback' || !OURS.includes(event) || rule.name === 'refuse-event') return [];
  const before = given.filter((each) => each.attempt === attempt && each.seq < seq);
  const said = before.find(({ id }) => id === approvalOf(decision)) ?? before[0];
  const mayAlone = environment === 'staging' && event !== 'HumanApproved';
  return [
    ...(mayAlone || said !== undefined
      ? []
      : [`${attempt} ${event} in ${environment} without an approval before it`]),
    ...invariantsOf(decision)
      .filter(({ id, result }) => !holds(id, result, said))
      .map(({ id, result }) => `${attempt} ${event} although ${id} is ${result}`),
  ];
}

/** Queued again although nothing had happened to the attempt since. */
function queuedTwice(decisions: readonly Proven[]): readonly string[] {
  const before = new Map<string, string>();
  return decisions.flatMap(({ decision: { id, event } }) => {
    // each queueing is preceded by the record that the forge is asked
    if (event === 'MergeStarted') return [];
    const again = event === 'MergeQueued' && before.get(id) === event;
    before.set(id, event);
    return again ? [`${id} was queued twice`] : [];
  });
}

const OURS = ['InvariantsPassed', 'HumanApproved', 'MergeCompleted', 'MergeQueued'];

/** The approval that the evaluation of a merge stands on. */
function approvalOf({ rule, inputs }: Decision): string | undefined {
  if (rule.name !== 'merge-rollback') return undefined;
  return (inputs as { readonly evaluation: CheckInvariantsInputs }).evaluation.approval?.id;
}

function invariantsOf({ rule, outcome }: Decision): readonly InvariantResult[] {
  if (rule.name !== 'merge-rollback') return [];
  return (outcome as { readonly invariants: readonly InvariantResult[] }).invariants;
}
