/** A repository as "owner/name". */
export type Repository = string;

export type Commit = {
  readonly sha: string;
  readonly message: string;
  readonly authorLogin?: string;
  readonly committedAt: string;
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

export type MergeResult =
  | { readonly kind: 'merged'; readonly sha: string }
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
  readonly changedFiles: (repository: Repository, number: number) => Promise<readonly string[]>;
  readonly updatePullRequest: (
    repository: Repository,
    number: number,
    change: { readonly body?: string; readonly state?: 'closed' },
  ) => Promise<void>;
  /** At most one comment per marker: a hidden `<!-- holdfast:marker -->` is searched first. */
  readonly comment: (repository: Repository, number: number, marker: string, text: string) => Promise<void>;
  readonly rules: (repository: Repository, branch: string) => Promise<BranchRules>;
  /** Squash merge guarded by the head sha. An already merged pull request answers `merged`. */
  readonly merge: (
    repository: Repository,
    number: number,
    request: { readonly headSha: string; readonly title: string; readonly message: string },
  ) => Promise<MergeResult>;
};
