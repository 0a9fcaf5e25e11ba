import { isFilePath } from '../git/names.ts';
import { changedFiles, listCommits, readCommit, resolveCommit } from '../git/read-objects.ts';
import { notFound } from '../refusal.ts';
import { commitShape, diffEntryShape } from '../shapes/commit.ts';
import { commitOf, type Operation, pageOf, pathText } from './call.ts';

export const listCommitsOfRef: Operation = async (world, call) => {
  const from = await resolveCommit(call.repository.git, call.query.get('sha') ?? 'main');
  const path = call.query.get('path');
  if (from === undefined || (path !== null && !isFilePath(path))) throw notFound();
  const { number, size } = pageOf(call.query);
  // one more than asked for tells whether there is a next page
  const found = await listCommits(call.repository.git, from, {
    limit: size + 1,
    skip: (number - 1) * size,
    ...(path !== null && { path }),
  });
  return {
    status: 200,
    body: found.slice(0, size).map((commit) => commitShape(world, call.repository, commit)),
    total: (number - 1) * size + found.length,
  };
};

export const getCommit: Operation = async (world, call) => {
  const { git } = call.repository;
  const commit = await readCommit(git, await commitOf(call, pathText(call, 'ref')));
  const [parent] = commit.parents;
  const files = parent === undefined ? [] : await changedFiles(git, parent, commit.sha);
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  return {
    status: 200,
    body: {
      ...commitShape(world, call.repository, commit),
      stats: { additions, deletions, total: additions + deletions },
      files: files.map((file) => diffEntryShape(world, call.repository, file, commit.sha)),
    },
  };
};
