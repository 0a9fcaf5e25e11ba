import { addComment, deleteComment, editComment } from './comments.ts';
import type { RepositoryOperationId } from './contract/operations.ts';
import type { Edits } from './git/write-objects.ts';
import type { Lines } from './lines.ts';
import { OPERATION_OF } from './operations/index.ts';
import { advance, leave, type QueueReason } from './queue.ts';
import type { ReviewState, Role } from './records.ts';
import { known, pushCommit, type Repositories, rename, textAt } from './repositories.ts';
import { addReview, dismissReview } from './reviews.ts';
import type { Repository, World } from './world.ts';

type In = { readonly repository: string };
type By = In & { readonly login: string };
type OnPull = By & { readonly number: number };

/** What people do at the forge, by their login. Each does what the page of GitHub would, webhooks included. */
export type People = {
  /** On a pull request or an issue; `viaApp`: through an app of theirs. Answers the comment's id. */
  readonly comment: (
    request: OnPull & { readonly body: string; readonly viaApp?: boolean },
  ) => Promise<number>;
  readonly editComment: (request: By & { readonly id: number; readonly body: string }) => Promise<void>;
  readonly deleteComment: (request: By & { readonly id: number }) => Promise<void>;
  /** Of the head as it is, unless a commit is named. Answers the review's id. */
  readonly review: (
    request: OnPull & {
      readonly state: Exclude<ReviewState, 'DISMISSED'>;
      readonly body?: string;
      readonly commitSha?: string;
    },
  ) => Promise<number>;
  readonly dismissReview: (request: OnPull & { readonly reviewId: number }) => Promise<void>;
  /** Answers the number. `base` is `main` when absent. */
  readonly openPull: (
    request: By & { readonly head: string; readonly title: string; readonly base?: string },
  ) => Promise<number>;
  /** Throws what GitHub says when the rules forbid it. */
  readonly mergePull: (request: OnPull) => Promise<void>;
  readonly closePull: (request: OnPull) => Promise<void>;
  /** `none` takes every role away. */
  readonly setRole: (request: By & { readonly role: Role }) => void;
  /** The branch begins anew at `main` with these edits: what stood on it is gone. Answers the new head. */
  readonly forcePush: (
    request: By & { readonly branch: string; readonly edits: Edits; readonly message?: string },
  ) => Promise<string>;
  /** Moves a file on `main`. */
  readonly moveFile: (request: By & { readonly from: string; readonly to: string }) => Promise<string>;
  /** Under the old name GitHub redirects from now on. */
  readonly rename: (request: In & { readonly to: string }) => void;
  readonly queue: {
    /** Nothing is merged by the queue until `release`. */
    readonly hold: (request: In) => void;
    /** Merges what waits in the queue (one, or all), and lets the queue run again by itself. */
    readonly release: (request: In & { readonly number?: number }) => Promise<void>;
    readonly throwOut: (
      request: In & { readonly number: number; readonly reason?: QueueReason },
    ) => Promise<void>;
  };
};

type Fields = Readonly<Record<string, unknown>>;
type Parts = {
  readonly world: World;
  readonly repositories: Repositories;
  readonly lines: Lines;
  /** Names of repositories whose queue stands still. */
  readonly held: Set<string>;
};

const QUEUE_LOGIN = 'github-merge-queue[bot]';

export function startPeople(parts: Parts): People {
  const { world, repositories, lines } = parts;
  const within = <T>(name: string, work: (repository: Repository) => Promise<T>): Promise<T> => {
    const repository = known(repositories, name);
    return lines.inLine(repository, () => work(repository));
  };
  const perform = (request: By & { readonly number?: number }, id: RepositoryOperationId, body: Fields) =>
    within(request.repository, async (repository) => {
      const path = { pull_number: String(request.number) };
      const query = new URLSearchParams();
      const call = { repository, path, query, body, login: request.login, viaApp: false };
      await OPERATION_OF[id](world, call);
    });
  return {
    comment: (request) =>
      within(request.repository, async (repository) => addComment(world, repository, request).id),
    editComment: (request) =>
      within(request.repository, async (repository) => {
        editComment(world, repository, request);
      }),
    deleteComment: (request) =>
      within(request.repository, async (repository) => deleteComment(world, repository, request)),
    review: (request) =>
      within(request.repository, async (repository) => addReview(world, repository, request).id),
    dismissReview: (request) =>
      within(request.repository, async (repository) => {
        dismissReview(world, repository, request);
      }),
    openPull: async ({ repository, login, head, title, base = 'main' }) => {
      await perform({ repository, login }, 'pulls/create', { head, title, base });
      return known(repositories, repository).record.read().pulls.at(-1)?.number ?? 0;
    },
    mergePull: async (request) => {
      await perform(request, 'pulls/merge', { merge_method: 'squash' });
    },
    closePull: async (request) => {
      await perform(request, 'pulls/update', { state: 'closed' });
    },
    setRole: ({ repository, login, role }) =>
      known(repositories, repository).record.change((record) => ({
        ...record,
        roles: { ...record.roles, [login]: role },
      })),
    forcePush: ({ repository: name, branch, edits, message = 'Rewrite', login }) =>
      within(name, (repository) =>
        pushCommit(world, repository, { branch, edits, message, author: login, anew: true }),
      ),
    moveFile: ({ repository: name, from, to, login }) =>
      within(name, async (repository) => {
        const edits = { [from]: null, [to]: await textAt(repository, 'main', from) };
        const message = `Move ${from} to ${to}`;
        return pushCommit(world, repository, { branch: 'main', edits, message, author: login });
      }),
    rename: ({ repository, to }) => rename(repositories, repository, to),
    queue: queueOf(parts, within),
  };
}

function queueOf(
  { world, held }: Parts,
  within: <T>(name: string, work: (repository: Repository) => Promise<T>) => Promise<T>,
): People['queue'] {
  return {
    hold: ({ repository }) => {
      held.add(repository);
    },
    release: ({ repository: name, number }) => {
      held.delete(name);
      return within(name, (repository) => advance(world, repository, { number }));
    },
    throwOut: ({ repository: name, number, reason = 'CI_FAILURE' }) =>
      within(name, async (repository) => {
        leave(world, repository, number, { login: QUEUE_LOGIN, reason });
      }),
  };
}
