import { millis } from '../../kernel/index.ts';
import type { Policy, PolicyFacts, PolicySet } from '../contract.ts';
import { type Context, holds } from './condition-value.ts';
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

export type CameTo = 'block' | 'require-approval' | 'warn' | 'permit' | 'nothing';

/** What became of one policy, before anybody says why. */
export type CameOf = {
  readonly policy: Policy;
  /** Whether its condition holds. */
  readonly matched: boolean;
  /** Facts that it needed and that were not there. */
  readonly missing: readonly string[];
  readonly cameTo: CameTo;
  readonly lifted: Relief | undefined;
};
export type PolicyVerdict = {
  readonly verdict: 'allow' | 'require-approval' | 'block';
  /** Whether a person must approve, said even when it is blocked. */
  readonly requiresApproval: boolean;
  /** Every policy, none left out: in the order of the set. */
  readonly came: readonly CameOf[];
  readonly blockedBy: readonly string[];
  readonly approvalFor: readonly string[];
  /** Undefined: nobody can tell. */
  readonly freezes: readonly Frozen[] | undefined;
  /** Exceptions and broken glass for this place, and those that have not expired. */
  readonly here: readonly Relief[];
  readonly active: readonly Relief[];
};

const NOTHING_PERMITS = 'default-deny';

/** What `evaluatePolicies` decides, without a word why. `now`: milliseconds since 1970. */
export function policyVerdict(
  { set, facts, exceptions, clocks }: Omit<EvaluatePoliciesInputs, 'at'>,
  now: number,
): PolicyVerdict {
  const freezes = freezesOf(set, facts, clocks);
  const context = contextOf(set, facts, freezes);
  const here = exceptions.length === 0 ? NOTHING : exceptions.filter((relief) => concerns(relief, facts));
  const active = here.length === 0 ? NOTHING : here.filter(({ expiresAt }) => now < millis(expiresAt));
  const came = preparedOf(set).map((prepared) => cameOf(prepared, context, active));
  const permitted = came.some(({ cameTo }) => cameTo === 'permit');
  const blockedBy = idsOf(came, 'block');
  const approvalFor = idsOf(came, 'require-approval');
  const requiresApproval = approvalFor.length > 0;
  return {
    verdict: verdictOf(permitted && blockedBy.length === 0, requiresApproval),
    requiresApproval,
    came,
    blockedBy: permitted ? blockedBy : [...blockedBy, NOTHING_PERMITS],
    approvalFor,
    ...{ freezes, here, active },
  };
}

const NOTHING = Object.freeze([]);

function verdictOf(allowed: boolean, asks: boolean): PolicyVerdict['verdict'] {
  if (!allowed) return 'block';
  return asks ? 'require-approval' : 'allow';
}

function concerns(relief: Relief, facts: PolicyFacts): boolean {
  const service = relief.service === undefined || relief.service === facts.service;
  return service && (relief.environment === undefined || relief.environment === facts.environment);
}

/** What a policy comes to where it lacks no fact and nothing lifts it. */
type Prepared = { readonly policy: Policy; readonly holds: CameOf; readonly doesNot: CameOf };
const prepared = new WeakMap<PolicySet, readonly Prepared[]>();

function preparedOf(set: PolicySet): readonly Prepared[] {
  const known = prepared.get(set);
  if (known !== undefined) return known;
  const of = (policy: Policy, matched: boolean) => plainly({ policy, matched, missing: NOTHING });
  const made = set.policies.map((policy) => ({
    ...{ policy, holds: of(policy, true), doesNot: of(policy, false) },
  }));
  prepared.set(set, made);
  return made;
}

function plainly(found: Pick<CameOf, 'policy' | 'matched' | 'missing'>): CameOf {
  return { ...found, cameTo: cameToOf(found), lifted: undefined };
}

function cameToOf({ policy, matched, missing }: Pick<CameOf, 'policy' | 'matched' | 'missing'>): CameTo {
  if (missing.length > 0) return policy.effect === 'permit' ? 'nothing' : 'block';
  return matched ? policy.effect : 'nothing';
}

function cameOf(
  { policy, holds: held, doesNot }: Prepared,
  context: Context,
  active: readonly Relief[],
): CameOf {
  const found = holds(policy.condition, context);
  // most hold or do not, and nothing lifts them
  if (typeof found === 'boolean') return lift(found ? held : doesNot, active);
  return lift(plainly({ policy, matched: false, missing: [...new Set(found.missing)] }), active);
}

function lift(plain: CameOf, active: readonly Relief[]): CameOf {
  const { policy, cameTo } = plain;
  const { id, effect } = policy;
  if (active.length === 0 || effect === 'permit' || cameTo === 'nothing') return plain;
  const named = active.find(({ policies }) => policies !== 'every-block' && policies.includes(id));
  if (named !== undefined) return { ...plain, cameTo: 'nothing', lifted: named };
  const glass = active.find(({ policies }) => policies === 'every-block');
  if (glass === undefined || cameTo !== 'block') return plain;
  // without its fact nobody knows whether it would have asked for an approval: then it does
  return { ...plain, cameTo: effect === 'block' ? 'nothing' : effect, lifted: glass };
}

function idsOf(came: readonly CameOf[], cameTo: CameTo): readonly string[] {
  const ids: string[] = [];
  for (const each of came) if (each.cameTo === cameTo) ids.push(each.policy.id);
  return ids;
}
