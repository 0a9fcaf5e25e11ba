import { isoTime } from '../kernel/index.ts';
import type { Attempt } from './attempt.ts';
import type { RollbackDeps } from './ports.ts';
import { pagePerson } from './rules/record-step.ts';
import { takeStep } from './take-step.ts';

/** Records, once, that a question has stood unanswered for an hour: whoever is on call is paged by the event. */
export async function pageIfDue(deps: RollbackDeps, attempt: Attempt, key: string): Promise<Attempt> {
  const { pageAt } = attempt.data;
  if (pageAt === undefined) return attempt;
  const inputs = { state: attempt.state.kind, pageAt, now: isoTime(deps.clock()) };
  if (!pagePerson.decide(inputs).due) return attempt;
  return takeStep(deps, attempt, {
    key: `${key}/paged`,
    rule: pagePerson,
    inputs,
    move: () => ({
      event: 'Paged',
      state: attempt.state,
      reasons: [{ code: 'PAGED', text: `nobody has answered since ${attempt.data.enteredAt}` }],
    }),
  });
}
