import { type Actor, type DecideDeps, decide, isoTime, type Subject } from '../kernel/index.ts';
import { type Approval, approvalIdFor, approvalOf, findApproval, type Plan, planOf } from './approval.ts';
import { askApprovalRule, type CloseApprovalInputs, closeApprovalRule } from './rules/record-approval.ts';

export type Question = {
  readonly for: Subject;
  /** When what asks began to wait (ISO): with the subject it names the question. */
  readonly since: string;
  readonly service: string;
  readonly environment: string;
  readonly correlationId: string;
  readonly facts: Plan['facts'];
  readonly notBy: readonly string[];
  readonly overridable: readonly string[];
  readonly deadlineAt: string;
};

const ASKED_BY: Actor = { type: 'rule', id: 'approvals', via: 'workflow' };

/** Puts a question to people, once: asking it again answers the one that stands. Throws Fault('Conflict') on a race. */
export async function askApproval(deps: DecideDeps, question: Question): Promise<Approval> {
  const id = approvalIdFor(question.for.id, question.since);
  const asked = await findApproval(deps.store, id);
  if (asked !== undefined) return asked;
  const { service, environment, correlationId, notBy, overridable, deadlineAt } = question;
  const plan = planOf(question.facts);
  const decided = await decide(deps, {
    subject: { kind: 'approval', id },
    expectedRev: 0,
    key: `ask/${id}`,
    ...{ correlationId, causationId: question.for.id, service, environment },
    actor: ASKED_BY,
    from: 'None',
    rule: askApprovalRule,
    inputs: { planHash: plan.hash, facts: plan.facts, notBy, overridable, deadlineAt },
    step: () => ({
      event: 'ApprovalAsked',
      events: [{ type: 'ApprovalAsked', data: { for: question.for, planHash: plan.hash, deadlineAt } }],
      reasons: [
        { code: 'ASKED', text: `${question.for.kind} ${question.for.id} needs a person until ${deadlineAt}` },
      ],
      state: { kind: 'Open' },
      data: { v: 1, for: question.for, plan, notBy, overridable, deadlineAt },
    }),
  });
  return approvalOf(decided.head);
}

/**
 * Closes a question that whoever asked has done with; one that is closed already stays as it is. Somebody who answers
 * at the same moment is first: the answer is then closed instead. Throws Fault('Conflict') when that happens twice.
 */
export async function closeApproval(
  deps: DecideDeps,
  id: string,
  because: CloseApprovalInputs['because'],
): Promise<void> {
  const approval = await findApproval(deps.store, id);
  if (approval === undefined) return;
  const inputs = { state: approval.state, because };
  if (closeApprovalRule.decide(inputs) === null) return;
  const { rev, correlationId, service, environment, createdAt, data } = approval;
  await decide(deps, {
    subject: { kind: 'approval', id },
    expectedRev: rev,
    key: `close/${because}/${rev}`,
    ...{ correlationId, service, environment, createdAt, causationId: data.for.id },
    actor: ASKED_BY,
    from: approval.state,
    rule: closeApprovalRule,
    inputs,
    step: (outcome) => ({
      event: outcome?.event ?? 'ApprovalWithdrawn',
      events: [
        { type: outcome?.event ?? 'ApprovalWithdrawn', data: { for: data.for, at: isoTime(deps.clock()) } },
      ],
      reasons: [
        {
          code: because.toUpperCase().replace('-', '_'),
          text: `${data.for.kind} ${data.for.id}: ${because}`,
        },
      ],
      state: { kind: outcome?.to ?? 'Withdrawn' },
      data,
    }),
  });
}
