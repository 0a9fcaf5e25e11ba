import type { OperationId } from '../contract/operations.ts';
import type { Operation } from './call.ts';
import { createCheckRun, listCheckRuns, updateCheckRun } from './checks.ts';
import { getCommit, listCommitsOfRef } from './commits.ts';
import { getContent, putContent } from './contents.ts';
import { addLabels, createComment, listComments } from './issues.ts';
import { mergePull } from './merge.ts';
import { createPull, getPull, listPullFiles, listPulls, listReviews, updatePull } from './pull-requests.ts';
import { createRef, deleteRef, getRef } from './refs.ts';
import { getBranchRules, getProtection, getRepository } from './rules.ts';
import { createStatus, getCombinedStatus } from './statuses.ts';

export const OPERATION_OF: Readonly<Record<OperationId, Operation>> = {
  'repos/get': getRepository,
  'git/get-ref': getRef,
  'git/create-ref': createRef,
  'git/delete-ref': deleteRef,
  'repos/get-content': getContent,
  'repos/create-or-update-file-contents': putContent,
  'repos/list-commits': listCommitsOfRef,
  'repos/get-commit': getCommit,
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
};
