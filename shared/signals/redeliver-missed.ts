import { type Clock, isFault, isoTime } from '../kernel/index.ts';
import type { Deliveries, WebhookDelivery } from '../ports/deliveries.ts';

export type RedeliverDeps = { readonly deliveries: Deliveries; readonly clock: Clock };
export type Redelivered =
  /** There is no GitHub App, and so no list of deliveries. */
  | { readonly kind: 'unlisted' }
  | { readonly kind: 'swept'; readonly missed: number; readonly redelivered: number };

/** What is older is no news: health and CI are read besides. */
const BACK_MS = 3_600_000;
const MOST_A_RUN = 50;

/**
 * Has the forge deliver again what nobody received within the last hour, oldest first, at most 50 a run. Safe to run
 * twice: an event keeps its id, by which a signal is recognised.
 */
export async function redeliverMissed(deps: RedeliverDeps): Promise<Redelivered> {
  const listed = await deps.deliveries.list(isoTime(deps.clock() - BACK_MS));
  if (listed === undefined) return { kind: 'unlisted' };
  const missed = missedOf(listed);
  let redelivered = 0;
  for (const { id } of missed.slice(0, MOST_A_RUN)) {
    if (await redeliver(deps.deliveries, id)) redelivered += 1;
  }
  return { kind: 'swept', missed: missed.length, redelivered };
}

/** Of each event that no attempt brought through, the newest attempt. Oldest first. */
function missedOf(listed: readonly WebhookDelivery[]): readonly WebhookDelivery[] {
  const received = new Set(listed.filter((each) => each.received).map(({ guid }) => guid));
  const newest = new Map<string, WebhookDelivery>();
  for (const delivery of listed) {
    if (received.has(delivery.guid)) continue;
    const found = newest.get(delivery.guid);
    if (found === undefined || found.deliveredAt < delivery.deliveredAt) newest.set(delivery.guid, delivery);
  }
  return [...newest.values()].sort((a, b) => (a.deliveredAt < b.deliveredAt ? -1 : 1));
}

/** False: the forge no longer has it. */
async function redeliver(deliveries: Deliveries, id: number): Promise<boolean> {
  try {
    await deliveries.redeliver(id);
    return true;
  } catch (thrown) {
    if (isFault(thrown, 'NotFound', 'InvalidInput')) return false;
    throw thrown;
  }
}
