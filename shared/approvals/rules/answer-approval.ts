import { rule } from '../../kernel/index.ts';
import { type ApprovalState, type Refusal, ROLES, type Role, type Verdict } from '../contract.ts';

export type AnswerApprovalInputs = {
  readonly state: ApprovalState;
  readonly verdict: Verdict;
  readonly person: string;
  readonly role: Role | null;
  /** Whether we know what the person is called at the forge. */
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
/** How the login of nobody we know stands in `notBy`. */
export const UNMAPPED = 'github:';

export type AnswerApprovalOutcome =
  | { readonly counts: true; readonly to: 'Approved' | 'Rejected' }
  | { readonly counts: false; readonly refusal: Refusal };

/**
 * Whether a person's answer counts: an approver, in time, on the plan they saw, and for a yes not the person who asked
 * for it or authored the change (four eyes; an author whom nobody is mapped to leaves only people whose own login is
 * known), overriding only what may be overridden. Anybody allowed may say no.
 */
export const answerApproval = rule(
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
  if (inputs.notBy.includes(inputs.person)) return 'FOUR_EYES';
  // An author whom nobody is mapped to could be anybody whose login we do not know either.
  const authorUnknown = inputs.notBy.some((who) => who.startsWith(UNMAPPED));
  if (authorUnknown && !inputs.loginKnown) return 'AUTHOR_UNKNOWN';
  return inputs.overrides.every((name) => inputs.overridable.includes(name)) ? undefined : 'NOT_OVERRIDABLE';
}
