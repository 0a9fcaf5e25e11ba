import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const GIT_TIMEOUT_MS = 10_000;

/**
 * The commit a branch of a bare repository points to; undefined when there is no such branch or repository. It is asked
 * five times a second: git's own file of the branch is read, and git itself only where there is none.
 */
export async function branchHead(gitDir: string, branch: string): Promise<string | undefined> {
  const text = await readFile(join(gitDir, 'refs', 'heads', branch), 'utf8').catch(() => '');
  if (/^[0-9a-f]{40}$/.test(text.trim())) return text.trim();
  return git(gitDir, ['rev-parse', '--verify', '--quiet', `refs/heads/${branch}^{commit}`]);
}

/** A file's text at a commit; undefined when it is not there. */
export function fileAt(gitDir: string, commit: string, path: string): Promise<string | undefined> {
  return git(gitDir, ['cat-file', 'blob', `${commit}:${path}`]);
}

export async function hasCommit(gitDir: string, commit: string): Promise<boolean> {
  return (await git(gitDir, ['cat-file', '-e', `${commit}^{commit}`])) !== undefined;
}

/** Writes the tree of a commit to `directory`, once: a directory that exists is complete. */
export async function exportTree(gitDir: string, commit: string, directory: string): Promise<void> {
  if (await exists(directory)) return;
  await mkdir(dirname(directory), { recursive: true });
  const scratch = await mkdtemp(`${directory}.`);
  try {
    const archive = join(scratch, 'tree.tar');
    const tree = join(scratch, 'tree');
    await mkdir(tree);
    await run('git', ['--git-dir', gitDir, 'archive', '--format=tar', `--output=${archive}`, commit]);
    await run('tar', ['-xf', archive, '-C', tree]);
    await rename(tree, directory).catch(async (error: unknown) => {
      // somebody else exported the same commit meanwhile: theirs is the same
      if (!(await exists(directory))) throw error;
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Output of a git command on a bare repository, without the last line feed; undefined when git refuses. */
async function git(gitDir: string, command: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await run('git', ['--git-dir', gitDir, ...command], { timeout: GIT_TIMEOUT_MS });
    return stdout.replace(/\n$/, '');
  } catch {
    return undefined; // absent and unreadable are one thing to a deployer: there is nothing to deploy
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
