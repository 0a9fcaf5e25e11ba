import { expect, test } from 'vitest';
import { parse } from '../../../shared/kernel/parse.ts';
import { putService, readService, ServiceDocument } from '../../../shared/services/index.ts';
import { fixedClock, seededRandom } from '../../support/chance.ts';
import { memoryStore } from '../../support/memory-store.ts';
import { environment, serviceDocument } from './documents.ts';

const LAMBDA = { platform: 'lambda', function: 'shop', alias: 'live' };
const SLO = { name: 'works', objective: 0.999, window_days: 28, indicator: { kind: 'availability' } };

const issuesOf = (change: Readonly<Record<string, unknown>>) => {
  try {
    parse(ServiceDocument, { ...serviceDocument(), ...change }, 'the body');
  } catch (thrown) {
    return (thrown as { issues: readonly { path: string; message: string }[] }).issues;
  }
  return [];
};

test('a service may run on Argo CD in one environment and behind a Lambda alias in another', () => {
  const environments = { staging: environment('shop-staging'), production: LAMBDA };
  expect(serviceDocument({ environments }).environments).toEqual(environments);
});

test.each([
  [{ ...LAMBDA, function: 'shop:live' }, 'function'],
  [{ ...LAMBDA, function: 'arn:aws:lambda:eu-west-1:1:function:shop' }, 'function'],
  [{ ...LAMBDA, alias: '7' }, 'alias'],
  [{ ...LAMBDA, alias: '$LATEST' }, 'alias'],
  [{ ...LAMBDA, application: 'shop' }, 'application'],
])('%j is refused at %s', (place, field) => {
  expect(issuesOf({ environments: { production: place } }).map(({ path }) => path)).toEqual([
    `environments.production.${field}`,
  ]);
});

test('a platform that we cannot act on is refused with the names of those that we can', () => {
  expect(issuesOf({ environments: { production: { ...LAMBDA, platform: 'ecs' } } })).toEqual([
    expect.objectContaining({ message: 'must be "argocd" or "lambda"' }),
  ]);
});

test.each([
  [{ ...SLO, objective: 1 }, 'slos.0.objective'],
  [{ ...SLO, objective: 99.9 }, 'slos.0.objective'],
  [{ ...SLO, window_days: 0 }, 'slos.0.window_days'],
  [{ ...SLO, indicator: { kind: 'latency' } }, 'slos.0.indicator.ms'],
  [{ ...SLO, indicator: { kind: 'weather' } }, 'slos.0.indicator.kind'],
])('the SLO %j is refused at %s', (slo, path) => {
  expect(issuesOf({ slos: [slo] }).map((issue) => issue.path)).toEqual([path]);
});

test('two SLOs of one name are refused, since a budget is asked for by name', () => {
  expect(issuesOf({ slos: [SLO, { ...SLO, objective: 0.9 }] }).map(({ path }) => path)).toEqual(['slos']);
});

test('an entry from the time when an SLO was any record stays readable, without the SLOs that promise nothing', async () => {
  const store = memoryStore();
  const software = { version: 't', configDigest: 't' };
  const deps = { store, clock: fixedClock(), random: seededRandom(), software };
  const actor = { type: 'person', id: 'ada', via: 'api' } as const;
  const former = { ...serviceDocument(), slos: [{ availability: '99.9 %' }, SLO] };
  // written as the earlier schema let it through
  const document = former as unknown as ServiceDocument;
  const writing = putService(deps, { name: 'shop', document, actor, correlationId: 'c', key: 'k' });
  await writing;
  expect((await readService(deps, 'shop')).slos).toEqual([SLO]);
});
