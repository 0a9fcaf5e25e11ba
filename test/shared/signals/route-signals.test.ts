import { expect, test } from 'vitest';
import { putService } from '../../../shared/services/index.ts';
import {
  mapper,
  registryOf,
  routeNewSignal,
  type Signal,
  type SignalSource,
} from '../../../shared/signals/index.ts';
import { newSignal } from '../../../shared/signals/new-signal.ts';
import { fixedClock, seededRandom } from '../../support/chance.ts';
import { memoryStore } from '../../support/memory-store.ts';
import { serviceDocument } from '../services/documents.ts';
import { alarmEvent, argocdBody, checkRunBody, commentBody, NOW } from './bodies.ts';
import { memorySignals } from './memory-signals.ts';

const actor = { type: 'person', id: 'ada', via: 'api' } as const;

async function world(names: readonly string[] = ['shop']) {
  const store = memoryStore();
  const software = { version: 't', configDigest: 't' };
  const deciding = { store, clock: fixedClock(NOW), random: seededRandom(), software };
  for (const name of names) {
    await putService(deciding, { name, document: serviceDocument(), actor, correlationId: name, key: name });
  }
  const opened: string[] = [];
  const noticed: Signal[] = [];
  const obeyed: unknown[] = [];
  const signals = memorySignals();
  const deps = {
    store,
    signals,
    meter: { count: () => undefined, measure: () => undefined },
    chatSenders: { teams: [], apps: [] },
    openRollback: async ({ service, environment }: { service: string; environment: string }) => {
      opened.push(`${service}/${environment}`);
      return { kind: opened.length === 1 ? ('opened' as const) : ('joined' as const), id: 'rbk_1' };
    },
    noticeForgeEvent: async (signal: Signal) => {
      noticed.push(signal);
    },
    obeyComment: async (comment: unknown) => {
      obeyed.push(comment);
    },
    obeyButton: async (pressed: unknown) => {
      obeyed.push(pressed);
    },
  };
  const receive = async (
    source: SignalSource,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ) => {
    const mapped = mapper(source)({ body, headers, receivedAt: NOW });
    if (mapped.kind !== 'signals' || mapped.signals[0] === undefined) throw new Error('no signal');
    const signal = newSignal(source, mapped.signals[0], { sha256: '', bytes: 0 }, Date.parse(NOW));
    await signals.put(signal);
    return signal;
  };
  const route = (signal: Signal) => routeNewSignal(deps, signal, registryOf(deps));
  return { opened, noticed, obeyed, signals, receive, route };
}

test('a firing signal of a known service opens a rollback, and the signal says which', async () => {
  const { receive, route, opened, signals } = await world();
  expect(await route(await receive('argocd', argocdBody()))).toEqual({
    routing: 'routed',
    service: 'shop',
    environment: 'staging',
    resolvedBy: 'shop#selectors.0',
    outcome: 'opened',
    rollbackId: 'rbk_1',
  });
  expect(opened).toEqual(['shop/staging']);
  expect(signals.all()[0]).toMatchObject({ routing: 'routed', rollbackId: 'rbk_1' });
});

test('a signal that no selector matches is never acted on and names the selector that would route it', async () => {
  const { receive, route, opened } = await world();
  const settled = await route(await receive('cloudwatch', alarmEvent('ALARM')));
  expect(settled).toMatchObject({
    routing: 'unroutable',
    suggestedSelector: {
      source: 'cloudwatch',
      environment: 'staging',
      match: { alarmArn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:ShopErrors' },
    },
  });
  expect(opened).toEqual([]);
});

test('a signal that two services claim is never acted on', async () => {
  const { receive, route, opened } = await world(['shop', 'cart']);
  const settled = await route(await receive('argocd', argocdBody()));
  expect(settled).toMatchObject({
    routing: 'unroutable',
    why: 'selectors of several places match: cart/staging, shop/staging',
  });
  expect(opened).toEqual([]);
});

test('a resolved signal is only written down', async () => {
  const { receive, route, opened } = await world();
  const healthy = argocdBody({ health: { status: 'Healthy', lastTransitionTime: NOW } });
  expect(await route(await receive('argocd', healthy))).toMatchObject({ outcome: 'recorded' });
  expect(opened).toEqual([]);
});

test('a firing signal that comes after its resolution does not open again', async () => {
  const { receive, route, opened } = await world();
  const resolved = argocdBody({ health: { status: 'Healthy', lastTransitionTime: '2026-11-21T09:59:30Z' } });
  await route(await receive('argocd', resolved));
  const late = await route(await receive('argocd', argocdBody()));
  expect(late).toMatchObject({ routing: 'routed', outcome: 'recorded', why: expect.any(String) });
  expect(opened).toEqual([]);
});

test('a firing signal that began after the last resolution opens', async () => {
  const { receive, route, opened } = await world();
  const resolved = argocdBody({ health: { status: 'Healthy', lastTransitionTime: '2026-11-21T09:58:00Z' } });
  await route(await receive('argocd', resolved));
  await route(await receive('argocd', argocdBody()));
  expect(opened).toEqual(['shop/staging']);
});

test('news of the forge wake who waits, open nothing, and are not listed as unroutable', async () => {
  const { receive, route, opened, noticed } = await world();
  const headers = { 'x-github-event': 'check_run', 'x-github-delivery': 'g' };
  expect(await route(await receive('github', checkRunBody('failure'), headers))).toEqual({
    routing: 'noticed',
  });
  expect(noticed).toHaveLength(1);
  expect(opened).toEqual([]);
});

test('what is too old is written down and opens nothing', async () => {
  const { receive, route, opened } = await world();
  const old = argocdBody({ health: { status: 'Degraded', lastTransitionTime: '2026-11-01T00:00:00Z' } });
  expect(await route(await receive('argocd', old))).toMatchObject({ outcome: 'recorded' });
  expect(opened).toEqual([]);
});

test('a comment on a pull request is handed over by its place alone, wakes nobody and opens nothing', async () => {
  const { receive, route, opened, noticed, obeyed } = await world();
  const headers = { 'x-github-event': 'issue_comment', 'x-github-delivery': 'g' };
  expect(await route(await receive('github', commentBody(), headers))).toEqual({ routing: 'noticed' });
  expect(obeyed).toEqual([{ repository: 'acme/gitops', number: 7, commentId: 42, login: 'dana' }]);
  expect([...opened, ...noticed]).toEqual([]);
});
