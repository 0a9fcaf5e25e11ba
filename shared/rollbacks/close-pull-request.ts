import { isoTime } from '../kernel/index.ts';
import type { PullRequest } from '../ports/index.ts';
import type { Attempt } from './attempt.ts';
import type { AbortReason } from './contract.ts';
import { foundMerge, isOurMerge } from './own-merge.ts';
import type { TaskResult, WorldDeps } from './ports.ts';
import { ask } from './read-world.ts';
import { recordLateMerge as recordLateMergeRule } from './rules/record-step.ts';
import { settleApproval } from './settle-approval.ts';
import { standing, takeStep } from './take-step.ts';

/**
 * Tidies up after an end: the approval is closed; a pull request that health or a person made needless is closed with a
 * comment and its branch deleted; one that people shall decide on is left open with a comment. Failing to tell never blocks the flow, and
 * every call can be repeated.
 */
export async function settleForge(deps: WorldDeps, attempt: Attempt): Promise<void> {
  await settleApproval(deps, attempt);
  const { pullRequest } = attempt.data;
  if (pullRequest === undefined) return;
  const text = farewell(attempt);
  if (text === undefined) return;
  const { repository, number, branch } = pullRequest;
  const tell = <T>(call: string, request: () => Promise<T>) =>
    ask(deps, call, request).catch(() => undefined);
  const present = await tell('pull-request', () => deps.forge.pullRequest(repository, number));
  const late = present !== undefined && isOurMerge(attempt, present);
  if (late && attempt.data.merge === undefined) await recordLateMerge(deps, attempt, present);
  await tell('comment', () =>
    deps.forge.comment(repository, number, `${attempt.id}/${attempt.state.kind}`, late ? LATE : text),
  );
  if (attempt.data.queuedAt !== undefined)
    await tell('leave-queue', () => deps.forge.leaveQueue(repository, number));
  if (!closesPullRequest(attempt)) return;
  if (present?.state === 'open')
    await tell('close-pull-request', () =>
      deps.forge.updatePullRequest(repository, number, { state: 'closed' }),
    );
  await tell('delete-branch', () => deps.forge.deleteBranch(repository, branch));
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
function closesPullRequest({ state }: Attempt): boolean {
  if (state.kind === 'SelfHealed') return true;
  return state.kind === 'Aborted' && ['APPROVAL_TIMEOUT', 'ABORTED_BY_PERSON'].includes(state.reason);
}

function farewell(attempt: Attempt): string | undefined {
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
