import type { RepositoryOperationId } from '../contract/operations.ts';
import type { Operation } from './call.ts';
import { createCheckRun, listCheckRuns, updateCheckRun } from './checks.ts';
import { listPullsOfCommit } from './commit-pulls.ts';
import { getCommit, listCommitsOfRef } from './commits.ts';
import { compareCommits } from './compare.ts';
import { getContent, putContent } from './contents.ts';
import {
  addLabels,
  createComment,
  createIssue,
  getComment,
  getIssue,
  listComments,
  listIssues,
  removeComment,
  updateComment,
  updateIssue,
} from './issues.ts';
import { mergePull } from './merge.ts';
import { createPull, getPull, listPullFiles, listPulls, updatePull } from './pull-requests.ts';
import { createRef, deleteRef, getRef } from './refs.ts';
import { createReview, dismiss, getPermission, listReviews } from './reviews.ts';
import { getBranchRules, getProtection, getRepository } from './rules.ts';
import { createStatus, getCombinedStatus } from './statuses.ts';

export const OPERATION_OF: Readonly<Record<RepositoryOperationId, Operation>> = {
  'repos/get': getRepository,
  'git/get-ref': getRef,
  'git/create-ref': createRef,
  'git/delete-ref': deleteRef,
  'repos/get-content': getContent,
  'repos/create-or-update-file-contents': putContent,
  'repos/list-commits': listCommitsOfRef,
  'repos/get-commit': getCommit,
  'repos/compare-commits-with-basehead': compareCommits,
  'repos/list-pull-requests-associated-with-commit': listPullsOfCommit,
  'repos/get-combined-status-for-ref': getCombinedStatus,
  'repos/create-commit-status': createStatus,
  'repos/get-branch-rules': getBranchRules,
  'repos/get-branch-protection': getProtection,
  'checks/create': createCheckRun,
  'checks/update': updateCheckRun,
  'checks/list-for-ref': listCheckRuns,
  'pulls/create': createPull,
  'pulls/list': listPulls,
  'pulls/get': getPull,
  'pulls/update': updatePull,
  'pulls/list-files': listPullFiles,
  'pulls/list-reviews': listReviews,
  'pulls/merge': mergePull,
  'issues/list-comments': listComments,
  'issues/create-comment': createComment,
  'issues/add-labels': addLabels,
  'issues/create': createIssue,
  'issues/get': getIssue,
  'issues/list-for-repo': listIssues,
  'issues/update': updateIssue,
  'issues/get-comment': getComment,
  'issues/update-comment': updateComment,
  'issues/delete-comment': removeComment,
  'pulls/create-review': createReview,
  'pulls/dismiss-review': dismiss,
  'repos/get-collaborator-permission-level': getPermission,
};
