import { createHash } from 'node:crypto';
import { Fault, isoTime } from '../../shared/kernel/index.ts';
import type { CiReading, CiState, Commit, PullRequest } from '../../shared/ports/index.ts';

export type StoredCommit = Commit & {
  readonly parent?: string;
  readonly files: ReadonlyMap<string, string>;
};
/** What we wrote under an issue or pull request, as somebody may have changed it since. */
export type OurComment = {
  readonly number: number;
  readonly text: string;
  readonly createdAt: string;
  readonly edited: boolean;
  readonly ours: boolean;
};
export type Files = Readonly<Record<string, string>>;

/** One repository in memory: commits with their files, branches, checks, pull requests and comments. */
export function memoryRepository(name: string, now: () => number) {
  const commits = new Map<string, StoredCommit>();
  const branches = new Map<string, string>();
  const checks = new Map<string, CiReading>();
  const comments = new Map<string, OurComment>();
  const pullRequests: PullRequest[] = [];
  const queued = new Set<number>();
  const find = (number: number): PullRequest => {
    const found = pullRequests[number - 1];
    if (found === undefined) throw new Fault('NotFound', `no pull request #${number}`);
    return found;
  };
  const change = (number: number, part: Partial<PullRequest>): void => {
    pullRequests[number - 1] = { ...find(number), ...part };
  };
  const commit = (branch: string, message: string, files: Files = {}): string => {
    const parent = branches.get(branch);
    const kept = parent === undefined ? [] : (commits.get(parent)?.files ?? []);
    const sha = createHash('sha1').update(`${name}${commits.size}${message}`).digest('hex');
    const all = new Map([...kept, ...Object.entries(files)]);
    const made = { sha, message, authorLogin: 'dev', committedAt: isoTime(now()), files: all };
    commits.set(sha, { ...made, ...(parent !== undefined && { parent }) });
    branches.set(branch, sha);
    return sha;
  };
  return {
    ...{ commits, branches, checks, comments, pullRequests, queued, find, change, commit },
    fileAt: (ref: string, path: string) => commits.get(branches.get(ref) ?? ref)?.files.get(path),
    /** Squashes a pull request onto its base. */
    mergeNow: (number: number, login: string, message: string): string => {
      const { headSha, baseSha, baseBranch } = find(number);
      const [head, base] = [headSha, baseSha].map((sha) => commits.get(sha)?.files);
      const changed = [...(head ?? [])].filter(([path, text]) => base?.get(path) !== text);
      const mergeCommitSha = commit(baseBranch, message, Object.fromEntries(changed));
      change(number, { state: 'merged', mergedByLogin: login, mergeCommitSha });
      return mergeCommitSha;
    },
  };
}
export type MemoryRepository = ReturnType<typeof memoryRepository>;

export function checksOf(state: CiState): CiReading {
  return { state, checks: state === 'none' ? [] : [{ name: 'build', conclusion: state }] };
}
