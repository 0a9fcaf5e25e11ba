import type { ForgeComment, ForgeIssue, OwnComment } from './forge-threads.ts';

/** A repository as "owner/name". */
export type Repository = string;

export type Commit = {
  readonly sha: string;
  readonly message: string;
  readonly authorLogin?: string;
  readonly committedAt: string;
};

/** A file that differs between two revisions. */
export type ComparedFile = {
  readonly path: string;
  /** Where it was, when it was moved. */
  readonly previousPath?: string;
  readonly status: 'added' | 'removed' | 'modified' | 'renamed';
  readonly additions: number;
  readonly deletions: number;
  /** Unified hunks; absent where the forge does not show them (binary, or too large). */
  readonly patch?: string;
};

/** What leads from `base` to `head`, as the forge sees it: from their common ancestor on. */
export type Comparison = {
  /** Those that `base` lacks, oldest first. */
  readonly commits: readonly Pick<Commit, 'sha' | 'message' | 'authorLogin'>[];
  readonly files: readonly ComparedFile[];
  /** Commits of `base` that `head` lacks: what going there takes back is not among the files. */
  readonly behindBy: number;
  /** Not all commits or files are named: the change is at least this large. */
  readonly truncated: boolean;
};

/** success = at least one check and all green; none = no check has reported; both checks and statuses are read. */
export type CiState = 'success' | 'failure' | 'pending' | 'none';
export type CiReading = {
  readonly state: CiState;
  readonly checks: readonly { readonly name: string; readonly conclusion: string; readonly url?: string }[];
};

export type TextFile = { readonly path: string; readonly text: string; readonly blobSha: string };

export type PullRequest = {
  readonly number: number;
  readonly url: string;
  readonly state: 'open' | 'closed' | 'merged';
  readonly title: string;
  readonly body: string;
  readonly headBranch: string;
  readonly headSha: string;
  readonly baseBranch: string;
  readonly baseSha: string;
  readonly labels: readonly string[];
  readonly authorLogin: string;
  readonly mergedByLogin?: string;
  readonly mergeCommitSha?: string;
  /** What the forge computed last; advisory only: the merge call decides. */
  readonly mergeable?: boolean;
  readonly createdAt: string;
};

export type BranchRules = {
  readonly requiredChecks: readonly string[];
  readonly requiredApprovals: number;
  readonly mergeQueue: boolean;
  /** What else the branch demands and nobody can read ahead (signed commits, deployments, ...); the merge call judges it. */
  readonly alsoRequires?: readonly string[];
};

export type CommitChange = {
  readonly repository: Repository;
  readonly branch: string;
  readonly path: string;
  readonly text: string;
  /** sha of the blob that is replaced: the compare-and-set. */
  readonly blobSha: string;
  readonly message: string;
};

/** What a login may do in a repository, weakest last. `none`: no collaborator. */
export const FORGE_PERMISSIONS = ['admin', 'maintain', 'write', 'triage', 'read', 'none'] as const;
export type ForgePermission = (typeof FORGE_PERMISSIONS)[number];

/** The last word of one reviewer: comments that neither approve nor ask for changes do not count. */
export type Review = {
  readonly login: string;
  readonly state: 'approved' | 'changes-requested' | 'dismissed';
  /** The head that was reviewed: an approval of another head says nothing of this one. */
  readonly commitSha: string;
};

export type MergeResult =
  | { readonly kind: 'merged'; readonly sha: string }
  /** The branch has a merge queue: the forge merges when its turn comes, or takes it out of the queue. */
  | { readonly kind: 'queued' }
  | { readonly kind: 'head-moved' }
  | { readonly kind: 'refused'; readonly message: string };

/**
 * The code forge. Every call: a time-out, 1 + 3 attempts for transient errors, read before retrying a write.
 * Throws Fault: PermissionDenied (401/403 that is no rate limit), NotFound, Conflict, RateLimited, Unavailable, Malformed, InvalidInput.
 */
export type Forge = {
  readonly branchHead: (repository: Repository, branch: string) => Promise<string>;
  /** Creates the branch at the sha. `taken` when a branch of that name exists elsewhere; an existing one at `sha` is ours. */
  readonly createBranch: (
    repository: Repository,
    branch: string,
    sha: string,
  ) => Promise<{ readonly taken: boolean; readonly headSha: string }>;
  /** Deleting what is not there is success. */
  readonly deleteBranch: (repository: Repository, branch: string) => Promise<void>;
  readonly readFile: (repository: Repository, path: string, ref: string) => Promise<TextFile>;
  /** Commits one file; when the branch already holds exactly this text, answers without a second commit. */
  readonly commitFile: (change: CommitChange) => Promise<{ readonly sha: string }>;
  /** Newest first, `from` included, ancestors only. */
  readonly commits: (repository: Repository, from: string, limit: number) => Promise<readonly Commit[]>;
  /** By its full sha. Throws NotFound when the repository has no such commit, InvalidInput for anything but a full sha. */
  readonly readCommit: (repository: Repository, sha: string) => Promise<Commit>;
  /** Both by their full sha. Throws NotFound when the repository lacks one of them, or they have no common ancestor. */
  readonly compare: (repository: Repository, base: string, head: string) => Promise<Comparison>;
  readonly ci: (repository: Repository, sha: string) => Promise<CiReading>;
  /** Opens, or finds the open one of the same head branch and base. Sets the labels. */
  readonly openPullRequest: (request: {
    readonly repository: Repository;
    readonly headBranch: string;
    readonly baseBranch: string;
    readonly title: string;
    readonly body: string;
    readonly labels: readonly string[];
  }) => Promise<PullRequest>;
  readonly pullRequest: (repository: Repository, number: number) => Promise<PullRequest>;
  /** All open ones that carry every one of the labels. */
  readonly openPullRequests: (
    repository: Repository,
    labels: readonly string[],
  ) => Promise<readonly PullRequest[]>;
  /** Those that brought the commit to the default branch, or that have it where it is not there yet; none for an unknown one. */
  readonly pullRequestsOf: (repository: Repository, sha: string) => Promise<readonly PullRequest[]>;
  readonly changedFiles: (repository: Repository, number: number) => Promise<readonly string[]>;
  readonly updatePullRequest: (
    repository: Repository,
    number: number,
    change: { readonly body?: string; readonly state?: 'closed' },
  ) => Promise<void>;
  /** At most one comment per marker: a hidden `<!-- holdfast:marker -->` is searched first. */
  readonly comment: (repository: Repository, number: number, marker: string, text: string) => Promise<void>;
  /** Adds the labels to an issue or a pull request, which keeps those that it has; adding them again changes nothing. */
  readonly addLabels: (repository: Repository, number: number, labels: readonly string[]) => Promise<void>;
  /** Opens an issue, or finds the open one with this marker (hidden in its body). */
  readonly openIssue: (
    repository: Repository,
    issue: {
      readonly marker: string;
      readonly title: string;
      readonly body: string;
      readonly labels: readonly string[];
    },
  ) => Promise<{ readonly number: number; readonly url: string }>;
  /** The issue as it stands now; undefined where there is none of this number: a pull request is none. */
  readonly readIssue: (repository: Repository, number: number) => Promise<ForgeIssue | undefined>;
  /** The comment as it stands now; undefined when it was deleted. */
  readonly readComment: (repository: Repository, commentId: number) => Promise<ForgeComment | undefined>;
  /** Marked comments under a pull request that we wrote and nobody has changed, oldest first; none under anything else. */
  readonly ownComments: (repository: Repository, number: number) => Promise<readonly OwnComment[]>;
  readonly permission: (repository: Repository, login: string) => Promise<ForgePermission>;
  /** One for each reviewer: the last one that is more than a comment. */
  readonly reviews: (repository: Repository, number: number) => Promise<readonly Review[]>;
  readonly rules: (repository: Repository, branch: string) => Promise<BranchRules>;
  /** Whether the pull request waits in the branch's merge queue. */
  readonly isQueued: (repository: Repository, number: number) => Promise<boolean>;
  /** Takes it out of the merge queue; one that is not in it is success. */
  readonly leaveQueue: (repository: Repository, number: number) => Promise<void>;
  /**
   * Squash merge guarded by the head sha, or the same guard at the door of the merge queue where the branch has one.
   * An already merged pull request answers `merged`.
   */
  readonly merge: (
    repository: Repository,
    number: number,
    request: { readonly headSha: string; readonly title: string; readonly message: string },
  ) => Promise<MergeResult>;
};
