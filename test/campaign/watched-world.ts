import type { DecisionWrite, Store } from '../../shared/kernel/index.ts';
import { memoryStore } from '../support/memory-store.ts';
import { memoryWork } from '../support/memory-work.ts';
import { type MemoryWorld, memoryWorld } from '../support/memory-world.ts';
import { watchedSignals } from './alerts.ts';

/** One change that took effect at the forge: in whose name, and after how many decisions. */
export type Effect = {
  readonly what: string;
  readonly by: string;
  readonly at: number;
  readonly decisionsBefore: number;
  /** How many decisions the newest checkpoint covered. */
  readonly covered: number;
  /** What the function was called with that did it. */
  readonly payload: unknown;
};
export type Written = { readonly write: DecisionWrite; readonly at: number };
export type Caller = { readonly name: string; readonly payload: unknown };
export type Watched = ReturnType<typeof watchedWorld>;

/**
 * What outlives every process: the store, the work table, the forge, what runs, and what is signed of the ledger. Every
 * effect is written down.
 */
export function watchedWorld(now: () => number) {
  const store = memoryStore();
  const world = memoryWorld(now);
  const effects: Effect[] = [];
  const written: Written[] = [];
  const openedBeside: string[] = [];
  let covered = 0;
  const watchedStore: Store = {
    ...store,
    write: async (write) => {
      const result = await store.write(write);
      if (result.kind === 'written') written.push({ write, at: now() });
      return result;
    },
  };
  return {
    ...{
      world,
      store,
      watchedStore,
      work: memoryWork(),
      signals: watchedSignals(),
      effects,
      written,
      openedBeside,
    },
    /** A checkpoint of all that is decided by now; before the first one everything counts as covered. */
    sign: (): void => {
      world.covered ??= new Set();
      for (const { write } of written.slice(covered)) {
        const { kind, id, rev } = write.envelope;
        world.covered.add(`${kind}/${id}/${rev}`);
      }
      covered = written.length;
    },
    /** The forge as one function reaches it. */
    forgeFor: (by: Caller): MemoryWorld['forge'] => watchedForge(world, by, record),
  };

  function record(by: Caller, what: string): void {
    const { name, payload } = by;
    effects.push({ what, by: name, payload, at: now(), decisionsBefore: written.length, covered });
    if (what.startsWith('openPullRequest')) openedBeside.push(...twins(world));
  }
}

type Record = (by: Caller, what: string) => void;

function watchedForge(world: MemoryWorld, by: Caller, record: Record): MemoryWorld['forge'] {
  return new Proxy(world.forge, {
    get: (target, method) => {
      const real: unknown = Reflect.get(target, method);
      if (typeof real !== 'function') return real;
      return async (...given: unknown[]) => {
        const before = target.writes.length;
        const stood = standing(world, given);
        // The forge in memory acts before it first waits: what is new now is this call's.
        const answer: unknown = Reflect.apply(real, target, given);
        const repeats = method === 'updatePullRequest' && stood === standing(world, given);
        if (!repeats)
          for (const what of target.writes.slice(before)) record(by, `${what} ${repositoryOf(given)}`);
        return await answer;
      };
    },
  });
}

/** Most calls name the repository first, two in their one argument. */
function repositoryOf([first]: readonly unknown[]): string {
  if (typeof first === 'object' && first !== null && 'repository' in first) return String(first.repository);
  return String(first);
}

/** How a pull request stands: an update that changes nothing of it is no effect. */
function standing(world: MemoryWorld, [repository, number]: readonly unknown[]): string {
  if (typeof repository !== 'string' || typeof number !== 'number') return '';
  return JSON.stringify(world.forge.pullRequests(repository)[number - 1] ?? null);
}

/** Places with two open pull requests of ours. */
function twins(world: MemoryWorld): readonly string[] {
  const open = world.forge.pullRequests('acme/gitops').filter(({ state }) => state === 'open');
  const places = open.map(({ title }) => title.replace(/ to [0-9a-f]+/, ''));
  return places.filter((place, index) => places.indexOf(place) !== index);
}
