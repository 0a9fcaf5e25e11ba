import type { Head, Store } from '../kernel/index.ts';
import type { Meter } from '../ports/meter.ts';
import { MAX_ATTEMPTS_AT_ONCE, METRICS, OPEN_STATES, type RollbackStateName } from './contract.ts';

/** The quota holds open attempts to fewer, but an attempt of a person is not held by it. */
const COUNTED_AT_MOST = 10 * MAX_ATTEMPTS_AT_ONCE;

/** Attempts that are open, by the state in which they stand; states without any included. */
export async function openAttempts(
  store: Store,
): Promise<readonly { readonly state: RollbackStateName; readonly heads: readonly Head[] }[]> {
  return await Promise.all(
    OPEN_STATES.map(async (state) => ({
      state,
      heads: (await store.heads({ kind: 'rollback', state, limit: COUNTED_AT_MOST })).items,
    })),
  );
}

/**
 * The gauges: how many attempts stand in each open state, those with none included, and how many are open by environment.
 * Read from the heads, so that a lost event makes no gauge wrong for longer than a minute.
 */
export async function measureStates(deps: { readonly store: Store; readonly meter: Meter }): Promise<void> {
  const pages = await openAttempts(deps.store);
  for (const { state, heads } of pages) deps.meter.measure(METRICS.state, heads.length, { state });
  const open = pages.flatMap(({ heads }) => heads);
  if (open.length === 0) deps.meter.measure(METRICS.active, 0);
  const environments = Map.groupBy(open, (head) => head.environment ?? '');
  for (const [environment, heads] of environments)
    deps.meter.measure(METRICS.active, heads.length, { environment });
}
