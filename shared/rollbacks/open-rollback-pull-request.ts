import { Fault, isFault, isoTime } from '../kernel/index.ts';
import type { PullRequest } from '../ports/index.ts';
import { type Attempt, loadAttempt, type PullRequestFacts, timedFor } from './attempt.ts';
import { closePredecessors } from './close-predecessors.ts';
import { isOwn, movedOn } from './close-pull-request.ts';
import { MAX_PULL_REQUESTS_PER_HOUR, METRICS, PULL_REQUEST_LABELS } from './contract.ts';
import { knownAtOpening } from './known-at-opening.ts';
import { overtake } from './overtake-rollback.ts';
import { ownBranch } from './own-branch.ts';
import type { TaskInput, TaskResult, WorldDeps } from './ports.ts';
import { pullRequestBody, pullRequestTitle } from './pull-request-text.ts';
import { placeOf, type ReadNow, readNow } from './read-world.ts';
import { nextHour, placeBack } from './repository-quotas.ts';
import { reusablePullRequest } from './reusable-pull-request.ts';
import { type PullRequestFact, type PullRequestOutcome, recordPullRequest } from './rules/record-step.ts';
import { type Move, standing, takeStep } from './take-step.ts';
import { inWords } from './unanswered.ts';
import { hasWaited } from './wait-for-forge.ts';

type Opened = {
  readonly pullRequest: PullRequest;
  readonly facts: PullRequestFacts;
  readonly reused: boolean;
};

/**
 * Opens the rollback pull request: a branch from the tracked base, one scalar of the manifest changed, labels and body.
 * An open one for the same service, environment and target is reused; those of ended attempts with another target are
 * closed first. Every forge call is read before it is repeated. A forge that asks to wait is waited for while the
 * state's deadline allows it.
 */
export async function openPullRequestForRollback(all: WorldDeps, input: TaskInput): Promise<TaskResult> {
  const attempt = await loadAttempt(all.store, input.rollbackId);
  const deps = timedFor(all, attempt);
  if (attempt.state.kind !== 'CandidateResolved') return movedOn(deps, attempt);
  const [now, found] = await Promise.all([
    readNow(deps, attempt),
    orFault(deps, () => readToOpen(deps, attempt)),
  ]);
  const overtaken = await overtake(deps, knowingItsOwn(attempt, found), input.key, { now });
  if (overtaken !== undefined) return standing(deps, overtaken);
  const opened = found instanceof Fault ? found : await orFault(deps, () => open(deps, attempt, now, found));
  if (opened instanceof Fault && (await hasWaited(deps, attempt, opened))) return standing(deps, attempt);
  const fact: PullRequestFact =
    opened instanceof Fault
      ? { kind: 'failed', fault: opened.name, message: opened.message }
      : {
          kind: 'opened',
          number: opened.pullRequest.number,
          headSha: opened.pullRequest.headSha,
          reused: opened.reused,
        };
  const moved = await takeStep(deps, attempt, {
    key: input.key,
    rule: recordPullRequest,
    inputs: { ...fact, candidate: attempt.data.candidate?.revision ?? '' },
    move: (outcome) =>
      moveOf(attempt, outcome, fact, {
        pullRequest: opened instanceof Fault ? undefined : opened.facts,
        now: deps.clock(),
      }),
  });
  // after the decision: a task that could not record it is tried again
  deps.meter.count(METRICS.proposed, {
    service: attempt.service,
    environment: attempt.environment,
    success: String(fact.kind === 'opened'),
  });
  return standing(deps, moved);
}

async function orFault<T>(deps: WorldDeps, act: () => Promise<T>): Promise<T | Fault> {
  try {
    return await act();
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    deps.meter.count(METRICS.integrationErrors, { call: 'open-pull-request', code: thrown.name });
    return thrown;
  }
}

/** What there is already: the manifest, our open pull requests, and where the base stands. It changes nothing. */
async function readToOpen(deps: WorldDeps, attempt: Attempt) {
  const { environment } = await placeOf(deps, attempt);
  const { repository, branch, path } = environment.manifest;
  const labels = [...PULL_REQUEST_LABELS, attempt.environment];
  const [file, openOnes, baseSha] = await Promise.all([
    deps.forge.readFile(repository, path, branch),
    deps.forge.openPullRequests(repository, labels),
    deps.forge.branchHead(repository, branch),
  ]);
  return { manifest: environment.manifest, labels, file, openOnes, baseSha };
}
type Found = Awaited<ReturnType<typeof readToOpen>>;

/** With the pull request that a try of this task opened and died before recording: an end that comes now must know of it. */
function knowingItsOwn(attempt: Attempt, found: Found | Fault): Attempt {
  if (found instanceof Fault) return attempt;
  const { repository, path } = found.manifest;
  const own = found.openOnes.find((each) => isOwn(attempt, each));
  if (own === undefined) return attempt;
  return { ...attempt, data: { ...attempt.data, pullRequest: factsOf(repository, own, path) } };
}

async function open(
  deps: WorldDeps,
  attempt: Attempt,
  { autonomy, readings }: ReadNow,
  { manifest, labels, file, openOnes, baseSha }: Found,
): Promise<Opened> {
  // one that was lowered to observe meanwhile leaves the rest to a person
  if (autonomy.level === 'observe') throw new Fault('Forbidden', 'autonomy was lowered to observe meanwhile');
  const { candidate } = attempt.data;
  if (candidate === undefined) throw new Fault('Malformed', `rollback ${attempt.id} has no candidate`);
  const { repository, branch: baseBranch, path, pointer } = manifest;
  const title = pullRequestTitle(attempt, candidate.revision);
  const spliced = deps.manifest.splice(file.text, pointer, candidate.revision);
  if (spliced.before === candidate.revision)
    throw new Fault('Conflict', `${path} already names ${candidate.revision.slice(0, 7)}`);
  const change = { path, pointer, before: spliced.before, after: candidate.revision };
  const body = pullRequestBody(attempt, change, knownAtOpening(deps, attempt, readings));
  const reusable = await reusablePullRequest(deps, openOnes, {
    ...{ repository, title, baseBranch },
    ...{ path, text: spliced.text },
  });
  const others = openOnes.filter((each) => each !== reusable);
  if (reusable !== undefined) {
    await closePredecessors(deps, attempt, repository, others);
    const reused = !isOwn(attempt, reusable);
    if (reused) await deps.forge.updatePullRequest(repository, reusable.number, { body });
    return { pullRequest: reusable, facts: factsOf(repository, reusable, path), reused };
  }
  // its place was to be taken with the candidate
  if (attempt.data.pullRequestPlace === null)
    throw new Fault(
      'QuotaExceeded',
      `${repository} has had the ${MAX_PULL_REQUESTS_PER_HOUR} pull requests that one hour may bring; the next may come after ${nextHour(deps.clock())}`,
    );
  await closePredecessors(deps, attempt, repository, others);
  const headBranch = await ownBranch(deps, attempt, repository, baseSha);
  const message = `${title}\n\nHoldfast-Attempt: ${attempt.id}\nHoldfast-Correlation: ${attempt.correlationId}`;
  await deps.forge.commitFile({
    repository,
    branch: headBranch,
    path,
    text: spliced.text,
    blobSha: file.blobSha,
    message,
  });
  const pullRequest = await deps.forge.openPullRequest({
    repository,
    headBranch,
    baseBranch,
    title,
    body,
    labels,
  });
  return { pullRequest, facts: factsOf(repository, pullRequest, path), reused: false };
}

function factsOf(repository: string, pullRequest: PullRequest, path: string): PullRequestFacts {
  const { number, url, headBranch, baseBranch, headSha } = pullRequest;
  return { repository, number, url, branch: headBranch, baseBranch, headSha, path };
}

function moveOf(
  attempt: Attempt,
  outcome: PullRequestOutcome,
  fact: PullRequestFact,
  { pullRequest, now }: { readonly pullRequest: PullRequestFacts | undefined; readonly now: number },
): Move {
  if (fact.kind === 'opened') {
    return {
      event: 'PullRequestOpened',
      state: { kind: 'PullRequestOpen' },
      reasons: [
        {
          code: fact.reused ? 'PULL_REQUEST_REUSED' : 'PULL_REQUEST_OPENED',
          text: `pull request #${fact.number} at ${fact.headSha.slice(0, 7)}`,
        },
      ],
      ...(pullRequest !== undefined && { data: { pullRequest } }),
      ...(fact.reused && { effects: placeBack(attempt) }),
      times: { pullRequest: isoTime(now) },
    };
  }
  const reasons = [{ code: fact.fault, text: `the pull request could not be opened: ${fact.message}` }];
  if (outcome.verdict === 'security')
    return { event: 'PullRequestFailed', state: { kind: 'Aborted', reason: 'SECURITY' }, reasons };
  return {
    event: 'PullRequestFailed',
    state: { kind: 'AwaitingHumanReview', reason: 'PR_FAILED', afterMerge: false },
    reasons,
    data: { said: inWords(fact.fault, fact.message) },
  };
}
