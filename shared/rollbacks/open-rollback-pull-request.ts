import { Fault, isFault, isoTime } from '../kernel/index.ts';
import type { PullRequest } from '../ports/index.ts';
import { readAutonomy } from '../services/index.ts';
import { type Attempt, loadAttempt, type PullRequestFacts, timedFor } from './attempt.ts';
import { movedOn } from './close-pull-request.ts';
import { METRICS, PULL_REQUEST_LABELS } from './contract.ts';
import { overtake } from './overtake-rollback.ts';
import type { TaskInput, TaskResult, WorldDeps } from './ports.ts';
import { pullRequestBody, pullRequestTitle } from './pull-request-text.ts';
import { attemptReadings, placeOf } from './read-world.ts';
import { mayOpenMore, pullRequestCounted } from './repository-quotas.ts';
import { type PullRequestFact, type PullRequestOutcome, recordPullRequest } from './rules/record-step.ts';
import { type Move, standing, takeStep } from './take-step.ts';

const BRANCH_TRIES = 5;

type Opened = {
  readonly pullRequest: PullRequest;
  readonly facts: PullRequestFacts;
  readonly reused: boolean;
};

/**
 * Opens the rollback pull request: a branch from the tracked base, one scalar of the manifest changed, labels and body.
 * An open one for the same service, environment and target is reused. Every forge call is read before it is repeated.
 */
export async function openPullRequestForRollback(all: WorldDeps, input: TaskInput): Promise<TaskResult> {
  const attempt = await loadAttempt(all.store, input.rollbackId);
  const deps = timedFor(all, attempt);
  if (attempt.state.kind !== 'CandidateResolved') return movedOn(deps, attempt);
  const overtaken = await overtake(deps, attempt, input.key);
  if (overtaken !== undefined) return standing(deps, overtaken);
  const opened = await openOrFault(deps, attempt);
  const fact: PullRequestFact =
    opened instanceof Fault
      ? { kind: 'failed', fault: opened.name, message: opened.message }
      : {
          kind: 'opened',
          number: opened.pullRequest.number,
          headSha: opened.pullRequest.headSha,
          reused: opened.reused,
        };
  deps.meter.count(METRICS.proposed, {
    service: attempt.service,
    environment: attempt.environment,
    success: String(fact.kind === 'opened'),
  });
  const moved = await takeStep(deps, attempt, {
    key: input.key,
    rule: recordPullRequest,
    inputs: { ...fact, candidate: attempt.data.candidate?.revision ?? '' },
    move: (outcome) =>
      moveOf(outcome, fact, opened instanceof Fault ? undefined : opened.facts, deps.clock()),
  });
  return standing(deps, moved);
}

async function openOrFault(deps: WorldDeps, attempt: Attempt): Promise<Opened | Fault> {
  try {
    return await open(deps, attempt);
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    deps.meter.count(METRICS.integrationErrors, { call: 'open-pull-request', code: thrown.name });
    return thrown;
  }
}

/** Autonomy is read at every action: one that was lowered to observe meanwhile leaves the rest to a person. */
async function assertMayAct(deps: WorldDeps, attempt: Attempt): Promise<void> {
  const { service, environment } = attempt;
  const { level } = await readAutonomy(deps, { service, environment, action: 'rollback' });
  if (level === 'observe') throw new Fault('Forbidden', 'autonomy was lowered to observe meanwhile');
}

async function open(deps: WorldDeps, attempt: Attempt): Promise<Opened> {
  await assertMayAct(deps, attempt);
  const { environment } = await placeOf(deps, attempt);
  const { candidate } = attempt.data;
  if (candidate === undefined) throw new Fault('Malformed', `rollback ${attempt.id} has no candidate`);
  const { repository, branch: baseBranch, path, pointer } = environment.manifest;
  const title = pullRequestTitle(attempt, candidate.revision);
  const labels = [...PULL_REQUEST_LABELS, attempt.environment];
  const [file, openOnes, baseSha] = await Promise.all([
    deps.forge.readFile(repository, path, baseBranch),
    deps.forge.openPullRequests(repository, labels),
    deps.forge.branchHead(repository, baseBranch),
  ]);
  const spliced = deps.manifest.splice(file.text, pointer, candidate.revision);
  if (spliced.before === candidate.revision)
    throw new Fault('Conflict', `${path} already names ${candidate.revision.slice(0, 7)}`);
  const change = { path, pointer, before: spliced.before, after: candidate.revision };
  const body = pullRequestBody(attempt, change, await attemptReadings(deps, attempt));
  const present = openOnes.find((each) => each.title === title && each.baseBranch === baseBranch);
  if (present !== undefined && (await changesOnly(deps, repository, present, { path, text: spliced.text }))) {
    const reused = !present.body.includes(attempt.id);
    if (reused) await deps.forge.updatePullRequest(repository, present.number, { body });
    return { pullRequest: present, facts: factsOf(repository, present, path), reused };
  }
  if (!(await mayOpenMore(deps, repository)))
    throw new Fault('QuotaExceeded', `${repository} has had its pull requests of this hour`);
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

/** Whether a pull request makes exactly the change that this attempt would make: its title alone says nothing. */
async function changesOnly(
  deps: WorldDeps,
  repository: string,
  pullRequest: PullRequest,
  change: { readonly path: string; readonly text: string },
): Promise<boolean> {
  const files = await deps.forge.changedFiles(repository, pullRequest.number);
  if (files.length !== 1 || files[0] !== change.path) return false;
  const file = await deps.forge.readFile(repository, change.path, pullRequest.headSha);
  return file.text === change.text;
}

/** `rollback/<service>-<environment>-<sha7>`, with a suffix while the name is taken by another attempt. */
async function ownBranch(
  deps: WorldDeps,
  attempt: Attempt,
  repository: string,
  baseSha: string,
): Promise<string> {
  const name = `rollback/${attempt.service}-${attempt.environment}-${attempt.data.candidate?.revision.slice(0, 7)}`;
  for (let number = 1; number <= BRANCH_TRIES; number += 1) {
    const branch = number === 1 ? name : `${name}-${number}`;
    const created = await deps.forge.createBranch(repository, branch, baseSha);
    if (!created.taken) return branch;
    if (await isOwn(deps, attempt, repository, created.headSha)) return branch;
  }
  throw new Fault('Conflict', `the branches ${name} to -${BRANCH_TRIES} are all taken`);
}

/** A branch that this very attempt committed to before it was interrupted. */
async function isOwn(
  deps: WorldDeps,
  attempt: Attempt,
  repository: string,
  headSha: string,
): Promise<boolean> {
  const [head] = await deps.forge.commits(repository, headSha, 1);
  return head?.message.includes(`Holdfast-Attempt: ${attempt.id}`) ?? false;
}

function factsOf(repository: string, pullRequest: PullRequest, path: string): PullRequestFacts {
  const { number, url, headBranch, baseBranch, headSha } = pullRequest;
  return { repository, number, url, branch: headBranch, baseBranch, headSha, path };
}

function moveOf(
  outcome: PullRequestOutcome,
  fact: PullRequestFact,
  pullRequest: PullRequestFacts | undefined,
  now: number,
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
      ...(pullRequest !== undefined &&
        !fact.reused && { effects: pullRequestCounted(pullRequest.repository, now) }),
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
  };
}
