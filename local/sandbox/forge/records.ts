import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What a forge knows besides git: one JSON file per repository, replaced as a whole. Times in GitHub's form. */
export type CommentRecord = {
  readonly id: number;
  /** Of the issue or pull request. */
  readonly number: number;
  readonly body: string;
  readonly login: string;
  /** Written with a token of an app. */
  readonly viaApp: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
};

export type IssueRecord = {
  readonly id: number;
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
  readonly state: 'open' | 'closed';
  readonly login: string;
  readonly labels: readonly string[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly closedAt: string | null;
  /** When its text was last changed, if ever. */
  readonly lastEditedAt?: string;
};

export type ReviewState = 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED';
export type ReviewRecord = {
  readonly id: number;
  readonly number: number;
  readonly login: string;
  readonly state: ReviewState;
  readonly body: string;
  /** The head that was reviewed. */
  readonly commitSha: string;
  readonly submittedAt: string;
};

/** A pull request in the merge queue, and who put it there. */
export type QueueEntry = {
  readonly number: number;
  readonly headSha: string;
  readonly login: string;
  readonly at: string;
};

/** What a person may do in a repository. */
export type Role = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none';

export type PullRecord = {
  readonly id: number;
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
  readonly head: string;
  readonly headSha: string;
  readonly base: string;
  readonly baseSha: string;
  readonly state: 'open' | 'closed';
  readonly login: string;
  readonly labels: readonly string[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly closedAt: string | null;
  readonly merge: { readonly sha: string; readonly login: string; readonly at: string } | null;
};

export type CheckRunRecord = {
  readonly id: number;
  readonly suiteId: number;
  readonly name: string;
  readonly headSha: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly startedAt: string;
  readonly completedAt: string | null;
  readonly detailsUrl: string | null;
  readonly output: { readonly title: string | null; readonly summary: string | null };
};

export type StatusRecord = {
  readonly id: number;
  readonly sha: string;
  readonly context: string;
  readonly state: string;
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly login: string;
  readonly createdAt: string;
};

/** Rules of a branch. `protection` says whether they are classic branch protection instead of a ruleset. */
export type BranchRulesRecord = {
  readonly requiredChecks: readonly string[];
  readonly requiredApprovals: number;
  readonly mergeQueue: boolean;
  readonly protection: boolean;
  /** Further rules, as the types of rulesets name them: `required_signatures`, `required_deployments`, ... */
  readonly others: readonly string[];
};

export type RepositoryRecord = {
  readonly v: 1;
  readonly id: number;
  readonly name: string;
  /** Names it had before: they redirect. */
  readonly formerNames: readonly string[];
  readonly createdAt: string;
  readonly nextId: number;
  readonly pulls: readonly PullRecord[];
  readonly issues: readonly IssueRecord[];
  readonly comments: readonly CommentRecord[];
  readonly reviews: readonly ReviewRecord[];
  readonly queue: readonly QueueEntry[];
  /** By login. Who is not in it has what the forge gives by default. */
  readonly roles: Readonly<Record<string, Role>>;
  readonly checkRuns: readonly CheckRunRecord[];
  readonly statuses: readonly StatusRecord[];
  readonly rules: Readonly<Record<string, BranchRulesRecord>>;
};

export type RecordFile = {
  readonly read: () => RepositoryRecord;
  readonly change: (change: (record: RepositoryRecord) => RepositoryRecord) => void;
  /** A number never given before in this repository. */
  readonly nextId: () => number;
};

export function newRecord(id: number, name: string, createdAt: string): RepositoryRecord {
  // ids of different repositories never meet: nobody opens a million things in a sandbox repository
  const nextId = id * 1_000_000 + 1;
  return {
    ...{ v: 1, id, name, createdAt, nextId, formerNames: [], rules: {}, roles: {} },
    ...{ pulls: [], issues: [], comments: [], reviews: [], queue: [], checkRuns: [], statuses: [] },
  };
}

/** The record of a repository in memory, saved at each change by writing a new file and renaming it over the old. */
export function recordFile(path: string, initial?: RepositoryRecord): RecordFile {
  let record: RepositoryRecord = initial ?? JSON.parse(readFileSync(path, 'utf8'));
  const save = (next: RepositoryRecord): void => {
    record = next;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, JSON.stringify(next));
    renameSync(`${path}.new`, path);
  };
  if (initial !== undefined) save(initial);
  return {
    read: () => record,
    change: (change) => save(change(record)),
    nextId: () => {
      const id = record.nextId;
      save({ ...record, nextId: id + 1 });
      return id;
    },
  };
}

/** Issues and pull requests are numbered together, as on GitHub. */
export function nextNumber(record: RepositoryRecord): number {
  return record.pulls.length + record.issues.length + 1;
}

/** The record with one pull request changed. */
export function withPull(
  record: RepositoryRecord,
  number: number,
  change: (pull: PullRecord) => PullRecord,
): RepositoryRecord {
  return { ...record, pulls: record.pulls.map((pull) => (pull.number === number ? change(pull) : pull)) };
}
