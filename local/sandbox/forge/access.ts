import type { RepositoryOperationId } from './contract/operations.ts';
import type { Role } from './records.ts';
import { GithubRefusal, notFound } from './refusal.ts';
import type { Repository, World } from './world.ts';

export type Level = 'read' | 'write';
export type Permissions = Readonly<Record<string, Level>>;

/** Who asks: a person by a token of theirs, or an app by a token that is narrowed. */
export type Actor = {
  readonly login: string;
  readonly app?: { readonly repositories: readonly string[] | 'all'; readonly permissions: Permissions };
};

type Need = {
  readonly permission: string;
  readonly level: Level;
  /** People need no role for it: what everybody may do in a public repository. */
  readonly anybody?: true;
};

const WRITERS: readonly (Role | undefined)[] = ['admin', 'maintain', 'write'];

const reads = (permission: string): Need => ({ permission, level: 'read' });
const writes = (permission: string): Need => ({ permission, level: 'write' });
const says = (permission: string): Need => ({ permission, level: 'write', anybody: true });

/** As GitHub's page "Permissions required for GitHub Apps" has them. */
const NEED_OF: Readonly<Record<RepositoryOperationId, Need>> = {
  'repos/get': reads('metadata'),
  'git/get-ref': reads('contents'),
  'git/create-ref': writes('contents'),
  'git/delete-ref': writes('contents'),
  'repos/get-content': reads('contents'),
  'repos/create-or-update-file-contents': writes('contents'),
  'repos/list-commits': reads('contents'),
  'repos/get-commit': reads('contents'),
  'repos/list-pull-requests-associated-with-commit': reads('pull_requests'),
  'repos/compare-commits-with-basehead': reads('contents'),
  'repos/get-combined-status-for-ref': reads('statuses'),
  'repos/create-commit-status': writes('statuses'),
  'repos/get-branch-rules': reads('metadata'),
  'repos/get-branch-protection': reads('administration'),
  'repos/get-collaborator-permission-level': reads('metadata'),
  'checks/create': writes('checks'),
  'checks/update': writes('checks'),
  'checks/list-for-ref': reads('checks'),
  'pulls/create': writes('pull_requests'),
  'pulls/list': reads('pull_requests'),
  'pulls/get': reads('pull_requests'),
  'pulls/update': writes('pull_requests'),
  'pulls/list-files': reads('pull_requests'),
  'pulls/list-reviews': reads('pull_requests'),
  'pulls/create-review': says('pull_requests'),
  'pulls/dismiss-review': writes('pull_requests'),
  'pulls/merge': writes('contents'),
  'issues/list-comments': reads('issues'),
  'issues/create-comment': says('issues'),
  'issues/get-comment': reads('issues'),
  'issues/update-comment': says('issues'),
  'issues/delete-comment': says('issues'),
  'issues/add-labels': writes('issues'),
  'issues/create': says('issues'),
  'issues/get': reads('issues'),
  'issues/list-for-repo': reads('issues'),
  'issues/update': writes('issues'),
};

/** Throws GitHub's refusal when the actor may not do this here. */
export function refuseStranger(
  world: World,
  repository: Repository,
  actor: Actor,
  id: RepositoryOperationId | 'graphql',
): void {
  const need = id === 'graphql' ? writes('pull_requests') : NEED_OF[id];
  if (actor.app !== undefined) {
    const { repositories, permissions } = actor.app;
    if (repositories !== 'all' && !repositories.includes(repository.name)) throw notFound();
    const given = permissions[need.permission];
    if (given === 'write' || (given === 'read' && need.level === 'read')) return;
    throw new GithubRefusal(403, 'Resource not accessible by integration');
  }
  if (need.level === 'read' || need.anybody === true) return;
  if (!WRITERS.includes(world.roleOf(repository, actor.login))) {
    throw new GithubRefusal(403, 'Must have push access to repository');
  }
}
