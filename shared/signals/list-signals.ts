import type { Page } from '../kernel/index.ts';
import type { Routing, Signal } from './contract.ts';
import type { SignalStore } from './ports.ts';

export type ListSignalsInput = {
  readonly routing: Routing;
  readonly limit: number;
  readonly cursor?: string;
  readonly since?: string;
  readonly service?: string;
  readonly environment?: string;
  /** firing, resolved or info. */
  readonly state?: string;
};

/**
 * What came in and was routed so, newest first; an unroutable signal shows the selector that would route it. A page may
 * hold fewer than `limit` when it is narrowed to a service, environment or state.
 */
export async function listSignals(
  deps: { readonly signals: SignalStore },
  input: ListSignalsInput,
): Promise<Page<Signal>> {
  const { routing, service, environment, state, ...rest } = input;
  const page = await deps.signals.byRouting(routing, rest);
  const items = page.items.filter(
    (signal) =>
      (service === undefined || signal.service === service) &&
      (environment === undefined || signal.environment === environment) &&
      (state === undefined || signal.status === state),
  );
  return { ...page, items };
}
