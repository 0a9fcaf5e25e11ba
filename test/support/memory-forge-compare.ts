import { Fault } from '../../shared/kernel/index.ts';
import type { ComparedFile, Forge } from '../../shared/ports/index.ts';
import type { MemoryRepository, StoredCommit } from './memory-repository.ts';

export type CompareCalls = Pick<Forge, 'readCommit' | 'compare'>;

/** As GitHub: no more files than these are named. */
const MOST_FILES = 300;

/** One commit, and what lies between two of them: whole lines that are gone or new, in no particular order. */
export function memoryForgeCompare(repo: (name: string) => MemoryRepository): CompareCalls {
  const find = (name: string, sha: string): StoredCommit => {
    const found = repo(name).commits.get(sha);
    if (found === undefined) throw new Fault('NotFound', `${name} has no commit ${sha}`);
    return found;
  };
  const line = (name: string, sha: string): readonly StoredCommit[] => {
    const found = [find(name, sha)];
    for (let parent = found[0]?.parent; parent !== undefined; parent = found.at(-1)?.parent)
      found.push(find(name, parent));
    return found;
  };
  return {
    readCommit: async (name, sha) => seen(find(name, sha)),
    compare: async (name, base, head) => {
      const [of, to] = [line(name, base), line(name, head)];
      const ancestor = to.find(({ sha }) => of.some((each) => each.sha === sha));
      if (ancestor === undefined) throw new Fault('NotFound', `${base} and ${head} have nothing in common`);
      const files = filesBetween(ancestor, find(name, head));
      const commits = to.slice(0, to.indexOf(ancestor)).toReversed();
      return {
        commits: commits.map(seen).map(({ committedAt: _when, ...commit }) => commit),
        files: files.slice(0, MOST_FILES),
        behindBy: of.findIndex(({ sha }) => sha === ancestor.sha),
        truncated: files.length >= MOST_FILES,
      };
    },
  };
}

function seen({ parent: _parent, files: _files, ...commit }: StoredCommit) {
  return commit;
}

function filesBetween(before: StoredCommit, after: StoredCommit): readonly ComparedFile[] {
  const paths = new Set([...before.files.keys(), ...after.files.keys()]);
  return [...paths].flatMap((path) => {
    const [old, now] = [before.files.get(path), after.files.get(path)];
    return old === now ? [] : [fileBetween(path, old, now)];
  });
}

function fileBetween(path: string, old: string | undefined, now: string | undefined): ComparedFile {
  const [gone, added] = [linesOf(old), linesOf(now)];
  const deleted = gone.filter((text) => !added.includes(text));
  const fresh = added.filter((text) => !gone.includes(text));
  const patch = [...deleted.map((text) => `-${text}`), ...fresh.map((text) => `+${text}`)];
  const change = now === undefined ? 'removed' : 'modified';
  return {
    path,
    status: old === undefined ? 'added' : change,
    additions: fresh.length,
    deletions: deleted.length,
    patch: ['@@ -1 +1 @@', ...patch].join('\n'),
  };
}

function linesOf(text: string | undefined): readonly string[] {
  return text === undefined || text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
