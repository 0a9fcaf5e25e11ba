/** Kept for the replay of decisions that it took. */
import { rule } from '../../kernel/index.ts';
import { type ApprovalState, type Refusal, ROLES, type Role, type Verdict } from '../contract.ts';

type AnswerApprovalInputs = {
  readonly state: ApprovalState;
  readonly verdict: Verdict;
  readonly person: string;
  readonly role: Role | null;
  /** Whether who-is-who holds the person, with a login at the forge. */
  readonly loginKnown: boolean;
  readonly reason: string;
  readonly overrides: readonly string[];
  readonly overridable: readonly string[];
  readonly notBy: readonly string[];
  readonly planHash: string;
  /** The plan as the person saw it; null when the id of the approval alone says it. */
  readonly seenPlanHash: string | null;
  readonly deadlineAt: string;
  readonly now: string;
};
/** Stands there for an author whom the forge gives no login. */
const UNKNOWN_AUTHOR = '?';

type AnswerApprovalOutcome =
  | { readonly counts: true; readonly to: 'Approved' | 'Rejected' }
  | { readonly counts: false; readonly refusal: Refusal };

/**
 * Whether a person's answer counts: an approver, in time, on the plan they saw, and for a yes not the person who asked
 * for it or authored the change (four eyes, among persons whom who-is-who holds), overriding only what may be overridden. Anybody allowed may say no.
 */
export const answerApprovalV1 = rule(
  'answer-approval',
  1,
  (inputs: AnswerApprovalInputs): AnswerApprovalOutcome => {
    const refusal = refusalOf(inputs);
    if (refusal !== undefined) return { counts: false, refusal };
    return { counts: true, to: inputs.verdict === 'approve' ? 'Approved' : 'Rejected' };
  },
);

function refusalOf(inputs: AnswerApprovalInputs): Refusal | undefined {
  if (inputs.role === null || ROLES.indexOf(inputs.role) < ROLES.indexOf('approver')) return 'ROLE';
  if (inputs.state !== 'Open') return 'NOT_OPEN';
  if (Date.parse(inputs.now) >= Date.parse(inputs.deadlineAt)) return 'EXPIRED';
  if (inputs.verdict === 'reject') return undefined;
  if (inputs.seenPlanHash !== null && inputs.seenPlanHash !== inputs.planHash) return 'PLAN_CHANGED';
  // One person under two names would be four eyes with two: only names that an admin has mapped are compared.
  if (!inputs.loginKnown) return 'UNMAPPED';
  if (inputs.notBy.includes(UNKNOWN_AUTHOR)) return 'AUTHOR_UNKNOWN';
  if (inputs.notBy.includes(inputs.person)) return 'FOUR_EYES';
  return inputs.overrides.every((name) => inputs.overridable.includes(name)) ? undefined : 'NOT_OVERRIDABLE';
}
