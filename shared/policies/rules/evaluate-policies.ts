import { millis, rule } from '../../kernel/index.ts';
import type { Policy, PolicyEffect } from '../contract.ts';
import type { Frozen } from './facts-context.ts';
import {
  type CameOf,
  type CameTo,
  type EvaluatePoliciesInputs,
  type PolicyVerdict,
  policyVerdict,
  type Relief,
} from './policy-verdict.ts';

export type { EvaluatePoliciesInputs, Relief } from './policy-verdict.ts';
export type PolicyResult = {
  readonly id: string;
  readonly effect: PolicyEffect;
  readonly severity: Policy['severity'];
  /** Whether its condition holds. */
  readonly matched: boolean;
  /** Facts that it needed and that were not there. */
  readonly missing: readonly string[];
  /** What follows from it, all considered. */
  readonly cameTo: CameTo;
  readonly reason: string;
  /** What lifted it. */
  readonly lifted?: { readonly kind: Relief['kind']; readonly id: string; readonly expiresAt: string };
};
export type EvaluatePoliciesOutcome = {
  readonly verdict: PolicyVerdict['verdict'];
  /** Whether a person must approve, said even when it is blocked. */
  readonly requiresApproval: boolean;
  /** What the rollout does with a bad revision: going back would not undo an irreversible migration. */
  readonly onFailure: 'roll-back' | 'freeze';
  /** Every policy, none left out: in the order of the set. */
  readonly results: readonly PolicyResult[];
  readonly blockedBy: readonly string[];
  readonly approvalFor: readonly string[];
  readonly warnings: readonly { readonly id: string; readonly text: string }[];
  readonly freezes: readonly Frozen[];
  /** Exceptions and broken glass for this place, and whether they counted. */
  readonly exceptions: readonly {
    readonly kind: Relief['kind'];
    readonly id: string;
    readonly state: 'used' | 'not-needed' | 'expired';
  }[];
  readonly set: { readonly rev: number; readonly digest: string };
};

/**
 * What a set of policies says about a deployment. All are evaluated; nothing is permitted unless a policy permits it, and
 * whatever forbids wins. A policy that lacks a fact blocks and names it. An exception lifts the policies it names; broken
 * glass lifts blocks and missing facts, never the need for an approval, and neither stands in for a permit.
 */
export const evaluatePolicies = rule(
  'evaluate-policies',
  1,
  (inputs: EvaluatePoliciesInputs): EvaluatePoliciesOutcome => {
    const { set, facts, at } = inputs;
    const found = policyVerdict(inputs, millis(at));
    const { verdict, requiresApproval, blockedBy, approvalFor, here, active } = found;
    const freezes = found.freezes ?? NOTHING;
    const results = found.came.map((came) => resultOf(came, freezes));
    return {
      verdict,
      requiresApproval,
      onFailure:
        facts.change.migration === true && facts.change.irreversible === true ? 'freeze' : 'roll-back',
      results,
      blockedBy,
      approvalFor,
      warnings: results.some(isWarning) ? results.flatMap(warningsOf) : [],
      freezes,
      exceptions: here.map((relief) => ({
        kind: relief.kind,
        id: relief.id,
        state: stateOf(relief, active, results),
      })),
      set: { rev: set.rev, digest: set.digest },
    };
  },
);

const NOTHING = Object.freeze([]);

function resultOf(came: CameOf, freezes: readonly Frozen[]): PolicyResult {
  const { policy, matched, missing, lifted } = came;
  // most hold without more, or do not: then nothing depends on the place but that
  const plain = missing.length === 0 && lifted === undefined && (!matched || freezes.length === 0);
  return plain ? plainResults(policy)[matched ? 'holds' : 'doesNot'] : written(came, freezes);
}

function written(came: CameOf, freezes: readonly Frozen[]): PolicyResult {
  const { policy, matched, missing, cameTo, lifted } = came;
  const { id, effect, severity } = policy;
  return {
    ...{ id, effect, severity, matched, missing, cameTo },
    reason: reasonOf(came, freezes),
    ...(lifted !== undefined && {
      lifted: { kind: lifted.kind, id: lifted.id, expiresAt: lifted.expiresAt },
    }),
  };
}

function reasonOf({ policy, matched, missing }: CameOf, freezes: readonly Frozen[]): string {
  if (missing.length > 0) return `${missing.join(', ')} is not known: ${policy.title}`;
  if (!matched) return `does not hold: ${policy.title}`;
  const why = freezes.map(({ calendar, why }) => `${calendar} (${why})`).join(', ');
  return why !== '' && JSON.stringify(policy.condition).includes('"freezes"')
    ? `${policy.title}: ${why}`
    : policy.title;
}

type Plain = { readonly holds: PolicyResult; readonly doesNot: PolicyResult };
const plain = new WeakMap<Policy, Plain>();

/** What a policy comes to where it lacks no fact, nothing lifts it and nothing is frozen. */
function plainResults(policy: Policy): Plain {
  const known = plain.get(policy);
  if (known !== undefined) return known;
  const of = (matched: boolean, cameTo: CameTo) =>
    Object.freeze(written({ policy, matched, missing: NOTHING, cameTo, lifted: undefined }, NOTHING));
  const made = { holds: of(true, policy.effect), doesNot: of(false, 'nothing') };
  plain.set(policy, made);
  return made;
}

function isWarning({ cameTo, lifted }: PolicyResult): boolean {
  return lifted !== undefined || cameTo === 'warn';
}

function warningsOf({ id, cameTo, reason, lifted }: PolicyResult) {
  if (lifted !== undefined)
    return [{ id, text: `lifted by ${lifted.kind} ${lifted.id} until ${lifted.expiresAt}: ${reason}` }];
  return cameTo === 'warn' ? [{ id, text: reason }] : [];
}

function stateOf(relief: Relief, active: readonly Relief[], results: readonly PolicyResult[]) {
  if (!active.includes(relief)) return 'expired';
  return results.some(({ lifted }) => lifted?.kind === relief.kind && lifted.id === relief.id)
    ? 'used'
    : 'not-needed';
}
