import { type ExplainedStep, explainStep, type Store, viewDecisions } from '../kernel/index.ts';
import type { Evaluation, Evaluations } from '../ports/index.ts';
import { type Attempt, approvalIdOf, loadAttempt } from './attempt.ts';

export type Explanation = {
  readonly kind: 'rollback';
  readonly id: string;
  readonly summary: string;
  readonly state: Attempt['state'];
  readonly service: string;
  readonly environment: string;
  readonly steps: readonly ExplainedStep[];
  /** As they were read last, decided on or not; absent where nothing was ready to be merged. */
  readonly invariants?: Evaluation;
  readonly next: string;
};

type ExplainDeps = { readonly store: Store; readonly work: Pick<Evaluations, 'evaluation'> };

/**
 * Why an attempt stands where it stands, in plain words, from its recorded decisions; and the eight invariants as they were
 * read last, since a look that only waits decides nothing. Throws Fault: NotFound, Unavailable, PermissionDenied.
 */
export async function explainRollback({ store, work }: ExplainDeps, id: string): Promise<Explanation> {
  const attempt = await loadAttempt(store, id);
  const [decisions, invariants] = await Promise.all([
    store.decisions({ kind: 'rollback', id }),
    work.evaluation(id),
  ]);
  const steps = decisions.map(explainStep);
  return {
    kind: 'rollback',
    id,
    summary: summaryOf(attempt),
    state: attempt.state,
    service: attempt.service,
    environment: attempt.environment,
    steps,
    ...(invariants !== undefined && { invariants }),
    next: nextOf(attempt),
  };
}

/** A rollback's decisions, whole, oldest first. Throws Fault('NotFound'). */
export async function listRollbackDecisions(store: Store, id: string) {
  await loadAttempt(store, id);
  return viewDecisions(await store.decisions({ kind: 'rollback', id }));
}

function summaryOf(attempt: Attempt): string {
  const { candidate, pullRequest, trigger } = attempt.data;
  const back = candidate === undefined ? '' : `, to go back to ${candidate.revision.slice(0, 7)}`;
  const by = pullRequest === undefined ? '' : ` by pull request #${pullRequest.number}`;
  return `${attempt.service} in ${attempt.environment} was reported degraded (${trigger.text})${back}${by}; the attempt is ${attempt.state.kind}${'reason' in attempt.state ? ` (${attempt.state.reason})` : ''}.`;
}

function nextOf(attempt: Attempt): string {
  const until = attempt.data.deadlineAt === undefined ? '' : ` until ${attempt.data.deadlineAt}`;
  switch (attempt.state.kind) {
    case 'DegradationDetected':
      return `Waits for three bad readings in a row or 60 s of health${until}.`;
    case 'CandidateResolved':
      return 'The pull request is being opened.';
    case 'PullRequestOpen':
      return `Waits for the checks of the pull request${until}.`;
    case 'AwaitingMerge':
      return attempt.data.mode === 'auto'
        ? `Merges when all eight invariants hold${until}.`
        : waitsForPerson(attempt, until);
    case 'AwaitingHumanReview':
      return mustLook(attempt, until);
    case 'RollbackMerged':
      return `Waits for the delivery system to run the target and be Healthy for 60 s${until}.`;
    case 'Aborted':
      return attempt.data.slotReleased
        ? 'Ended.'
        : 'Ended for security: an admin must reset it before another attempt can open.';
    case 'RollbackComplete':
    case 'SelfHealed':
    case 'Observed':
      return 'Ended.';
  }
}

function mustLook(attempt: Attempt, until: string): string {
  const approval = approvalIdOf(attempt);
  if (approval !== undefined)
    return `A person must look: answer ${approval} (approve), abort it, take it over, or merge or close the pull request${until}.`;
  if (attempt.data.headMoved)
    return `A person must look: somebody pushed to the pull request, so it cannot be approved; merge or close it by hand, abort it or take it over (\`holdfast reject ${attempt.id}\`)${until}.`;
  return `A person must look: abort it or take it over (\`holdfast reject ${attempt.id}\`)${until}.`;
}

function waitsForPerson(attempt: Attempt, until: string): string {
  const approval = approvalIdOf(attempt);
  return approval === undefined
    ? `A person must merge or close the pull request${until}.`
    : `An approver must answer ${approval}; merges when the invariants hold then${until}.`;
}

/** One subject as the API shows it (api.md). Throws Fault('NotFound'). */
export async function getRollback(store: Store, id: string) {
  return subjectOf(await loadAttempt(store, id));
}

/** The public form of an attempt: subject fields, then what an operator asks for first. */
export function subjectOf(attempt: Attempt) {
  const { id, rev, state, service, environment, correlationId, createdAt, updatedAt, data } = attempt;
  const approval = approvalIdOf(attempt);
  return {
    kind: 'rollback' as const,
    id,
    rev,
    state,
    service,
    environment,
    correlationId,
    createdAt,
    updatedAt,
    mode: data.mode,
    trigger: data.trigger,
    ...(data.revision !== undefined && { revision: data.revision }),
    ...(data.candidate !== undefined && { candidate: data.candidate }),
    ...(data.pullRequest !== undefined && { pullRequest: data.pullRequest }),
    ...(approval !== undefined && { approval }),
    ...(data.merge !== undefined && { merge: data.merge }),
    ...(data.deadlineAt !== undefined && { deadlineAt: data.deadlineAt }),
    times: data.times,
  };
}
