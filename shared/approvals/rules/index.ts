import type { AnyRule } from '../../kernel/index.ts';
import { answerApproval } from './answer-approval.ts';
import { answerApprovalV1 } from './answer-approval.v1.ts';
import { askApprovalRule, closeApprovalRule, setPeople } from './record-approval.ts';

/** Every rule that decides on an approval or on who is who, for replay. */
export const approvalRules: readonly AnyRule[] = [
  askApprovalRule,
  answerApproval,
  answerApprovalV1,
  closeApprovalRule,
  setPeople,
];
