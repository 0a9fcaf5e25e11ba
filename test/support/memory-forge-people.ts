import { isoTime } from '../../shared/kernel/index.ts';
import type { Forge, ForgeComment, ForgeIssue } from '../../shared/ports/index.ts';
import type { Settings } from './memory-forge.ts';
import type { MemoryRepository, OurComment } from './memory-repository.ts';

export type PeopleCalls = Pick<
  Forge,
  | 'openIssue'
  | 'readIssue'
  | 'readComment'
  | 'ownComments'
  | 'pullRequestsOf'
  | 'permission'
  | 'reviews'
  | 'isQueued'
  | 'leaveQueue'
>;
type Parts = {
  readonly repo: (name: string) => MemoryRepository;
  readonly writes: string[];
  readonly settings: Settings;
  readonly now: () => number;
};

/** Issues and pull requests are never of one number. */
const FIRST_ISSUE = 1001;

/** What people do at the forge in memory: comments, permissions, reviews, issues, the merge queue. */
export function memoryForgePeople({ repo, writes, settings, now }: Parts) {
  const comments = new Map<number, ForgeComment>();
  type Issue = Omit<ForgeIssue, 'marker'> & { repository: string; title: string; body: string };
  const issues = new Map<string, Issue & { readonly labels: readonly string[] }>();
  const calls: PeopleCalls = {
    openIssue: async (name, { marker, title, body, labels }) => {
      if (!issues.has(marker)) writes.push(`openIssue ${name}`);
      const opened = issues.get(marker) ?? {
        ...{ number: FIRST_ISSUE + issues.size, ours: true, edited: false },
        ...{ repository: name, title, body, labels },
      };
      issues.set(marker, opened);
      return { number: opened.number, url: `${name}/issues/${opened.number}` };
    },
    readIssue: async (name, number) => {
      const found = [...issues].find(([, each]) => each.repository === name && each.number === number);
      if (found === undefined) return undefined;
      const [marker, { ours, edited }] = found;
      return { number, ours, edited, marker };
    },
    readComment: async (_, id) => comments.get(id),
    ownComments: async (name, number) =>
      [...repo(name).comments]
        .filter(([, each]) => each.number === number && each.ours && !each.edited)
        .map(([marker, { createdAt }]) => ({ marker, createdAt })),
    pullRequestsOf: async (name, sha) =>
      repo(name).pullRequests.filter(
        ({ headSha, mergeCommitSha }) => headSha === sha || mergeCommitSha === sha,
      ),
    permission: async (_, login) => settings.permissions[login] ?? 'none',
    reviews: async () => settings.reviewed,
    isQueued: async (name, number) => repo(name).queued.has(number),
    leaveQueue: async (name, number) => {
      if (repo(name).queued.delete(number)) writes.push(`leaveQueue #${number}`);
    },
  };
  return {
    calls,
    issues: () => [...issues.values()],
    /** An issue as somebody else opened or left it. */
    changeIssue: (marker: string, change: Partial<Issue>): void => {
      const before = { number: FIRST_ISSUE + issues.size, ours: true, edited: false, repository: '' };
      const issue = issues.get(marker) ?? { ...before, title: '', body: '', labels: [] };
      issues.set(marker, { ...issue, ...change });
    },
    /** A comment of ours as somebody else left it, or as somebody else wrote one with our marker. */
    changeComment: (name: string, marker: string, change: Partial<OurComment>): void => {
      const before = { number: 0, text: '', createdAt: isoTime(now()), edited: false, ours: true };
      const { comments: known } = repo(name);
      known.set(marker, { ...before, ...known.get(marker), ...change });
    },
    say: (number: number, login: string, body: string, byBot = false): number => {
      const id = comments.size + 1;
      comments.set(id, { id, login, byBot, body, createdAt: isoTime(now()), edited: false, number });
      return id;
    },
    edit: (id: number, body: string): void => {
      const comment = comments.get(id);
      if (comment !== undefined) comments.set(id, { ...comment, body, edited: true });
    },
    /** Somebody pushes to the branch of a pull request. */
    pushTo: (name: string, number: number, message: string): void => {
      const { find, change, commit } = repo(name);
      change(number, { headSha: commit(find(number).headBranch, message) });
    },
    queue: (name: string, number: number, what: 'merges' | 'throws-out'): void => {
      repo(name).queued.delete(number);
      if (what === 'merges') repo(name).mergeNow(number, 'merge-queue', `Merge #${number}`);
    },
  };
}
