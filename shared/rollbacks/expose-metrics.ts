import type { Store } from '../kernel/index.ts';
import type { Tallies } from '../ports/index.ts';
import { allServices } from '../services/index.ts';
import { openAttempts } from './measure-states.ts';
import { metricFamilies, type Place, seriesOf } from './metric-families.ts';
import { prometheusText } from './prometheus-text.ts';

export const MAX_SERIES = 1_000;

type ExposeDeps = { readonly store: Store; readonly tallies: Pick<Tallies, 'tallies'> };

/**
 * The metrics as Prometheus reads them: sums that are kept from events, and gauges of this moment. Only places of the
 * registry, and of those as many as make no more than MAX_SERIES lines: first where something is open, then where
 * something was counted, each by name. A comment at the end says how many are left out.
 * Throws Fault: Unavailable, PermissionDenied.
 */
export async function exposeMetrics(deps: ExposeDeps): Promise<string> {
  const places = await placesOf(deps);
  const shown: Place[] = [];
  let series = 0;
  for (const place of places) {
    series += seriesOf(place);
    if (series > MAX_SERIES) break;
    shown.push(place);
  }
  const left = places.length - shown.length;
  const cut = `cut at ${MAX_SERIES} series: ${left} of ${places.length} services and environments are left out`;
  return prometheusText(metricFamilies(shown), left === 0 ? [] : [cut]);
}

async function placesOf({ store, tallies }: ExposeDeps): Promise<readonly Place[]> {
  const [services, kept, pages] = await Promise.all([
    allServices({ store }),
    tallies.tallies(),
    openAttempts(store),
  ]);
  const amounts = new Map(kept.map((tally) => [keyOf(tally), tally.amounts]));
  const open = Map.groupBy(
    pages.flatMap(({ state, heads }) => heads.map((head) => ({ key: keyOf(head), state }))),
    ({ key }) => key,
  );
  const places = services.flatMap(({ name, document }) =>
    Object.keys(document.environments).map((environment): Place => {
      const key = keyOf({ service: name, environment });
      const states = (open.get(key) ?? []).map(({ state }) => state);
      return { service: name, environment, amounts: amounts.get(key) ?? {}, open: states };
    }),
  );
  return places.toSorted((a, b) => rankOf(a) - rankOf(b) || (keyOf(a) < keyOf(b) ? -1 : 1));
}

function rankOf({ open, amounts }: Place): number {
  if (open.length > 0) return 0;
  return Object.keys(amounts).length > 0 ? 1 : 2;
}

function keyOf(place: { readonly service?: string; readonly environment?: string }): string {
  return `${place.service}#${place.environment}`;
}
