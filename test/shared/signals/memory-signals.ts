import type { Signal } from '../../../shared/signals/contract.ts';
import type { SignalStore } from '../../../shared/signals/ports.ts';

/** The signals table in memory. */
export function memorySignals(): SignalStore & { readonly all: () => readonly Signal[] } {
  const items = new Map<string, Signal>();
  const newest = () => [...items.values()].toSorted((a, b) => b.receivedAt.localeCompare(a.receivedAt));
  return {
    all: newest,
    put: async (signal) => {
      if (items.has(signal.dedupeKey)) return false;
      items.set(signal.dedupeKey, structuredClone(signal));
      return true;
    },
    byFingerprint: async (fingerprint) => newest().filter((signal) => signal.fingerprint === fingerprint),
    byRouting: async (routing, { limit }) => ({
      items: newest()
        .filter((signal) => signal.routing === routing)
        .slice(0, limit),
    }),
    settle: async (dedupeKey, settlement) => {
      const signal = items.get(dedupeKey);
      if (signal !== undefined) items.set(dedupeKey, { ...signal, ...settlement });
    },
  };
}
