import { millis, type Store } from '../kernel/index.ts';
import type { Meter } from '../ports/meter.ts';
import { allServices, type Service } from '../services/index.ts';
import { type Settlement, SIGNAL_METRICS, type Signal } from './contract.ts';
import { FORGE_KINDS } from './mappers/github.ts';
import type { NoticeForgeEvent, ObeyComment, OpenRollback, SignalStore } from './ports.ts';
import { type RouteSignalOutcome, routeSignal } from './rules/route-signal.ts';

export type RouteDeps = {
  readonly store: Store;
  readonly signals: SignalStore;
  readonly meter: Meter;
  readonly openRollback: OpenRollback;
  readonly noticeForgeEvent: NoticeForgeEvent;
  readonly obeyComment: ObeyComment;
};

/**
 * Routes one new signal and does what follows from it: a firing one of a known service opens or joins a rollback, news
 * of the forge wake who waits, everything else is only written down. Safe to repeat. `registry` is read once a batch.
 */
export async function routeNewSignal(
  deps: RouteDeps,
  signal: Signal,
  registry: () => Promise<readonly Service[]>,
): Promise<Settlement> {
  const settlement = await settlementOf(deps, signal, registry);
  await deps.signals.settle(signal.dedupeKey, settlement);
  return settlement;
}

/** The registry as one batch sees it: read at the first signal that needs it. */
export function registryOf(deps: { readonly store: Store }): () => Promise<readonly Service[]> {
  let read: Promise<readonly Service[]> | undefined;
  return () => {
    read ??= allServices(deps);
    return read;
  };
}

async function settlementOf(
  deps: RouteDeps,
  signal: Signal,
  registry: () => Promise<readonly Service[]>,
): Promise<Settlement> {
  const services = await registry();
  const route = routeSignal.decide({
    source: signal.source,
    labels: signal.labels,
    services: services.map(({ name, document }) => ({ name, selectors: document.selectors })),
  });
  if (signal.source === 'github' && FORGE_KINDS.includes(signal.kind))
    return await notice(deps, signal, route);
  if (route.kind === 'unroutable') {
    deps.meter.count(SIGNAL_METRICS.unroutable, { source: signal.source });
    return { routing: 'unroutable', why: route.why, suggestedSelector: route.suggestedSelector };
  }
  return await act(deps, signal, route);
}

async function notice(deps: RouteDeps, signal: Signal, route: RouteSignalOutcome): Promise<Settlement> {
  if (signal.kind === 'issue_comment') await obey(deps, signal);
  else await deps.noticeForgeEvent(signal);
  if (route.kind === 'unroutable') return { routing: 'noticed' };
  const { service, environment, resolvedBy } = route;
  return { routing: 'noticed', service, environment, resolvedBy };
}

async function obey(deps: RouteDeps, { labels }: Signal): Promise<void> {
  const { repository = '', number, commentId, login = '' } = labels;
  await deps.obeyComment({ repository, number: Number(number), commentId: Number(commentId), login });
}

async function act(
  deps: RouteDeps,
  signal: Signal,
  route: RouteSignalOutcome & { kind: 'routed' },
): Promise<Settlement> {
  const { service, environment, resolvedBy } = route;
  const routed = { routing: 'routed', service, environment, resolvedBy } as const;
  if (signal.status !== 'firing') return { ...routed, outcome: 'recorded' };
  if (await isOvertaken(deps, signal)) {
    return {
      ...routed,
      outcome: 'recorded',
      why: 'the same problem was reported as resolved before this came',
    };
  }
  const opening = await deps.openRollback({ service, environment, signal });
  if (opening.kind === 'refused') return { ...routed, outcome: 'refused', why: opening.why };
  return { ...routed, outcome: opening.kind, rollbackId: opening.id };
}

/** Deliveries overtake each other: a resolved one that began no earlier than this speaks of what came after it. */
async function isOvertaken(deps: RouteDeps, signal: Signal): Promise<boolean> {
  const same = await deps.signals.byFingerprint(signal.fingerprint);
  return same.some(
    (other) =>
      other.source === signal.source &&
      other.status === 'resolved' &&
      millis(other.startsAt) >= millis(signal.startsAt),
  );
}
