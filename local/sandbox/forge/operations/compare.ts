import {
  type ChangedFile,
  changedFiles,
  countCommits,
  type GitCommit,
  listCommits,
  mergeBase,
  readCommit,
  resolveCommit,
} from '../git/read-objects.ts';
import { readPatches } from '../git/read-patches.ts';
import { notFound } from '../refusal.ts';
import { commitShape, comparisonShape, diffEntryShape } from '../shapes/commit.ts';
import { type Call, type Operation, pageOf, pathText } from './call.ts';

/** As GitHub: however many files differ, so many are named, and only on the first page. */
const MOST_FILES = 300;
const UNPAGED_COMMITS = 250;

/** What the second of "base...head" has since it left the first: the commits oldest first, and the files. */
export const compareCommits: Operation = async (world, call) => {
  const { git } = call.repository;
  const [base, head] = await endsOf(call);
  const from = await mergeBase(git, base, head);
  if (from === undefined) throw notFound();
  const [ahead, behind] = await Promise.all([countCommits(git, base, head), countCommits(git, head, base)]);
  const isFirst = pageOf(call.query).number === 1;
  const files = isFirst ? (await changedFiles(git, from, head)).slice(0, MOST_FILES) : [];
  const patches = files.length === 0 ? new Map<string, string>() : await readPatches(git, from, head);
  const shown = async (sha: string) => commitShape(world, call.repository, await readCommit(git, sha));
  return {
    status: 200,
    body: {
      ...comparisonShape(world, call.repository, { base, head, ahead, behind }),
      ...{ base_commit: await shown(base), merge_base_commit: await shown(from) },
      commits: (await pageOfCommits(call, { base, head, ahead })).map((commit) =>
        commitShape(world, call.repository, commit),
      ),
      files: files.map((file: ChangedFile) => ({
        ...diffEntryShape(world, call.repository, file, head),
        ...(patches.has(file.path) && { patch: patches.get(file.path) }),
      })),
    },
    total: ahead,
  };
};

async function endsOf(call: Call): Promise<readonly [string, string]> {
  const [base = '', head = '', ...more] = pathText(call, 'basehead').split('...');
  const [from, to] = await Promise.all([
    resolveCommit(call.repository.git, base),
    resolveCommit(call.repository.git, head),
  ]);
  if (from === undefined || to === undefined || more.length > 0) throw notFound();
  return [from, to];
}

/** Git lists from the newest on, GitHub from the oldest: a page is cut from the other end, and turned round. */
async function pageOfCommits(
  call: Call,
  { base, head, ahead }: { readonly base: string; readonly head: string; readonly ahead: number },
): Promise<readonly GitCommit[]> {
  const isPaged = call.query.has('page') || call.query.has('per_page');
  const { number, size } = isPaged ? pageOf(call.query) : { number: 1, size: UNPAGED_COMMITS };
  // without pages the newest ones are answered, with pages the oldest ones first
  const skip = isPaged ? Math.max(0, ahead - number * size) : 0;
  const limit = isPaged ? Math.min(size, ahead - (number - 1) * size) : size;
  if (limit <= 0) return [];
  return (await listCommits(call.repository.git, head, { limit, skip, without: base })).toReversed();
}
