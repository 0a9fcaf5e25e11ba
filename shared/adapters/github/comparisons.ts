import * as z from 'zod';
import { Fault } from '../../kernel/fault.ts';
import type { Commit, ComparedFile, Comparison, Forge } from '../../ports/forge.ts';
import { CommitAnswer, commitOf } from './commits.ts';
import { type Connection, parse, repositoryOf } from './connection.ts';

const FileAnswer = z.looseObject({
  filename: z.string(),
  previous_filename: z.string().optional(),
  status: z.string(),
  additions: z.int().min(0),
  deletions: z.int().min(0),
  patch: z.string().optional(),
});
const ComparisonAnswer = z.looseObject({
  total_commits: z.int().min(0),
  behind_by: z.int().min(0),
  commits: z.array(CommitAnswer),
  files: z.array(FileAnswer).optional(),
});
type ComparisonAnswer = z.infer<typeof ComparisonAnswer>;

const FULL_SHA = /^[0-9a-f]{40}$/;
const PAGE = 100;
const MOST_PAGES = 10;
/** GitHub names no more files than this, and not that there are more. */
const MOST_FILES = 300;
const ABSENT = [409, 422]; // an empty repository; a sha that the repository does not know
const STATUS_OF: Readonly<Record<string, ComparedFile['status']>> = {
  added: 'added',
  copied: 'added',
  removed: 'removed',
  renamed: 'renamed',
};

/** One commit, and what lies between two of them. */
export function comparisons(connection: Connection): Pick<Forge, 'readCommit' | 'compare'> {
  return {
    readCommit: (repository, sha) => readCommit(connection, repository, sha),
    compare: (repository, base, head) => compare(connection, { repository, base, head }),
  };
}

async function readCommit(connection: Connection, repository: string, sha: string): Promise<Commit> {
  assertSha(sha);
  const answer = await connection.call({
    route: 'GET /repos/{owner}/{repo}/commits/{ref}',
    // of its files, which are not read, as few as can be
    parameters: { ...repositoryOf(repository), ref: sha, per_page: 1 },
    expected: ABSENT,
  });
  if (ABSENT.includes(answer.status)) throw new Fault('NotFound', `${repository} has no commit ${sha}`);
  return commitOf(parse(CommitAnswer, answer.data, `commit ${sha}`));
}

/** Commits page by page; files are all on the first page, as many as GitHub names at all. */
async function compare(
  connection: Connection,
  request: { readonly repository: string; readonly base: string; readonly head: string },
): Promise<Comparison> {
  const first = await comparisonPage(connection, request, 1);
  const commits = [...first.commits];
  for (let page = 2; page <= MOST_PAGES && commits.length < first.total_commits; page += 1) {
    const next = await comparisonPage(connection, request, page);
    if (next.commits.length === 0) break;
    commits.push(...next.commits);
  }
  const files = first.files ?? [];
  return {
    commits: commits.map(commitOf).map(({ committedAt: _when, ...commit }) => commit),
    files: files.map(fileOf),
    behindBy: first.behind_by,
    truncated: files.length >= MOST_FILES || commits.length < first.total_commits,
  };
}

async function comparisonPage(
  connection: Connection,
  { repository, base, head }: { readonly repository: string; readonly base: string; readonly head: string },
  page: number,
): Promise<ComparisonAnswer> {
  // a colon in either would name a repository of somebody else in the same network
  assertSha(base);
  assertSha(head);
  const answer = await connection.call({
    route: 'GET /repos/{owner}/{repo}/compare/{basehead}',
    parameters: { ...repositoryOf(repository), basehead: `${base}...${head}`, per_page: PAGE, page },
  });
  return parse(ComparisonAnswer, answer.data, `the comparison of ${base} and ${head}`);
}

function assertSha(sha: string): void {
  if (!FULL_SHA.test(sha)) throw new Fault('InvalidInput', `not the full sha of a commit: ${sha}`);
}

function fileOf(file: z.infer<typeof FileAnswer>): ComparedFile {
  const { previous_filename: previousPath, patch, additions, deletions } = file;
  return {
    path: file.filename,
    ...(previousPath !== undefined && { previousPath }),
    status: STATUS_OF[file.status] ?? 'modified',
    ...{ additions, deletions },
    ...(patch !== undefined && { patch }),
  };
}
