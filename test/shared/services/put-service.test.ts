import { describe, expect, test } from 'vitest';
import { parse } from '../../../shared/kernel/parse.ts';
import { ServiceDocument } from '../../../shared/services/contract.ts';
import {
  allServices,
  listServiceDecisions,
  listServices,
  loadService,
  putService,
  readService,
  serviceRules,
  serviceView,
} from '../../../shared/services/index.ts';
import { fixedClock, seededRandom } from '../../support/chance.ts';
import { memoryStore } from '../../support/memory-store.ts';
import { environment, serviceDocument } from './documents.ts';

const actor = { type: 'person', id: 'ada', via: 'api' } as const;

function world() {
  const store = memoryStore();
  const software = { version: 't', configDigest: 't' };
  const deps = { store, clock: fixedClock(), random: seededRandom(), software };
  const put = (document: ServiceDocument, key: string, name = 'shop') =>
    putService(deps, { name, document, actor, correlationId: 'c', key });
  return { store, deps, put };
}

test('registering and changing a service are decisions one after the other', async () => {
  const { deps, put, store } = world();
  await put(serviceDocument(), 'k1');
  const changed = await put(serviceDocument({ tier: 1 }), 'k2');
  expect(changed).toMatchObject({ name: 'shop', rev: 2, document: { tier: 1 } });
  expect(store.written.map((each) => [each.event, each.rev])).toEqual([
    ['ServiceRegistered', 1],
    ['ServiceChanged', 2],
  ]);
  expect((await listServiceDecisions(deps, 'shop')).items[1]).toMatchObject({
    rule: { name: 'register-service', version: 1 },
    outcome: { event: 'ServiceChanged', changed: ['tier'] },
  });
});

test('the same document again decides nothing', async () => {
  const { put, store } = world();
  await put(serviceDocument(), 'k1');
  expect((await put(serviceDocument(), 'k2')).rev).toBe(1);
  expect(store.written).toHaveLength(1);
});

test('a retry under the same key is the same decision', async () => {
  const { put, store } = world();
  const [first, second] = await Promise.all([put(serviceDocument(), 'k1'), put(serviceDocument(), 'k1')]);
  expect(first.rev).toBe(1);
  expect(second.rev).toBe(1);
  expect(store.written).toHaveLength(1);
});

test('the view is the whole document with its subject', async () => {
  const { deps, put } = world();
  await put(serviceDocument(), 'k1');
  expect(serviceView(await loadService(deps, 'shop'))).toMatchObject({
    kind: 'service',
    id: 'shop',
    name: 'shop',
    rev: 1,
    state: { kind: 'Registered' },
    repository: 'acme/shop',
  });
});

test('a service nobody registered is not found', async () => {
  await expect(readService(world().deps, 'ghost')).rejects.toMatchObject({ name: 'NotFound' });
});

test('the registry is read to its end', async () => {
  const { deps, put } = world();
  for (let index = 0; index < 120; index += 1) await put(serviceDocument(), `k${index}`, `shop-${index}`);
  expect(await allServices(deps)).toHaveLength(120);
});

test('a selector for an environment that the document does not have is refused by its path', async () => {
  const { put } = world();
  const selectors = [{ source: 'argocd', environment: 'production', match: { app: 'x' } }];
  await expect(put(serviceDocument({ selectors }), 'k')).rejects.toMatchObject({
    name: 'InvalidInput',
    issues: [{ path: 'selectors.0.environment' }],
  });
});

test('a stored entry that is not one is refused, not guessed at', async () => {
  const { deps, put, store } = world();
  await put(serviceDocument(), 'k1');
  const head = await store.head({ kind: 'service', id: 'shop' });
  const broken = { ...store, head: async () => head && { ...head, data: { v: 1 } } };
  await expect(readService({ ...deps, store: broken }, 'shop')).rejects.toMatchObject({ name: 'Malformed' });
});

describe('a stored entry that is malformed', () => {
  async function broken() {
    const made = world();
    for (const name of ['shop', 'till', 'cart']) await made.put(serviceDocument(), `k-${name}`, name);
    const heads: typeof made.store.heads = async (query) => {
      const page = await made.store.heads(query);
      const items = page.items.map((head) => (head.id === 'till' ? { ...head, data: { v: 1 } } : head));
      return { ...page, items };
    };
    const head: typeof made.store.head = async (subject) => {
      const found = await made.store.head(subject);
      return found !== undefined && subject.id === 'till' ? { ...found, data: { v: 1 } } : found;
    };
    const counted: unknown[] = [];
    const meter = { count: (...each: readonly unknown[]) => void counted.push(each) };
    return { ...made, deps: { ...made.deps, store: { ...made.store, heads, head }, meter }, counted };
  }

  test('hides none of the others from the sweep, and is counted', async () => {
    const { deps, counted } = await broken();
    expect((await allServices(deps)).map(({ name }) => name).sort()).toEqual(['cart', 'shop']);
    expect(counted).toEqual([['registry_entries_malformed_total', { service: 'till' }]]);
  });

  test('is named by the list and refused by its own name', async () => {
    const { deps } = await broken();
    expect(await listServices(deps, {})).toMatchObject({ malformed: ['till'] });
    await expect(loadService(deps, 'till')).rejects.toMatchObject({ name: 'Malformed' });
  });

  test('is mended by putting its document again', async () => {
    const { deps } = await broken();
    const put = { name: 'till', document: serviceDocument(), actor, correlationId: 'c', key: 'mend' };
    expect(await putService(deps, put)).toMatchObject({ rev: 2, document: { tier: 2 } });
  });
});

test('every decision is computed again from its inputs to the same outcome', async () => {
  const { deps, put, store } = world();
  await put(serviceDocument(), 'k1');
  await put(serviceDocument({ owners: ['bob'] }), 'k2');
  for (const { decision } of await store.decisions({ kind: 'service', id: 'shop' })) {
    const rule = serviceRules.find(({ name }) => name === decision?.rule.name);
    expect(rule?.decide(decision?.inputs as never)).toEqual(decision?.outcome);
  }
  expect(deps.software.version).toBe('t');
});

describe('the document', () => {
  const whole = {
    tier: 'critical',
    owners: ['ada'],
    repository: 'acme/shop',
    environments: { staging: environment('shop-staging') },
  };
  const issuesOf = (change: Readonly<Record<string, unknown>>) => {
    try {
      parse(ServiceDocument, { ...whole, ...change }, 'the body');
    } catch (thrown) {
      return (thrown as { issues: readonly { path: string }[] }).issues.map((issue) => issue.path);
    }
    return [];
  };
  const staging = environment('shop-staging');
  const staged = (change: Readonly<Record<string, number>>) => {
    const first = { weight: 0.1, minSeconds: 60, maxSeconds: 600, minRequests: 10, ...change };
    return { rollouts: { stages: [first, { weight: 1, minSeconds: 0, maxSeconds: 0, minRequests: 0 }] } };
  };
  const withManifest = (change: Readonly<Record<string, unknown>>) => ({
    environments: { staging: { ...staging, manifest: { ...staging.manifest, ...change } } },
  });

  test('has stages that can be passed, the last without any time', () => {
    expect(issuesOf(staged({ weight: 0.0001 }))).toEqual([]);
  });

  test('without selectors, SLOs and dependencies is whole', () => {
    expect(parse(ServiceDocument, whole, 'the body')).toMatchObject({ selectors: [], dependencies: [] });
  });

  test.each([
    [{ repository: 'no-owner' }, 'repository'],
    [{ owners: [] }, 'owners'],
    [{ environments: {} }, 'environments'],
    [{ colour: 'red' }, 'colour'],
    [{ environments: { staging: { ...staging, platform: 'ecs' } } }, 'environments.staging.platform'],
    [withManifest({ path: '../secrets.yaml' }), 'environments.staging.manifest.path'],
    [withManifest({ path: 'apps/a/../../b.yaml' }), 'environments.staging.manifest.path'],
    [withManifest({ path: '/etc/a.yaml' }), 'environments.staging.manifest.path'],
    [withManifest({ pointer: 'spec.source' }), 'environments.staging.manifest.pointer'],
    [{ selectors: [{ source: 'pigeon', environment: 'staging', match: { a: 'b' } }] }, 'selectors.0.source'],
    [{ selectors: [{ source: 'argocd', environment: 'staging', match: {} }] }, 'selectors.0.match'],
    [{ timings: { ciWait: -1 } }, 'timings.ciWait'],
    [{ timings: { healthCheckInterval: 30 } }, 'timings.healthCheckInterval'],
    [{ timings: { teaBreak: 5 } }, 'timings.teaBreak'],
    [staged({ minSeconds: 300, maxSeconds: 60 }), 'rollouts.stages.0.maxSeconds'],
    [staged({ minSeconds: 0, maxSeconds: 0 }), 'rollouts.stages.0.maxSeconds'],
    [staged({ weight: 0.00009 }), 'rollouts.stages.0.weight'],
    [staged({ weight: 1 }), 'rollouts.stages'],
  ])('%j is refused at %s', (change, path) => {
    expect(issuesOf(change)).toEqual([path]);
  });
});
