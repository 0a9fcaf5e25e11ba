import type { Store } from '../kernel/index.ts';
import type { Meter } from '../ports/meter.ts';
import { MAX_ATTEMPTS_AT_ONCE, METRICS, OPEN_STATES } from './contract.ts';

/** The quota holds open attempts to fewer, but an attempt of a person is not held by it. */
const COUNTED_AT_MOST = 10 * MAX_ATTEMPTS_AT_ONCE;

/**
 * The gauges: how many attempts stand in each open state, those with none included, and how many are open by environment.
 * Read from the heads, so that a lost event makes no gauge wrong for longer than a minute.
 */
export async function measureStates(deps: { readonly store: Store; readonly meter: Meter }): Promise<void> {
  const pages = await Promise.all(
    OPEN_STATES.map(async (state) => ({
      state,
      heads: (await deps.store.heads({ kind: 'rollback', state, limit: COUNTED_AT_MOST })).items,
    })),
  );
  for (const { state, heads } of pages) deps.meter.measure(METRICS.state, heads.length, { state });
  const open = pages.flatMap(({ heads }) => heads);
  if (open.length === 0) deps.meter.measure(METRICS.active, 0);
  const environments = Map.groupBy(open, (head) => head.environment ?? '');
  for (const [environment, heads] of environments)
    deps.meter.measure(METRICS.active, heads.length, { environment });
}
