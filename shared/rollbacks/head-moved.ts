import type { PlanNow } from '../approvals/index.ts';
import { isFault } from '../kernel/index.ts';
import type { PullRequest } from '../ports/index.ts';
import { type Attempt, approvalIdOf } from './attempt.ts';
import type { RollbackDeps, WorldDeps } from './ports.ts';
import { recordHeadMoved } from './rules/record-step.ts';
import { takeStep } from './take-step.ts';

/**
 * Takes back the question of a review whose pull request somebody has pushed to since: an approval could not lead to a
 * merge. Undefined where the head is the one that was opened, or nobody is asked.
 */
export async function headMovedSince(
  deps: RollbackDeps,
  attempt: Attempt,
  key: string,
  pullRequest: PullRequest | undefined,
): Promise<Attempt | undefined> {
  const asked = attempt.data.pullRequest?.headSha;
  const approval = approvalIdOf(attempt);
  if (pullRequest === undefined || asked === undefined || approval === undefined) return undefined;
  const inputs = { asked, present: pullRequest.headSha };
  if (!recordHeadMoved.decide(inputs).moved) return undefined;
  return takeStep(deps, attempt, {
    key: `${key}/head-moved`,
    rule: recordHeadMoved,
    inputs,
    move: () => ({
      event: 'HeadMoved',
      state: attempt.state,
      reasons: [
        {
          code: 'HEAD_MOVED',
          text: `the head moved from ${asked.slice(0, 7)} to ${inputs.present.slice(0, 7)}`,
        },
      ],
      data: { headMoved: true, lastApproval: approval },
    }),
  });
}

/** What an approval of a rollback is about, as the forge has it now; undefined when it cannot be read. */
export function planOfRollbackNow({ forge }: Pick<WorldDeps, 'forge'>): PlanNow {
  return async ({ data: { plan } }) => {
    const { repository, pullRequest } = plan.facts;
    if (typeof repository !== 'string' || typeof pullRequest !== 'number') return undefined;
    try {
      const { headSha } = await forge.pullRequest(repository, pullRequest);
      return { ...plan.facts, headSha };
    } catch (thrown) {
      // it is read again before anything is merged
      if (isFault(thrown)) return undefined;
      throw thrown;
    }
  };
}
