import type { Places } from '../../shared/ledger/reconcile/index.ts';

/** Places in memory. */
export function memoryPlaces(): Places & { readonly kept: Map<string, unknown> } {
  const kept = new Map<string, unknown>();
  return {
    kept,
    read: async (sweep) => kept.get(sweep),
    keep: async (sweep, place) => void kept.set(sweep, place),
  };
}
