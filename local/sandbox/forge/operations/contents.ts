import { isFilePath } from '../git/names.ts';
import {
  branchSha,
  readBlob,
  readCommit,
  resolveCommit,
  type TreeEntry,
  treeEntries,
} from '../git/read-objects.ts';
import { commitEdits, moveBranch } from '../git/write-objects.ts';
import { pushed } from '../push.ts';
import { GithubRefusal, notFound } from '../refusal.ts';
import { contentShape, emailOf, fileCommitShape } from '../shapes/commit.ts';
import type { World } from '../world.ts';
import { type Answer, type Call, type Operation, pathText, textOf } from './call.ts';

const LARGEST = 1024 * 1024; // GitHub answers larger files without their content
const LINE = 60; // GitHub breaks base64 into lines of sixty

export const getContent: Operation = async (world, call) => {
  const ref = call.query.get('ref') ?? 'main';
  const path = pathText(call, 'path');
  const commit = await resolveCommit(call.repository.git, ref);
  if (commit === undefined) throw new GithubRefusal(404, `No commit found for the ref ${ref}`);
  if (path !== '' && !isFilePath(path)) throw notFound();
  const entry = path === '' ? undefined : await entryAt(call, commit, path);
  if (entry === undefined || entry.type === 'tree') return directory(world, call, { commit, path, ref });
  return { status: 200, body: await fileShape(world, call, entry, ref) };
};

async function entryAt(call: Call, commit: string, path: string): Promise<TreeEntry> {
  const [entry] = await treeEntries(call.repository.git, commit, path);
  if (entry === undefined) throw notFound();
  return entry;
}

async function directory(
  world: World,
  call: Call,
  at: { readonly commit: string; readonly path: string; readonly ref: string },
): Promise<Answer> {
  const entries = await treeEntries(call.repository.git, at.commit, `${at.path}/`);
  return { status: 200, body: entries.map((entry) => contentShape(world, call.repository, entry, at.ref)) };
}

async function fileShape(world: World, call: Call, entry: TreeEntry, ref: string): Promise<unknown> {
  const shape = contentShape(world, call.repository, entry, ref);
  const blob = await readBlob(call.repository.git, entry.sha);
  if (entry.mode === '120000') return { ...shape, target: blob.toString('utf8') };
  if (blob.length > LARGEST) return { ...shape, encoding: 'none', content: '' };
  const lines = blob.toString('base64').match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  return { ...shape, encoding: 'base64', content: lines.map((line) => `${line}\n`).join('') };
}

/** Commits one file. `sha` is the blob that is replaced. As on GitHub, the same text again is one more commit. */
export const putContent: Operation = async (world, call) => {
  const { git } = call.repository;
  const path = pathText(call, 'path');
  if (!isFilePath(path)) throw new GithubRefusal(422, `path contains a malformed path component`);
  const branch = textOf(call, 'branch') ?? 'main';
  const head = await branchSha(git, branch);
  if (head === undefined) throw new GithubRefusal(404, `Branch ${branch} not found`);
  const [before] = await treeEntries(git, head, path);
  refuseStale(path, before?.sha, textOf(call, 'sha'));
  const sha = await commitEdits(
    git,
    { [path]: decoded(textOf(call, 'content') ?? '') },
    {
      parent: head,
      message: textOf(call, 'message') ?? '',
      author: { name: call.login, email: emailOf(call.login) },
      at: world.now(),
    },
  );
  await moveBranch(git, branch, head, sha);
  await pushed(world, call.repository, { branch, before: head, after: sha, login: call.login });
  const entry = await entryAt(call, sha, path);
  return {
    status: before === undefined ? 201 : 200,
    body: {
      content: contentShape(world, call.repository, entry, branch),
      commit: fileCommitShape(world, call.repository, await readCommit(git, sha)),
    },
  };
};

function refuseStale(path: string, current: string | undefined, given: string | undefined): void {
  if (current !== undefined && given === undefined) {
    throw new GithubRefusal(422, 'Invalid request.\n\n"sha" wasn\'t supplied.');
  }
  if (given !== undefined && given !== current) {
    throw new GithubRefusal(409, `${path} does not match ${given}`);
  }
}

function decoded(content: string): Buffer {
  const bare = content.replaceAll(/\s/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(bare)) {
    throw new GithubRefusal(422, 'content is not valid Base64');
  }
  return Buffer.from(bare, 'base64');
}
