import type { Attempt } from './attempt.ts';
import { MAX_RETURNS } from './contract.ts';
import type { WorldDeps } from './ports.ts';
import { approvalFor, givenApproval, personOfAnswer } from './read-approval.ts';
import { pullRequestOf } from './read-world.ts';
import { returnFromReview } from './rules/record-step.ts';
import { takeStep } from './take-step.ts';

/**
 * A person approved in the review: back to the merge, where the invariants are read anew, while the pull request is
 * open, nothing is merged, and one of three returns is left. Undefined when there is nothing of the kind.
 */
export async function returnToMerge(
  deps: WorldDeps,
  attempt: Attempt,
  key: string,
): Promise<Attempt | undefined> {
  if (attempt.state.kind !== 'AwaitingHumanReview') return undefined;
  const approval = await approvalFor(deps, attempt);
  const given = givenApproval(approval);
  const answer = approval?.data.answer;
  if (given === null || answer === undefined) return undefined;
  const { id, person, overrides } = given;
  const returns = attempt.data.returns ?? 0;
  const inputs = {
    approval: { id, person, overrides },
    pullRequest: (await pullRequestOf(deps, attempt))?.state ?? ('unread' as const),
    afterMerge: attempt.state.afterMerge,
    returns,
    maxReturns: MAX_RETURNS,
  };
  if (!returnFromReview.decide(inputs).returns) return undefined;
  return takeStep(deps, attempt, {
    key: `${key}/returned`,
    rule: returnFromReview,
    inputs,
    actor: personOfAnswer(answer),
    move: () => ({
      event: 'ReviewApproved',
      state: { kind: 'AwaitingMerge' },
      reasons: [{ code: 'APPROVED_IN_REVIEW', text: answer.reason }],
      data: { approval: id, returns: returns + 1 },
    }),
  });
}
