/** The operations of GitHub's REST API that the sandbox forge answers, by their ids in GitHub's own description. */
export const OPERATIONS = [
  'repos/get',
  'git/get-ref',
  'git/create-ref',
  'git/delete-ref',
  'repos/get-content',
  'repos/create-or-update-file-contents',
  'repos/list-commits',
  'repos/get-commit',
  'repos/compare-commits-with-basehead',
  'repos/list-pull-requests-associated-with-commit',
  'repos/get-combined-status-for-ref',
  'repos/create-commit-status',
  'repos/get-branch-rules',
  'repos/get-branch-protection',
  'checks/create',
  'checks/update',
  'checks/list-for-ref',
  'pulls/create',
  'pulls/list',
  'pulls/get',
  'pulls/update',
  'pulls/list-files',
  'pulls/list-reviews',
  'pulls/merge',
  'issues/list-comments',
  'issues/create-comment',
  'issues/add-labels',
  'repos/get-collaborator-permission-level',
  'issues/create',
  'issues/get',
  'issues/list-for-repo',
  'issues/update',
  'issues/get-comment',
  'issues/update-comment',
  'issues/delete-comment',
  'pulls/create-review',
  'pulls/dismiss-review',
  'apps/create-installation-access-token',
  'apps/list-webhook-deliveries',
  'apps/redeliver-webhook-delivery',
] as const;

export type OperationId = (typeof OPERATIONS)[number];

/** Those of an app itself, not of a repository. */
export type AppOperationId = Extract<OperationId, `apps/${string}`>;
export type RepositoryOperationId = Exclude<OperationId, AppOperationId>;

export function isAppOperation(id: OperationId): id is AppOperationId {
  return id.startsWith('apps/');
}
