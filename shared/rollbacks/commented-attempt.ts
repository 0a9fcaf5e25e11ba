import { type Attempt, attemptOf } from './attempt.ts';
import { failuresCounted } from './count-failure.ts';
import { escalatedBy } from './escalation-text.ts';
import type { WorldDeps } from './ports.ts';
import { placeOf } from './read-world.ts';

/** Where a comment stands. At a forge no issue has the number of a pull request. */
export type Commented = {
  readonly repository: string;
  readonly number: number;
  readonly onIssue?: true | undefined;
};

const WAITING = ['AwaitingMerge', 'AwaitingHumanReview'] as const;
/** How an order by a comment ends an attempt: the same comment may come again. */
const ENDED = ['Aborted'] as const;

export function awaitsPerson({ state }: Attempt): boolean {
  return WAITING.some((kind) => kind === state.kind);
}

/**
 * The attempt that a comment at this place speaks of: the one that waits there, or the last one that was aborted there.
 * An issue must be our escalation of exactly this attempt, as the forge has it now; undefined where it is not.
 */
export function attemptAt(deps: WorldDeps, commented: Commented): Promise<Attempt | undefined> {
  return commented.onIssue ? escalatedAt(deps, commented) : underPullRequest(deps, commented);
}

async function underPullRequest(deps: WorldDeps, commented: Commented): Promise<Attempt | undefined> {
  return (await among(deps, WAITING, commented)) ?? (await among(deps, ENDED, commented));
}

async function among(
  deps: WorldDeps,
  states: readonly Attempt['state']['kind'][],
  { repository, number }: Commented,
): Promise<Attempt | undefined> {
  const pages = await Promise.all(
    states.map((state) => deps.store.heads({ kind: 'rollback', state, limit: 100 })),
  );
  return pages
    .flatMap((page) => page.items.map(attemptOf))
    .find(({ data }) => data.pullRequest?.repository === repository && data.pullRequest.number === number);
}

/**
 * Nothing of ours is kept about an issue: its marker names the attempt. Whoever may write in the repository can change
 * the text of our issue and so its marker, and can move the issue elsewhere: neither is obeyed.
 */
async function escalatedAt(deps: WorldDeps, { repository, number }: Commented): Promise<Attempt | undefined> {
  const issue = await failuresCounted(deps.meter, 'read-issue', () =>
    deps.forge.readIssue(repository, number),
  );
  if (issue?.marker === undefined || !issue.ours || issue.edited) return undefined;
  const id = escalatedBy(issue.marker);
  const head = id === undefined ? undefined : await deps.store.head({ kind: 'rollback', id });
  if (head === undefined) return undefined;
  const attempt = attemptOf(head);
  // where there is a pull request, its head must be in sight of whoever decides
  if (attempt.data.pullRequest !== undefined) return undefined;
  const { service } = await placeOf(deps, attempt);
  return service.repository === repository ? attempt : undefined;
}
