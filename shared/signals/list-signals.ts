import type { Page } from '../kernel/index.ts';
import type { Routing, Signal } from './contract.ts';
import type { SignalStore } from './ports.ts';

export type ListSignalsInput = {
  readonly routing: Routing;
  readonly limit: number;
  readonly cursor?: string;
  readonly since?: string;
};

/** What came in and was routed so, newest first; an unroutable signal shows the selector that would route it. */
export async function listSignals(
  deps: { readonly signals: SignalStore },
  input: ListSignalsInput,
): Promise<Page<Signal>> {
  const { routing, ...page } = input;
  return await deps.signals.byRouting(routing, page);
}
