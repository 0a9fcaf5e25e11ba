import type { FaultName } from '../kernel/index.ts';
import type { Approval } from './approval.ts';
import type { Refusal } from './contract.ts';
import type { AnswerApprovalInputs } from './rules/answer-approval.ts';

/** How each refusal reads at the door. */
export const FAULTS: Readonly<Record<Refusal, FaultName>> = {
  ROLE: 'Forbidden',
  FOUR_EYES: 'Forbidden',
  UNMAPPED: 'Forbidden',
  AUTHOR_UNKNOWN: 'Forbidden',
  NOT_OPEN: 'Conflict',
  EXPIRED: 'Conflict',
  PLAN_CHANGED: 'Conflict',
  PLAN_MOVED: 'Conflict',
  NOT_OVERRIDABLE: 'InvalidInput',
};

/** A refusal in words, with what to do about it. */
export function refusalText(approval: Approval, inputs: AnswerApprovalInputs, refusal: Refusal): string {
  switch (refusal) {
    case 'ROLE':
      return 'answering takes the role approver';
    case 'FOUR_EYES':
      return 'four eyes: whoever authored the change or asked for it may not approve it';
    case 'UNMAPPED':
      return 'four eyes: who you are at the forge is not known: an admin sets who is who (`holdfast people apply`)';
    case 'AUTHOR_UNKNOWN':
      return 'four eyes: the forge gives the author of the change no login, so nobody can be told apart from them: merge the pull request by hand';
    case 'NOT_OPEN':
      return `approval ${approval.id} is ${approval.state}, not Open`;
    case 'EXPIRED':
      return `approval ${approval.id} could be answered until ${inputs.deadlineAt}`;
    case 'PLAN_CHANGED':
      return 'you saw another plan than the approval is about: look again';
    case 'PLAN_MOVED':
      return 'what is to be approved has moved since the approval was asked for: what is there now was not asked about';
    case 'NOT_OVERRIDABLE':
      return `only ${inputs.overridable.join(', ')} may be overridden`;
  }
}
