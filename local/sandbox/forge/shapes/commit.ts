import type { ChangedFile, GitCommit, TreeEntry } from '../git/read-objects.ts';
import type { Repository, World } from '../world.ts';
import { apiUrl, webUrl } from './repository.ts';
import { nodeId, userShape } from './user.ts';

type Shape = Readonly<Record<string, unknown>>;

const UNSIGNED = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null };
const EMAIL_DOMAIN = '@users.noreply.sandbox';

/** The address under which a login commits; the login can be read back from it. */
export function emailOf(login: string): string {
  return `${login}${EMAIL_DOMAIN}`;
}

function loginOf(email: string): string | undefined {
  return email.endsWith(EMAIL_DOMAIN) ? email.slice(0, -EMAIL_DOMAIN.length) : undefined;
}

/** GitHub's "commit"; author and committer are null when no account has the address. */
export function commitShape(world: World, repository: Repository, commit: GitCommit): Shape {
  const url = `${apiUrl(world, repository)}/commits/${commit.sha}`;
  const author = loginOf(commit.author.email);
  const committer = loginOf(commit.committer.email);
  return {
    url,
    sha: commit.sha,
    node_id: nodeId('C', commit.sha),
    html_url: `${webUrl(world, repository)}/commit/${commit.sha}`,
    comments_url: `${url}/comments`,
    commit: gitCommitFields(world, repository, commit),
    author: author === undefined ? null : userShape(world, author),
    committer: committer === undefined ? null : userShape(world, committer),
    parents: commit.parents.map((sha) => parentShape(world, repository, sha)),
  };
}

function gitCommitFields(world: World, repository: Repository, commit: GitCommit): Shape {
  const git = `${apiUrl(world, repository)}/git`;
  return {
    url: `${git}/commits/${commit.sha}`,
    author: commit.author,
    committer: commit.committer,
    message: commit.message,
    tree: { sha: commit.tree, url: `${git}/trees/${commit.tree}` },
    comment_count: 0,
    verification: UNSIGNED,
  };
}

function parentShape(world: World, repository: Repository, sha: string): Shape {
  return {
    sha,
    url: `${apiUrl(world, repository)}/commits/${sha}`,
    html_url: `${webUrl(world, repository)}/commit/${sha}`,
  };
}

/** The `commit` of GitHub's "file commit". */
export function fileCommitShape(world: World, repository: Repository, commit: GitCommit): Shape {
  return {
    sha: commit.sha,
    node_id: nodeId('C', commit.sha),
    html_url: `${webUrl(world, repository)}/commit/${commit.sha}`,
    ...gitCommitFields(world, repository, commit),
    parents: commit.parents.map((sha) => parentShape(world, repository, sha)),
  };
}

type Compared = {
  readonly base: string;
  readonly head: string;
  readonly ahead: number;
  readonly behind: number;
};

/** GitHub's "commit comparison" without its commits and files. */
export function comparisonShape(world: World, repository: Repository, compared: Compared): Shape {
  const { base, head, ahead, behind } = compared;
  const html = `${webUrl(world, repository)}/compare/${base}...${head}`;
  return {
    url: `${apiUrl(world, repository)}/compare/${base}...${head}`,
    ...{ html_url: html, permalink_url: html, diff_url: `${html}.diff`, patch_url: `${html}.patch` },
    ...{ status: comparisonStatus(ahead, behind), ahead_by: ahead, behind_by: behind, total_commits: ahead },
  };
}

function comparisonStatus(ahead: number, behind: number): string {
  if (ahead > 0 && behind > 0) return 'diverged';
  if (ahead === 0 && behind === 0) return 'identical';
  return ahead > 0 ? 'ahead' : 'behind';
}

const ENTRY_TYPES: Readonly<Record<string, string>> = {
  '120000': 'symlink',
  '160000': 'submodule',
  '040000': 'dir',
};

/** An entry of GitHub's "content directory"; with the content it is a "content file". */
export function contentShape(world: World, repository: Repository, entry: TreeEntry, ref: string): Shape {
  const path = entry.path.split('/').map(encodeURIComponent).join('/');
  const self = `${apiUrl(world, repository)}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const git = `${apiUrl(world, repository)}/git/blobs/${entry.sha}`;
  const html = `${webUrl(world, repository)}/blob/${ref}/${path}`;
  return {
    type: ENTRY_TYPES[entry.mode] ?? 'file',
    size: entry.size,
    name: entry.path.split('/').at(-1),
    path: entry.path,
    sha: entry.sha,
    url: self,
    git_url: git,
    html_url: html,
    download_url: `${webUrl(world, repository)}/raw/${ref}/${path}`,
    _links: { self, git, html },
  };
}

/** GitHub's "diff entry", without the patch. */
export function diffEntryShape(world: World, repository: Repository, file: ChangedFile, ref: string): Shape {
  const path = file.path.split('/').map(encodeURIComponent).join('/');
  return {
    sha: file.sha,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${webUrl(world, repository)}/blob/${ref}/${path}`,
    raw_url: `${webUrl(world, repository)}/raw/${ref}/${path}`,
    contents_url: `${apiUrl(world, repository)}/contents/${path}?ref=${ref}`,
  };
}
