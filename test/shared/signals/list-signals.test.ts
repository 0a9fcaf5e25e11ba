import { expect, test } from 'vitest';
import { listSignals } from '../../../shared/signals/index.ts';
import { alert, alertGroup } from './bodies.ts';
import { only } from './mapping.ts';
import { memorySignals } from './memory-signals.ts';

test('signals are listed by their routing, narrowed to a service, an environment or a state', async () => {
  const signals = memorySignals();
  for (const name of ['shop', 'cart']) {
    const signal = only('alertmanager', alertGroup(alert({ fingerprint: name })));
    await signals.put(signal);
    await signals.settle(signal.dedupeKey, { routing: 'routed', service: name, environment: 'staging' });
  }
  await signals.put(only('alertmanager', alertGroup(alert({ fingerprint: 'unknown' }))));
  const list = async (narrow: Readonly<Record<string, string>>) => {
    const { items } = await listSignals({ signals }, { routing: 'routed', limit: 10, ...narrow });
    return items.map((signal) => signal.service);
  };
  expect(await list({})).toHaveLength(2);
  expect(await list({ service: 'shop' })).toEqual(['shop']);
  expect(await list({ environment: 'production' })).toEqual([]);
  expect(await list({ state: 'resolved' })).toEqual([]);
  expect((await listSignals({ signals }, { routing: 'new', limit: 10 })).items).toHaveLength(1);
});
