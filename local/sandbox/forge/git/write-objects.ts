import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
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
    for (const [path, content] of Object.entries(edits)) {
      if (content === null) {
        // mode 0 takes an entry out; `--force-remove` would ask for a work tree
        const input = `0 ${ZERO}\t${path}\0`;
        await runGit(directory, ['update-index', '-z', '--index-info'], { env, input });
      } else {
        const sha = await writeBlob(directory, content);
        const mode = parent === undefined ? '100644' : await modeAt(directory, parent, path);
        await runGit(directory, ['update-index', '--add', '--cacheinfo', `${mode},${sha},${path}`], { env });
      }
    }
    return commitTree(directory, await gitLine(directory, ['write-tree'], { env }), commit);
  });
}

async function writeBlob(directory: string, content: string | Uint8Array): Promise<string> {
  return gitLine(directory, ['hash-object', '-w', '--stdin'], { input: Buffer.from(content) });
}

async function modeAt(directory: string, commit: string, path: string): Promise<string> {
  const [entry] = await treeEntries(directory, commit, path);
  return entry?.mode === '100755' ? entry.mode : '100644';
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
