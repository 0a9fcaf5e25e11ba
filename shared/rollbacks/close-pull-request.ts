import { isoTime } from '../kernel/index.ts';
import type { PullRequest } from '../ports/index.ts';
import type { Attempt, PullRequestFacts } from './attempt.ts';
import type { AbortReason } from './contract.ts';
import { foundMerge, isOurMerge } from './own-merge.ts';
import type { TaskResult, WorldDeps } from './ports.ts';
import { attemptNamedIn } from './pull-request-text.ts';
import { ask } from './read-world.ts';
import { recordLateMerge as recordLateMergeRule } from './rules/record-step.ts';
import { settleApproval } from './settle-approval.ts';
import { standing, takeStep } from './take-step.ts';

/**
 * Tidies up after an end: the approval is closed; a pull request that health or a person made needless is closed with a
 * comment and its branch deleted; one that people shall decide on is left open with a comment. One that the next attempt
 * has taken up is left to that one: the slot is free by now. Failing to tell never blocks the flow, and every call can be
 * repeated.
 */
export async function settleForge(deps: WorldDeps, attempt: Attempt): Promise<void> {
  await settleApproval(deps, attempt);
  const { pullRequest } = attempt.data;
  const text = farewell(attempt);
  if (pullRequest === undefined || text === undefined) return;
  const { repository, number } = pullRequest;
  const present = await presentOutOfQueue(deps, attempt, pullRequest);
  if (present === undefined || isOfAnother(attempt, present)) return;
  const late = isOurMerge(attempt, present);
  if (late && attempt.data.merge === undefined) await recordLateMerge(deps, attempt, present);
  const own = isOwn(attempt, present);
  // before the word: that may take as long as the next attempt needs to take the pull request up
  const closed = !(own && closesPullRequest(attempt)) || (await closeAndForget(deps, repository, present));
  // the word says that it is closed: the daily run says so when it has closed it
  if (!closed) return;
  if (own || late)
    await quietly(deps, 'comment', () =>
      deps.forge.comment(repository, number, farewellMarker(attempt), late ? LATE : text),
    );
}

/** The pull request as it is once it is in no merge queue; undefined when it could not be read. */
async function presentOutOfQueue(
  deps: WorldDeps,
  attempt: Attempt,
  { repository, number }: PullRequestFacts,
) {
  const read = () => quietly(deps, 'pull-request', () => deps.forge.pullRequest(repository, number));
  const present = await read();
  if (attempt.data.queuedAt === undefined) return present;
  if (present !== undefined && isOfAnother(attempt, present)) return present;
  await quietly(deps, 'leave-queue', () => deps.forge.leaveQueue(repository, number));
  return read();
}

/** Whether its text still names this attempt: then no other has taken it up, and no person has made it their own. */
export function isOwn(attempt: Attempt, { body }: PullRequest): boolean {
  return attemptNamedIn(body) === attempt.id;
}

function isOfAnother(attempt: Attempt, { body }: PullRequest): boolean {
  const named = attemptNamedIn(body);
  return named !== undefined && named !== attempt.id;
}

/** Asks or tells the forge; undefined, and nothing thrown, where that fails. */
export function quietly<T>(deps: WorldDeps, call: string, request: () => Promise<T>): Promise<T | undefined> {
  return ask(deps, call, request).catch(() => undefined);
}

/**
 * Closes a pull request that was just read, and deletes its branch unless something else is there now: once it is gone its
 * name is free for the next attempt. False where it may still be open.
 */
export async function closeAndForget(
  deps: WorldDeps,
  repository: string,
  { number, state, headBranch, headSha }: PullRequest,
): Promise<boolean> {
  if (state === 'open' && !(await closes(deps, repository, number))) return false;
  const there = await quietly(deps, 'branch-head', () => deps.forge.branchHead(repository, headBranch));
  if (there === headSha)
    await quietly(deps, 'delete-branch', () => deps.forge.deleteBranch(repository, headBranch));
  return true;
}

/** An answer that was lost says nothing of the closing: then it is read again. */
async function closes(deps: WorldDeps, repository: string, number: number): Promise<boolean> {
  const closed = await quietly(deps, 'close-pull-request', async () => {
    await deps.forge.updatePullRequest(repository, number, { state: 'closed' });
    return true;
  });
  if (closed) return true;
  const present = await quietly(deps, 'pull-request', () => deps.forge.pullRequest(repository, number));
  return present?.state === 'closed';
}

const LATE =
  'This rollback was ended while its merge was under way: it IS merged. Holdfast does not watch the recovery; somebody must.';

/** The end came while the merge call was under way: the merge is recorded beside it, the end stays. */
async function recordLateMerge(deps: WorldDeps, attempt: Attempt, present: PullRequest): Promise<void> {
  await takeStep(deps, attempt, {
    key: `late-merge/${attempt.id}`,
    rule: recordLateMergeRule,
    inputs: { state: attempt.state.kind, sha: present.mergeCommitSha ?? '' },
    move: () => ({ ...foundMerge(attempt, present, isoTime(deps.clock())), state: attempt.state }),
  });
}

/**
 * What a task answers that finds its attempt already moved on. It may be the retry of one that died between recording
 * an end and telling the forge, so the forge is settled first.
 */
export async function movedOn(deps: WorldDeps, attempt: Attempt): Promise<TaskResult> {
  await settleForge(deps, attempt);
  return standing(deps, attempt);
}

/** Ends after which nobody shall merge it by mistake; in the others it is left to people. */
export function closesPullRequest({ state }: Attempt): boolean {
  if (state.kind === 'SelfHealed') return true;
  return state.kind === 'Aborted' && ['APPROVAL_TIMEOUT', 'ABORTED_BY_PERSON'].includes(state.reason);
}

/** Of the one comment that tells the end, whoever comes to write it. */
export function farewellMarker({ id, state }: Attempt): string {
  return `${id}/${state.kind}`;
}

/** What is said under the pull request at the end; undefined where nothing is. */
export function farewell(attempt: Attempt): string | undefined {
  const { state } = attempt;
  if (state.kind === 'SelfHealed') {
    return `Health restored before merge: ${attempt.service} in ${attempt.environment} is Healthy again. Closing; nothing was changed.`;
  }
  return state.kind === 'Aborted' ? abortedText(state.reason) : undefined;
}

function abortedText(reason: AbortReason): string | undefined {
  switch (reason) {
    case 'KILL_SWITCH':
      return 'The kill switch is on: Holdfast does nothing more here. The pull request stays open for a person.';
    case 'MANUAL_TAKEOVER':
      return 'A person has taken over. The pull request stays open; Holdfast does nothing more here.';
    case 'ABORTED_BY_PERSON':
      return 'A person has aborted this rollback. Closing; nothing was changed.';
    case 'APPROVAL_TIMEOUT':
      return 'Nobody has approved this rollback in time. Closing; nothing was changed.';
    case 'REVIEW_TIMEOUT':
    case 'STALE_STATE':
      return `The rollback attempt ended (${reason}). Holdfast does nothing more here.`;
    case 'PR_CLOSED':
    case 'SECURITY':
      return undefined;
  }
}
