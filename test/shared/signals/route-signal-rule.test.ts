import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SIGNAL_SOURCES } from '../../../shared/signals/contract.ts';
import { routeSignal } from '../../../shared/signals/index.ts';

const words = fc.constantFrom(
  'app',
  'alertname',
  'job',
  'alarmName',
  'alarmArn',
  'repository',
  'source',
  'x',
);
const labels = fc.dictionary(words, fc.string({ minLength: 1, maxLength: 8 }), { minKeys: 1 });

test('the suggested selector routes the signal it was suggested for, whenever it has a label to tell it by', () => {
  fc.assert(
    fc.property(fc.constantFrom(...SIGNAL_SOURCES), labels, (source, given) => {
      const refused = routeSignal.decide({ source, labels: given, services: [] });
      if (refused.kind !== 'unroutable') throw new Error('routed without a service');
      const services = [{ name: 'shop', selectors: [refused.suggestedSelector] }];
      const routed = routeSignal.decide({ source, labels: given, services });
      expect(routed).toMatchObject({
        kind: 'routed',
        service: 'shop',
        environment: refused.suggestedSelector.environment,
      });
    }),
  );
});

test('a selector matches only when every one of its fields does', () => {
  const match = { app: 'shop', namespace: 'argocd' };
  const services = [
    { name: 'shop', selectors: [{ source: 'argocd' as const, environment: 'staging', match }] },
  ];
  const route = (given: Record<string, string>) =>
    routeSignal.decide({ source: 'argocd', labels: given, services }).kind;
  expect(route({ app: 'shop', namespace: 'argocd', more: 'x' })).toBe('routed');
  expect(route({ app: 'shop' })).toBe('unroutable');
  expect(route({ app: 'shop', namespace: 'other' })).toBe('unroutable');
});

test('a selector of another source does not match', () => {
  const services = [
    {
      name: 'shop',
      selectors: [{ source: 'github' as const, environment: 'staging', match: { app: 'shop' } }],
    },
  ];
  const outcome = routeSignal.decide({ source: 'argocd', labels: { app: 'shop' }, services });
  expect(outcome.kind).toBe('unroutable');
});
