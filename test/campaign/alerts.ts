import { isoTime } from '../../shared/kernel/index.ts';
import { openRollbackAttempt } from '../../shared/rollbacks/index.ts';
import {
  type RouteDeps,
  receiveWebhook,
  registryOf,
  routeNewSignal,
  type Signal,
} from '../../shared/signals/index.ts';
import { memorySignals } from '../shared/signals/memory-signals.ts';
import type { Answer } from '../support/rollback-tasks.ts';
import type { Injections } from './injected.ts';
import type { AlertDelivery } from './plan.ts';
import type { Deps } from './process.ts';
import type { Room } from './room.ts';

const SECRET = 'right';
const SENDER_TRIES = 20;
const SENDER_PAUSE_MS = 20_000;
const STREAM_PAUSE_MS = 5_000;

/** The signals table; `arrived` is its stream: each new signal as it was stored. */
export function watchedSignals() {
  const signals = memorySignals();
  const arrived: Signal[] = [];
  const put = async (signal: Signal): Promise<boolean> => {
    const fresh = await signals.put(signal);
    if (fresh) arrived.push(structuredClone(signal));
    return fresh;
  };
  return { ...signals, put, arrived };
}

/** What a sender says of a degradation that begins now: as often and in the order that the plan has drawn. */
export function announce(room: Room, service: string): void {
  const startsAt = isoTime(room.now());
  for (const { after, what } of room.plan.alerts ?? []) {
    const body = Buffer.from(JSON.stringify(groupOf(service, startsAt, what)));
    setTimeout(() => send(room, body, SENDER_TRIES), after * 1000);
  }
}

/** Sends until it is taken, as senders do. */
function send(room: Room, body: Uint8Array, tries: number): void {
  const delivery = { headers: { authorization: `Bearer ${SECRET}` }, body };
  const receive = (deps: Deps) =>
    receiveWebhook(
      { ...deps, secrets: async () => [SECRET] },
      { source: 'alertmanager', method: 'POST', delivery },
    );
  void room.run('ReceiveWebhook', {}, receive).then((answer) => {
    if (failed(answer) && tries > 1 && !room.isOver())
      setTimeout(() => send(room, body, tries - 1), SENDER_PAUSE_MS);
  });
}

function groupOf(service: string, startsAt: string, what: AlertDelivery['what']) {
  const alert = {
    status: what === 'resolved' ? 'resolved' : 'firing',
    labels: { alertname: 'TooManyErrors', job: service, severity: 'critical' },
    ...{ annotations: {}, startsAt, fingerprint: `errors-of-${service}` },
  };
  const groupKey = what === 'in another group' ? `{}:{team="${service}"}` : `{}:{job="${service}"}`;
  return { version: '4', groupKey, status: alert.status, truncatedAlerts: 0, alerts: [alert] };
}

type Stream = {
  readonly arrived: readonly Signal[];
  readonly run: Room['run'];
  readonly injected: Injections;
  readonly over: () => boolean;
};

/** Brings what is stored to routing, in order within a problem, until it is done; here and there once more afterwards. */
export function routes({ arrived, run, injected, over }: Stream): void {
  const lanes = new Map<string, Promise<void>>();
  let seen = 0;
  const once = (signal: Signal) =>
    run('RouteSignals', {}, (deps) => routeNewSignal(routing(deps), signal, registryOf(deps)));
  const through = async (signal: Signal): Promise<void> => {
    while (!over() && failed(await once(signal)))
      await new Promise((done) => setTimeout(done, STREAM_PAUSE_MS));
    if (!over() && injected.happens('twice', 'RouteSignals'))
      setTimeout(() => void once(signal), injected.some(0, 60) * 1000);
  };
  const look = (): void => {
    if (over()) return;
    setTimeout(look, 1_000);
    for (const signal of arrived.slice(seen)) {
      const before = lanes.get(signal.fingerprint) ?? Promise.resolve();
      lanes.set(
        signal.fingerprint,
        before.then(() => through(signal)),
      );
    }
    seen = arrived.length;
  };
  look();
}

const failed = (answer: Answer | undefined): boolean =>
  answer === undefined || answer.FunctionError !== undefined;

/** As functions/runtime/route-signals.ts binds it. */
function routing(deps: Deps): RouteDeps {
  const nothing = async () => {};
  return {
    ...{ store: deps.store, signals: deps.signals, meter: deps.meter, chatSenders: { teams: [], apps: [] } },
    ...{ noticeForgeEvent: nothing, obeyComment: nothing, obeyButton: nothing },
    openRollback: async ({ service, environment, signal }) => {
      const { id, title, startsAt } = signal;
      const opening = await openRollbackAttempt(deps, {
        ...{ service, environment },
        trigger: { type: 'signal', id, text: `${signal.source}: ${title}`, startsAt },
        actor: { type: 'system', id: 'route-signals', via: 'workflow' },
      });
      if ('reasons' in opening) return { kind: 'refused', why: opening.reasons.join('; ') };
      return opening;
    },
  };
}

/**
 * What went wrong between a sender and the attempts: a signal that was never routed, one that says that it opened what
 * it did not, an episode that opened more than one attempt by its signals.
 */
export async function wrongAlerts(room: Room): Promise<readonly string[]> {
  const signals = room.watched.signals.all();
  const attempts = await room.attempts();
  const episodes = new Map<string, string[]>();
  for (const { id, fingerprint, startsAt } of signals) {
    const opened = attempts.filter(({ data }) => data.trigger.type === 'signal' && data.trigger.id === id);
    const key = `${fingerprint} since ${startsAt}`;
    episodes.set(key, [...(episodes.get(key) ?? []), ...opened.map((attempt) => attempt.id)]);
  }
  return [
    ...signals.filter(({ routing: end }) => end === 'new').map(({ id }) => `${id} was never routed`),
    ...signals
      .filter(({ outcome, status }) => outcome === 'opened' && status !== 'firing')
      .map(({ id }) => `${id} opened an attempt although it does not fire`),
    ...[...episodes]
      .filter(([, opened]) => opened.length > 1)
      .map(([key, opened]) => `${key} opened ${opened.join(' and ')}`),
  ];
}
