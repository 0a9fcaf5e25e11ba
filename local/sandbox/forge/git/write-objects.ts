import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { treeEntries } from './read-objects.ts';
import { gitLine, runGit, tryGit } from './run-git.ts';

/** New text of each path; null removes it. */
export type Edits = Readonly<Record<string, string | Uint8Array | null>>;
export type NewCommit = {
  readonly parent?: string;
  readonly message: string;
  readonly author: { readonly name: string; readonly email: string };
  /** Milliseconds. */
  readonly at: number;
};

const ZERO = '0'.repeat(40);

export async function createBareRepository(directory: string): Promise<void> {
  mkdirSync(directory, { recursive: true });
  await runGit(directory, ['init', '--quiet', '--bare', '--initial-branch=main', directory]);
}

/** Writes a commit with the edits on its parent. No branch moves: `moveBranch` does that. */
export async function commitEdits(directory: string, edits: Edits, commit: NewCommit): Promise<string> {
  return withIndex(directory, async (env) => {
    const parent = commit.parent;
    if (parent !== undefined) await runGit(directory, ['read-tree', parent], { env });
    const input = (await indexEntries(directory, edits, parent)).join('');
    await runGit(directory, ['update-index', '-z', '--index-info'], { env, input });
    return commitTree(directory, await gitLine(directory, ['write-tree'], { env }), commit);
  });
}

/** Lines of `update-index --index-info`. Mode 0 takes an entry out. */
async function indexEntries(
  directory: string,
  edits: Edits,
  parent: string | undefined,
): Promise<readonly string[]> {
  const paths = Object.keys(edits);
  const before = parent === undefined ? [] : await treeEntries(directory, parent, ...paths);
  const modes = new Map(before.map(({ path, mode }) => [path, mode === '100755' ? mode : '100644']));
  return Promise.all(
    Object.entries(edits).map(async ([path, content]) =>
      content === null
        ? `0 ${ZERO}\t${path}\0`
        : `${modes.get(path) ?? '100644'} ${await writeBlob(directory, Buffer.from(content))}\t${path}\0`,
    ),
  );
}

/** Writes a blob as git's own loose object, as `git hash-object -w` would: a release has many files, and git starts slowly. */
async function writeBlob(directory: string, content: Buffer): Promise<string> {
  const object = Buffer.concat([Buffer.from(`blob ${content.byteLength}\0`), content]);
  const sha = createHash('sha1').update(object).digest('hex');
  const folder = join(directory, 'objects', sha.slice(0, 2));
  const scratch = join(directory, 'objects', `tmp_obj_${randomUUID()}`);
  await mkdir(folder, { recursive: true });
  await writeFile(scratch, deflateSync(object), { mode: 0o444 });
  await rename(scratch, join(folder, sha.slice(2)));
  return sha;
}

export function commitTree(directory: string, tree: string, commit: NewCommit): Promise<string> {
  const date = `@${Math.floor(commit.at / 1000)} +0000`;
  const { name, email } = commit.author;
  const parents = commit.parent === undefined ? [] : ['-p', commit.parent];
  return gitLine(directory, ['commit-tree', tree, ...parents, '-F', '-'], {
    input: commit.message,
    env: {
      GIT_AUTHOR_NAME: name,
      GIT_AUTHOR_EMAIL: email,
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_NAME: name,
      GIT_COMMITTER_EMAIL: email,
      GIT_COMMITTER_DATE: date,
    },
  });
}

/** The merged tree of two commits, undefined when they conflict. Touches no branch. */
export async function mergedTree(directory: string, base: string, head: string): Promise<string | undefined> {
  const answer = await tryGit(directory, ['merge-tree', '--write-tree', base, head]);
  if (answer.code > 1) throw new Error(`git merge-tree failed: ${answer.stderr}`);
  return answer.code === 0 ? answer.stdout.toString('utf8').trim() : undefined;
}

/**
 * Compare and set of a branch: `from` undefined creates, `to` undefined deletes. False when the branch is not
 * where `from` says.
 */
export async function moveBranch(
  directory: string,
  branch: string,
  from: string | undefined,
  to: string | undefined,
): Promise<boolean> {
  const ref = `refs/heads/${branch}`;
  const args =
    to === undefined ? ['update-ref', '-d', ref, from ?? ZERO] : ['update-ref', ref, to, from ?? ZERO];
  return (await tryGit(directory, args)).code === 0;
}

/** Writes the files of a commit into a folder. */
export async function checkOut(directory: string, commit: string, folder: string): Promise<void> {
  await withIndex(directory, async (env) => {
    await runGit(directory, ['read-tree', commit], { env });
    await runGit(
      directory,
      [`--work-tree=${folder}`, 'checkout-index', '--all', '--force', `--prefix=${folder}/`],
      {
        env,
      },
    );
  });
}

/** An index of its own for each call, so that calls may run side by side. */
async function withIndex<T>(
  directory: string,
  use: (env: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const index = join(directory, `index-${randomUUID()}`);
  try {
    return await use({ GIT_INDEX_FILE: index });
  } finally {
    await rm(index, { force: true });
  }
}
