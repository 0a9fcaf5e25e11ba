import { type Answer, type Approval, findApproval } from '../approvals/index.ts';
import type { Actor } from '../kernel/index.ts';
import { type Attempt, approvalIdOf } from './attempt.ts';
import type { RollbackDeps } from './ports.ts';
import type { CheckInvariantsInputs } from './rules/check-invariants.ts';

/** The approval that an attempt waits for or stands on; undefined when there is none, or nobody asked yet. */
export async function approvalFor(
  deps: Pick<RollbackDeps, 'store'>,
  attempt: Attempt,
): Promise<Approval | undefined> {
  const id = approvalIdOf(attempt);
  return id === undefined ? undefined : findApproval(deps.store, id);
}

export function isAnswered(approval: Approval | undefined): boolean {
  return approval?.state === 'Approved' || approval?.state === 'Rejected';
}

/** The person who answered, as the actor of what follows from it. */
export function personOfAnswer({ person, via }: Answer): Actor {
  return { type: 'person', id: person, via };
}

/** A given approval as the invariants are judged with it; null when none was given. */
export function givenApproval(approval: Approval | undefined): CheckInvariantsInputs['approval'] {
  const answer = approval?.data.answer;
  if (approval?.state !== 'Approved' || answer === undefined) return null;
  const { headSha } = approval.data.plan.facts;
  return { id: approval.id, person: answer.person, overrides: answer.overrides, headSha: String(headSha) };
}
