import type { EraseDeps, ExpireDeps, Payloads } from '../../shared/ledger/erase/index.ts';
import { sealDecisions } from '../../shared/ledger/index.ts';
import { reconcileWorld, recordOf } from './reconcile-world.ts';

type Subject = { readonly kind: 'rollback' | 'deployment' | 'service'; readonly id: string };

/** A system of record with a ledger that has sealed it, and payloads that can be removed. */
export function erasingWorld() {
  const world = reconcileWorld();
  const removed: string[] = [];
  let sealedUntil = 0;
  const payloads: Payloads = {
    present: (steps) =>
      Promise.all(
        steps.map(async ({ kind, id, rev }) => {
          const step = await world.store.decision({ kind: kind as Subject['kind'], id }, rev);
          return step?.payload !== undefined;
        }),
      ),
    remove: async (steps) => {
      for (const step of steps) {
        world.store.erase(step, step.rev);
        removed.push(`${step.kind}/${step.id}/${step.rev}`);
      }
    },
  };
  const deps: EraseDeps & ExpireDeps = { ...world.deps, store: world.store, payloads };
  const seal = async (): Promise<void> => {
    await sealDecisions(world.deps, world.store.written.slice(sealedUntil).map(recordOf));
    sealedUntil = world.store.written.length;
  };
  /** A subject of so many decisions, sealed; it ends unless said otherwise. */
  const subject = async ({ kind, id }: Subject, decisions = 3, end = 'Aborted', inputs: unknown = 'x') => {
    for (let rev = 1; rev <= decisions; rev += 1)
      await world.step(kind, id, rev === decisions ? end : 'AwaitingMerge', inputs);
    await seal();
  };
  return { ...world, reconcile: world.deps, deps, payloads, removed, seal, subject };
}
