import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isBranchName, isSha } from './names.ts';
import { gitLine, runGit, tryGit } from './run-git.ts';

type Person = { readonly name: string; readonly email: string; readonly date: string };
export type GitCommit = {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Person;
  readonly committer: Person;
  readonly message: string;
};
export type TreeEntry = {
  readonly mode: string;
  readonly type: string;
  readonly sha: string;
  readonly size: number;
  readonly path: string;
};
export type ChangedFile = {
  readonly path: string;
  readonly status: 'added' | 'removed' | 'modified';
  readonly additions: number;
  readonly deletions: number;
  readonly sha: string;
};

// %B is last and may hold line ends; records end in NUL (-z)
const COMMIT_FORMAT = '--format=%H%n%T%n%P%n%an%n%ae%n%aI%n%cn%n%ce%n%cI%n%B';
const HEADER_LINES = 9;

/** The commit that a branch points at. Git keeps it in a file of its own, which is read much faster than git starts. */
export async function branchSha(directory: string, branch: string): Promise<string | undefined> {
  const file = isBranchName(branch) ? join(directory, 'refs', 'heads', branch) : undefined;
  const text = file === undefined ? '' : await readFile(file, 'utf8').catch(() => '');
  return isSha(text.trim()) ? text.trim() : verified(directory, `refs/heads/${branch}`);
}

/** The sha of a commit named by a full sha or a branch; as at GitHub, no branch is called like a sha. */
export function resolveCommit(directory: string, ref: string): Promise<string | undefined> {
  return isSha(ref) ? verified(directory, ref) : branchSha(directory, ref.replace(/^(?:refs\/)?heads\//, ''));
}

async function verified(directory: string, name: string): Promise<string | undefined> {
  const answer = await tryGit(directory, ['rev-parse', '--verify', '--quiet', `${name}^{commit}`]);
  return answer.code === 0 ? answer.stdout.toString('utf8').trim() : undefined;
}

/** Newest first. `path` keeps only the commits that touched it; `without` leaves out what that commit has too. */
export async function listCommits(
  directory: string,
  from: string,
  page: {
    readonly limit: number;
    readonly skip: number;
    readonly path?: string;
    readonly without?: string;
  },
): Promise<readonly GitCommit[]> {
  const range = page.without === undefined ? [from] : [from, `^${page.without}`];
  const args = [
    'log',
    '-z',
    COMMIT_FORMAT,
    `--max-count=${page.limit}`,
    `--skip=${page.skip}`,
    ...range,
    '--',
  ];
  const text = await runGit(directory, page.path === undefined ? args : [...args, page.path]);
  return text.toString('utf8').split('\0').filter(Boolean).map(parseCommit);
}

export async function readCommit(directory: string, sha: string): Promise<GitCommit> {
  const [commit] = await listCommits(directory, sha, { limit: 1, skip: 0 });
  if (commit === undefined) throw new Error(`no commit ${sha}`);
  return commit;
}

function parseCommit(record: string): GitCommit {
  const lines = record.split('\n');
  const [sha = '', tree = '', parents = '', an = '', ae = '', ad = '', cn = '', ce = '', cd = ''] = lines;
  return {
    sha,
    tree,
    parents: parents.split(' ').filter(Boolean),
    author: { name: an, email: ae, date: utc(ad) },
    committer: { name: cn, email: ce, date: utc(cd) },
    message: lines.slice(HEADER_LINES).join('\n').trimEnd(),
  };
}

/** GitHub's form: seconds and Z. */
function utc(date: string): string {
  return new Date(date).toISOString().replace('.000Z', 'Z');
}

/** The entries at paths, or those of a folder when the path ends in a slash ('' is the root). */
export async function treeEntries(
  directory: string,
  commit: string,
  ...paths: readonly string[]
): Promise<readonly TreeEntry[]> {
  const where = paths.some((path) => path === '' || path === '/') ? [] : ['--', ...paths];
  const text = await runGit(directory, ['ls-tree', '-z', '--long', commit, ...where]);
  return text.toString('utf8').split('\0').filter(Boolean).map(parseEntry);
}

function parseEntry(line: string): TreeEntry {
  const [meta = '', path = ''] = line.split('\t');
  const [mode = '', type = '', sha = '', size = '-'] = meta.split(/ +/);
  return { mode, type, sha, size: size === '-' ? 0 : Number(size), path };
}

export function readBlob(directory: string, sha: string): Promise<Buffer> {
  return runGit(directory, ['cat-file', 'blob', sha]);
}

export async function mergeBase(directory: string, left: string, right: string): Promise<string | undefined> {
  const answer = await tryGit(directory, ['merge-base', left, right]);
  return answer.code === 0 ? answer.stdout.toString('utf8').trim() : undefined;
}

export async function countCommits(directory: string, since: string, until: string): Promise<number> {
  return Number(await gitLine(directory, ['rev-list', '--count', `${since}..${until}`]));
}

/** What differs between two trees, without guessing at renames. */
export async function changedFiles(
  directory: string,
  from: string,
  to: string,
): Promise<readonly ChangedFile[]> {
  const raw = await runGit(directory, [
    'diff-tree',
    '-r',
    '-z',
    '--no-renames',
    '--raw',
    '--numstat',
    from,
    to,
  ]);
  const parts = raw.toString('utf8').split('\0').filter(Boolean);
  const counts = new Map<string, readonly [number, number]>();
  const found: { path: string; letter: string; oldSha: string; newSha: string }[] = [];
  for (let i = 0; i < parts.length; i += 1) {
    const part = parts[i] ?? '';
    if (part.startsWith(':')) {
      const [, , oldSha = '', newSha = '', letter = ''] = part.split(' ');
      i += 1;
      found.push({ path: parts[i] ?? '', letter, oldSha, newSha });
    } else {
      const [added = '0', deleted = '0', path = ''] = part.split('\t');
      counts.set(path, [Number(added) || 0, Number(deleted) || 0]); // "-" of a binary file counts as none
    }
  }
  return found.map(({ path, letter, oldSha, newSha }) => {
    const [additions, deletions] = counts.get(path) ?? [0, 0];
    const status = ({ A: 'added', D: 'removed' } as const)[letter] ?? 'modified';
    return { path, status, additions, deletions, sha: status === 'removed' ? oldSha : newSha };
  });
}
