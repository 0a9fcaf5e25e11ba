import { createHash } from 'node:crypto';
import { Fault, isoTime } from '../../shared/kernel/index.ts';
import type {
  BranchRules,
  CiState,
  Commit,
  Forge,
  ForgePermission,
  Review,
} from '../../shared/ports/index.ts';
import { type CompareCalls, memoryForgeCompare } from './memory-forge-compare.ts';
import { memoryForgePeople, type PeopleCalls } from './memory-forge-people.ts';
import { checksOf, type MemoryRepository, memoryRepository } from './memory-repository.ts';

const BOT = 'holdfast[bot]';

export type Settings = {
  /** Makes calls fail, by the name of the port's method, as long as it answers a Fault. */
  refuse: (call: string) => Fault | undefined;
  /** Called after a call took effect and before it answers: where a process may die. */
  interrupt: (call: string) => void;
  /** What the checks of a commit say until they are set. */
  firstChecks: CiState;
  protection: BranchRules;
  /** What a login may do; nobody else is a collaborator. */
  permissions: Readonly<Record<string, ForgePermission>>;
  /** What reviewers have said, of every pull request. */
  reviewed: readonly Review[];
  /** How the forge itself refuses a merge. */
  mergeRefusal: string | undefined;
};
export type MemoryForge = ReturnType<typeof memoryForge>;

/** A code forge in memory, with the port's promises about repeats. What a test does as a person stands beside the port. */
export function memoryForge(now: () => number) {
  const repositories = new Map<string, MemoryRepository>();
  const writes: string[] = [];
  const repo = (name: string): MemoryRepository => {
    const known = repositories.get(name) ?? memoryRepository(name, now);
    repositories.set(name, known);
    return known;
  };
  const settings: Settings = {
    refuse: () => undefined,
    interrupt: () => {},
    firstChecks: 'pending',
    protection: { requiredApprovals: 0, mergeQueue: false, requiredChecks: [] },
    mergeRefusal: undefined,
    permissions: {},
    reviewed: [],
  };
  const people = memoryForgePeople({ repo, writes, settings, now });
  const calls = {
    ...contentCalls(repo, writes),
    ...memoryForgeCompare(repo),
    ...pullRequestCalls(repo, writes, settings, now),
    ...people.calls,
  };
  return Object.assign(settings, guarded(calls, settings), {
    /** Every change that took effect, as `<call> <what>`; reading, and repeating what is so already, are none. */
    writes,
    commit: (name: string, branch: string, message: string, files?: Readonly<Record<string, string>>) =>
      repo(name).commit(branch, message, files),
    authorOf: (name: string, sha: string, authorLogin: string | undefined) => {
      const found = repo(name).commits.get(sha);
      if (found === undefined) return;
      const { authorLogin: _before, ...rest } = found;
      repo(name).commits.set(sha, { ...rest, ...(authorLogin !== undefined && { authorLogin }) });
    },
    setChecks: (name: string, sha: string, state: CiState) => repo(name).checks.set(sha, checksOf(state)),
    /** A person merges or closes a pull request. */
    byPerson: (name: string, number: number, what: 'merged' | 'closed') => {
      if (what === 'closed') repo(name).change(number, { state: 'closed' });
      else repo(name).mergeNow(number, 'ada', `Merge #${number}`);
    },
    /** The text of a file as it is, past every refusal. */
    fileAt: (name: string, ref: string, path: string) => repo(name).fileAt(ref, path),
    /** A person writes under a pull request; answers the id of the comment. */
    say: people.say,
    editComment: people.edit,
    pushTo: people.pushTo,
    issues: people.issues,
    changeIssue: people.changeIssue,
    /** The merge queue merges what waits in it, or throws it out. */
    queue: people.queue,
    comments: (name: string) => [...repo(name).comments.values()].map(({ text }) => text),
    changeComment: people.changeComment,
    branches: (name: string) => [...repo(name).branches.keys()],
    pullRequests: (name: string) => repo(name).pullRequests,
  });
}

type Repo = (name: string) => MemoryRepository;
type ContentCalls = Pick<
  Forge,
  'branchHead' | 'createBranch' | 'deleteBranch' | 'readFile' | 'commitFile' | 'commits'
>;

function contentCalls(repo: Repo, writes: string[]): ContentCalls {
  return {
    branchHead: async (name, branch) => {
      const sha = repo(name).branches.get(branch);
      if (sha === undefined) throw new Fault('NotFound', `no branch ${branch}`);
      return sha;
    },
    createBranch: async (name, branch, sha) => {
      const headSha = repo(name).branches.get(branch);
      if (headSha !== undefined) return { taken: headSha !== sha, headSha };
      repo(name).branches.set(branch, sha);
      writes.push(`createBranch ${branch}`);
      return { taken: false, headSha: sha };
    },
    deleteBranch: async (name, branch) => {
      if (repo(name).branches.delete(branch)) writes.push(`deleteBranch ${branch}`);
    },
    readFile: async (name, path, ref) => {
      const text = repo(name).fileAt(ref, path);
      if (text === undefined) throw new Fault('NotFound', `no file ${path} at ${ref}`);
      return { path, text, blobSha: createHash('sha1').update(text).digest('hex') };
    },
    commitFile: async ({ repository, branch, path, text, message }) => {
      const { branches, fileAt, commit } = repo(repository);
      if (fileAt(branch, path) === text) return { sha: branches.get(branch) ?? '' };
      writes.push(`commitFile ${branch}`);
      return { sha: commit(branch, message, { [path]: text }) };
    },
    commits: async (name, from, limit) => {
      const found: Commit[] = [];
      // As GitHub does: no revision means the default branch.
      const first = from === '' ? repo(name).branches.get('main') : from;
      for (let sha = first; sha !== undefined && found.length < limit; ) {
        const one = repo(name).commits.get(sha);
        if (one === undefined) throw new Fault('NotFound', `no commit ${sha}`);
        const { parent, files: _files, ...seen } = one;
        found.push(seen);
        sha = parent;
      }
      return found;
    },
  };
}

function pullRequestCalls(
  repo: Repo,
  writes: string[],
  settings: Settings,
  now: () => number,
): Omit<Forge, keyof ContentCalls | keyof CompareCalls | keyof PeopleCalls> {
  return {
    ci: async (name, sha) => repo(name).checks.get(sha) ?? checksOf(settings.firstChecks),
    openPullRequest: async ({ repository, headBranch, baseBranch, title, body, labels }) => {
      const { pullRequests, branches, find } = repo(repository);
      const same = pullRequests.find((each) => each.state === 'open' && each.headBranch === headBranch);
      if (same !== undefined) return same;
      const number = pullRequests.length + 1;
      const url = `${repository}/pull/${number}`;
      const shas = { headSha: branches.get(headBranch) ?? '', baseSha: branches.get(baseBranch) ?? '' };
      const by = { authorLogin: BOT, createdAt: isoTime(now()), state: 'open' as const };
      pullRequests.push({ number, url, ...shas, ...by, headBranch, baseBranch, title, body, labels });
      writes.push(`openPullRequest #${number}`);
      return find(number);
    },
    pullRequest: async (name, number) => repo(name).find(number),
    openPullRequests: async (name, labels) =>
      repo(name).pullRequests.filter(
        (each) => each.state === 'open' && labels.every((label) => each.labels.includes(label)),
      ),
    changedFiles: async (name, number) => {
      const { find, commits } = repo(name);
      const { headSha, baseSha } = find(number);
      const [head, base] = [headSha, baseSha].map((sha) => commits.get(sha)?.files);
      return [...(head?.keys() ?? [])].filter((path) => head?.get(path) !== base?.get(path));
    },
    updatePullRequest: async (name, number, { body, state }) => {
      const part = { ...(body !== undefined && { body }), ...(state !== undefined && { state }) };
      repo(name).change(number, part);
      writes.push(`updatePullRequest #${number}`);
    },
    comment: async (name, number, marker, text) => {
      const { comments } = repo(name);
      if (!comments.has(marker)) writes.push(`comment #${number}`);
      const made = { number, text, createdAt: isoTime(now()), edited: false, ours: true };
      comments.set(marker, comments.get(marker) ?? made);
    },
    addLabels: async (name, number, labels) => {
      const { find, change } = repo(name);
      const { labels: before } = find(number);
      const after = [...new Set([...before, ...labels])];
      if (after.length > before.length) writes.push(`addLabels #${number}`);
      change(number, { labels: after });
    },
    rules: async () => settings.protection,
    merge: async (name, number, { headSha, title, message }) => {
      const { find, mergeNow } = repo(name);
      const { state, mergeCommitSha, headSha: present } = find(number);
      if (state === 'merged') return { kind: 'merged', sha: mergeCommitSha ?? '' };
      if (settings.mergeRefusal !== undefined) return { kind: 'refused', message: settings.mergeRefusal };
      if (present !== headSha) return { kind: 'head-moved' };
      if (settings.protection.mergeQueue) {
        writes.push(`enqueue #${number}`);
        repo(name).queued.add(number);
        return { kind: 'queued' };
      }
      writes.push(`merge #${number}`);
      return { kind: 'merged', sha: mergeNow(number, BOT, `${title}\n\n${message}`) };
    },
  };
}

/** The same calls, refused and interrupted as the settings say. */
function guarded(calls: Forge, settings: Settings): Forge {
  const proxy = new Proxy(calls, {
    get:
      (target, name) =>
      async (...given: unknown[]) => {
        const fault = settings.refuse(String(name));
        if (fault !== undefined) throw fault;
        const answer = await Reflect.apply(Reflect.get(target, name), undefined, given);
        settings.interrupt(String(name));
        return answer;
      },
  });
  return { ...proxy };
}
