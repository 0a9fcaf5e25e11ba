import type { Repository } from './world.ts';

export type Lines = {
  /** Runs the writes of one repository one after the other. */
  readonly inLine: <T>(repository: Repository, work: () => Promise<T>) => Promise<T>;
  /** The same, and nobody waits; what goes wrong is told. */
  readonly later: (repository: Repository, work: () => Promise<unknown>) => void;
  /** Settles when nothing that nobody waits for is left. */
  readonly idle: () => Promise<void>;
};

export function startLines(failed: (error: unknown) => void): Lines {
  const last = new Map<string, Promise<unknown>>();
  const pending = new Set<Promise<unknown>>();
  const inLine = <T>(repository: Repository, work: () => Promise<T>): Promise<T> => {
    const done = (last.get(repository.git) ?? Promise.resolve()).then(work, work);
    last.set(repository.git, done);
    return done;
  };
  return {
    inLine,
    later: (repository, work) => {
      const done: Promise<unknown> = inLine(repository, work)
        .catch(failed)
        .finally(() => pending.delete(done));
      pending.add(done);
    },
    idle: async () => {
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}
