import type { Attempt } from './attempt.ts';
import { settleForge } from './close-pull-request.ts';
import type { WorldDeps } from './ports.ts';
import { approvalFor, personOfAnswer } from './read-approval.ts';
import { recordReview } from './rules/record-step.ts';
import { takeStep } from './take-step.ts';

/** Ends the attempt when a person rejected its approval, in that person's name; undefined when nobody did. */
export async function rejected(deps: WorldDeps, attempt: Attempt, key: string): Promise<Attempt | undefined> {
  const approval = await approvalFor(deps, attempt);
  const answer = approval?.data.answer;
  if (approval?.state !== 'Rejected' || answer === undefined) return undefined;
  const ended = await takeStep(deps, attempt, {
    key: `${key}/rejected`,
    rule: recordReview,
    inputs: { verdict: 'abort', person: answer.person, reason: answer.reason },
    actor: personOfAnswer(answer),
    move: (outcome) => ({
      event: outcome.event,
      state: { kind: 'Aborted', reason: outcome.reason },
      reasons: [{ code: outcome.reason, text: answer.reason }],
    }),
  });
  await settleForge(deps, ended);
  return ended;
}
