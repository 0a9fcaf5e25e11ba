import { millis, rule } from '../../kernel/index.ts';
import type { Policy, PolicyEffect, PolicyFacts, PolicySet } from '../contract.ts';
import { conditionValue } from './condition-value.ts';
import { type Clocks, contextOf, type Frozen, freezesOf } from './facts-context.ts';

/** Why a policy that holds does not count: an exception that somebody owns, or glass that two people broke. */
export type Relief = {
  readonly kind: 'exception' | 'break-glass';
  readonly id: string;
  /** Ids of policies; broken glass lifts every block. */
  readonly policies: readonly string[] | 'every-block';
  readonly service?: string;
  readonly environment?: string;
  /** Who answers for it. */
  readonly owner: string;
  /** Broken glass: the other person. */
  readonly grantedBy?: string;
  readonly reason: string;
  readonly expiresAt: string;
};

export type EvaluatePoliciesInputs = {
  readonly set: PolicySet;
  readonly facts: PolicyFacts;
  readonly exceptions: readonly Relief[];
  /** What the clocks of the calendars' zones showed at `at`. */
  readonly clocks: Clocks;
  readonly at: string;
};

type CameTo = 'block' | 'require-approval' | 'warn' | 'permit' | 'nothing';
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
  readonly verdict: 'allow' | 'require-approval' | 'block';
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

const NOTHING_PERMITS = 'default-deny';

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
    const freezes = freezesOf(set, facts, inputs.clocks);
    const context = contextOf(set, facts, freezes);
    const here = inputs.exceptions.filter((relief) => concerns(relief, facts));
    const active = here.filter(({ expiresAt }) => millis(at) < millis(expiresAt));
    const results = set.policies.map((policy) => {
      const { value, missing } = conditionValue(policy.condition, context);
      const matched = value === true;
      // most hold without more, or do not: then nothing depends on the place but that
      const plain = missing.length === 0 && active.length === 0 && (!matched || freezes?.length === 0);
      if (plain) return plainResults(policy)[matched ? 'holds' : 'doesNot'];
      return lift({ policy, matched, missing: [...new Set(missing)], freezes: freezes ?? [] }, active);
    });
    const permitted = results.some(({ cameTo }) => cameTo === 'permit');
    const blockedBy = idsOf(results, 'block');
    const approvalFor = idsOf(results, 'require-approval');
    return {
      verdict: verdictOf(permitted && blockedBy.length === 0, approvalFor.length > 0),
      requiresApproval: approvalFor.length > 0,
      onFailure:
        facts.change.migration === true && facts.change.irreversible === true ? 'freeze' : 'roll-back',
      results,
      blockedBy: permitted ? blockedBy : [...blockedBy, NOTHING_PERMITS],
      approvalFor,
      warnings: results.some(isWarning) ? results.flatMap(warningsOf) : [],
      freezes: freezes ?? [],
      exceptions: here.map((relief) => ({
        kind: relief.kind,
        id: relief.id,
        state: stateOf(relief, active, results),
      })),
      set: { rev: set.rev, digest: set.digest },
    };
  },
);

function verdictOf(allowed: boolean, asks: boolean): EvaluatePoliciesOutcome['verdict'] {
  if (!allowed) return 'block';
  return asks ? 'require-approval' : 'allow';
}

function concerns(relief: Relief, facts: PolicyFacts): boolean {
  const service = relief.service === undefined || relief.service === facts.service;
  return service && (relief.environment === undefined || relief.environment === facts.environment);
}

type Evaluated = {
  readonly policy: Policy;
  readonly matched: boolean;
  readonly missing: readonly string[];
  readonly freezes: readonly Frozen[];
};

function lift(evaluated: Evaluated, active: readonly Relief[]): PolicyResult {
  const { policy, matched, missing } = evaluated;
  const { id, effect, severity } = policy;
  const cameTo = cameToOf(evaluated);
  const plain = { ...{ id, effect, severity, matched, missing, cameTo }, reason: reasonOf(evaluated) };
  if (effect === 'permit' || cameTo === 'nothing') return plain;
  const named = active.find(({ policies }) => policies !== 'every-block' && policies.includes(id));
  if (named !== undefined) return { ...plain, cameTo: 'nothing', lifted: lifter(named) };
  const glass = active.find(({ policies }) => policies === 'every-block');
  if (glass === undefined || cameTo !== 'block') return plain;
  // without its fact nobody knows whether it would have asked for an approval: then it does
  return { ...plain, cameTo: effect === 'block' ? 'nothing' : effect, lifted: lifter(glass) };
}

function cameToOf({ policy, matched, missing }: Evaluated): CameTo {
  if (missing.length > 0) return policy.effect === 'permit' ? 'nothing' : 'block';
  return matched ? policy.effect : 'nothing';
}

function lifter({ kind, id, expiresAt }: Relief): NonNullable<PolicyResult['lifted']> {
  return { kind, id, expiresAt };
}

function reasonOf({ policy, matched, missing, freezes }: Evaluated): string {
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
  const of = (matched: boolean) =>
    Object.freeze(lift({ policy, matched, missing: NOTHING, freezes: NOTHING }, NOTHING));
  const made = { holds: of(true), doesNot: of(false) };
  plain.set(policy, made);
  return made;
}

const NOTHING = Object.freeze([]);

function isWarning({ cameTo, lifted }: PolicyResult): boolean {
  return lifted !== undefined || cameTo === 'warn';
}

function warningsOf({ id, cameTo, reason, lifted }: PolicyResult) {
  if (lifted !== undefined)
    return [{ id, text: `lifted by ${lifted.kind} ${lifted.id} until ${lifted.expiresAt}: ${reason}` }];
  return cameTo === 'warn' ? [{ id, text: reason }] : [];
}

function idsOf(results: readonly PolicyResult[], cameTo: CameTo): readonly string[] {
  const ids: string[] = [];
  for (const result of results) if (result.cameTo === cameTo) ids.push(result.id);
  return ids;
}

function stateOf(relief: Relief, active: readonly Relief[], results: readonly PolicyResult[]) {
  if (!active.includes(relief)) return 'expired';
  return results.some(({ lifted }) => lifted?.kind === relief.kind && lifted.id === relief.id)
    ? 'used'
    : 'not-needed';
}
