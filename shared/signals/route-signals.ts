import type { Store } from '../kernel/index.ts';
import type { Meter } from '../ports/meter.ts';
import { allServices, type Service } from '../services/index.ts';
import { type ChatSenders, strangerInChat } from './chat-senders.ts';
import { type Settlement, SIGNAL_METRICS, type Signal } from './contract.ts';
import { FORGE_KINDS } from './mappers/github.ts';
import type { NoticeForgeEvent, ObeyButton, ObeyComment, OpenRollback, SignalStore } from './ports.ts';
import { correlationOf } from './rules/own-echo.ts';
import { type RouteSignalOutcome, routeSignal } from './rules/route-signal.ts';
import { childInHand, reasonToWait } from './same-problem.ts';

export type RouteDeps = {
  readonly store: Store;
  readonly signals: SignalStore;
  readonly meter: Meter;
  readonly chatSenders: ChatSenders;
  readonly openRollback: OpenRollback;
  readonly noticeForgeEvent: NoticeForgeEvent;
  readonly obeyComment: ObeyComment;
  readonly obeyButton: ObeyButton;
};

/**
 * Routes one new signal and does what follows from it: a firing one of a known service opens or joins a rollback, news
 * of the forge wake who waits, everything else is only written down, and so is all that a stranger in the chat sends.
 * Safe to repeat. `registry` is read once a batch.
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
  const stranger = signal.source === 'slack' ? strangerInChat(deps.chatSenders, signal) : undefined;
  if (stranger !== undefined) return { routing: 'noticed', outcome: 'refused', why: stranger };
  const services = await registry();
  const route = routeSignal.decide({
    source: signal.source,
    labels: signal.labels,
    services: services.map(({ name, document }) => ({ name, selectors: document.selectors })),
  });
  if (signal.source === 'github' && FORGE_KINDS.includes(signal.kind))
    return await notice(deps, signal, route);
  if (signal.source === 'slack' && signal.labels.approval !== undefined)
    return await press(deps, signal, route);
  if (signal.flags.includes('own')) return echo(signal, route);
  if (route.kind === 'routed') return await act(deps, signal, route);
  // what people write to each other is no alert that somebody forgot to register
  if (signal.source === 'slack') return { routing: 'noticed' };
  return (await throughChild(deps, signal)) ?? unroutable(deps, signal, route);
}

function unroutable(
  deps: RouteDeps,
  signal: Signal,
  { why, suggestedSelector }: RouteSignalOutcome & { kind: 'unroutable' },
): Settlement {
  deps.meter.count(SIGNAL_METRICS.unroutable, { source: signal.source });
  return { routing: 'unroutable', why, suggestedSelector };
}

/** What we did ourselves comes back: it is attached to its attempt where it names one, and sets nothing off. */
function echo(signal: Signal, route: RouteSignalOutcome): Settlement {
  const rollbackId = correlationOf(signal.labels);
  return {
    routing: 'noticed',
    ...(route.kind === 'routed' && placeOf(route)),
    outcome: 'recorded',
    why: 'the echo of what Holdfast did itself',
    ...(rollbackId !== undefined && { rollbackId }),
  };
}

/** A composite alarm that nobody registered stands where the child stands that made it fire. */
async function throughChild(deps: RouteDeps, signal: Signal): Promise<Settlement | undefined> {
  const child = await childInHand(deps, signal);
  if (child?.service === undefined || child.environment === undefined) return undefined;
  const { service, environment, rollbackId } = child;
  return {
    routing: 'routed',
    ...{ service, environment, resolvedBy: `child ${child.fingerprint}`, outcome: 'joined' },
    ...(rollbackId !== undefined && { rollbackId }),
    why: `told by the alarm that triggered it: ${child.id}`,
  };
}

/** A button of ours: whose it is, and whether it counts, is for approvals to say. */
async function press(deps: RouteDeps, { labels }: Signal, route: RouteSignalOutcome): Promise<Settlement> {
  const { approval: approvalId = '', plan: planHash = '', user = '' } = labels;
  const verdict = labels.verdict === 'approve' ? 'approve' : 'reject';
  await deps.obeyButton({ approvalId, planHash, verdict, user });
  return { routing: 'noticed', ...(route.kind === 'routed' && placeOf(route)), outcome: 'announced' };
}

function placeOf({ service, environment, resolvedBy }: RouteSignalOutcome & { kind: 'routed' }) {
  return { service, environment, resolvedBy };
}

async function notice(deps: RouteDeps, signal: Signal, route: RouteSignalOutcome): Promise<Settlement> {
  if (signal.kind === 'issue_comment') await obey(deps, signal);
  else await deps.noticeForgeEvent(signal);
  return { routing: 'noticed', ...(route.kind === 'routed' && placeOf(route)) };
}

async function obey(deps: RouteDeps, { labels }: Signal): Promise<void> {
  const { repository = '', number, commentId, login = '', onIssue } = labels;
  const place = { repository, number: Number(number), ...(onIssue === 'true' && { onIssue: true as const }) };
  await deps.obeyComment({ ...place, commentId: Number(commentId), login });
}

async function act(
  deps: RouteDeps,
  signal: Signal,
  route: RouteSignalOutcome & { kind: 'routed' },
): Promise<Settlement> {
  const { service, environment } = route;
  const routed = { routing: 'routed', ...placeOf(route) } as const;
  if (signal.status !== 'firing') return { ...routed, outcome: recordedAs(signal) };
  const reason = await reasonToWait(deps, signal, { service, environment });
  if (reason !== undefined) return { ...routed, ...reason };
  const opening = await deps.openRollback({ service, environment, signal });
  if (opening.kind === 'refused') return { ...routed, outcome: 'refused', why: opening.why };
  return { ...routed, outcome: opening.kind, rollbackId: opening.id };
}

/** A note in the record of an experiment; nothing reads it by itself yet. */
function recordedAs({ source, labels }: Signal): string {
  const window = source === 'fis' ? labels.chaosWindow : undefined;
  if (window === undefined) return 'recorded';
  return window === 'open' ? 'chaos-window-opened' : 'chaos-window-closed';
}
