import { runGit } from './run-git.ts';

/** A longer one is not shown, as GitHub does not show it. */
const LONGEST_PATCH = 100_000;

/** The hunks of each file that differs between two trees, by path; binary files have none. */
export async function readPatches(
  directory: string,
  from: string,
  to: string,
): Promise<ReadonlyMap<string, string>> {
  const args = ['diff-tree', '-r', '-p', '--no-renames', '--no-color', '--src-prefix=', '--dst-prefix='];
  const text = (await runGit(directory, [...args, from, to])).toString('utf8');
  const patches = new Map<string, string>();
  for (const part of text.split(/^diff --git /m).slice(1)) {
    const hunks = part.indexOf('\n@@ ');
    const path = /^(?:\+\+\+ (?!\/dev\/null)|--- (?!\/dev\/null))(.+)$/m.exec(part.slice(0, hunks))?.[1];
    const patch = part.slice(hunks + 1).trimEnd();
    // git quotes a path with other characters, and ends one with spaces by a tab
    if (hunks >= 0 && path !== undefined && patch.length <= LONGEST_PATCH)
      patches.set(path.replace(/\t$/, ''), patch);
  }
  return patches;
}
