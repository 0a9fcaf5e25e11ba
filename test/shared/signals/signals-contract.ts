import { expect, test } from 'vitest';
import type { Signal } from '../../../shared/signals/contract.ts';
import { newSignal } from '../../../shared/signals/new-signal.ts';
import type { SignalStore } from '../../../shared/signals/ports.ts';
import { NOW } from './bodies.ts';

/** A signal of its own; `second` is when it came. */
function signal(name: string, second = 0, change: Partial<Signal> = {}): Signal {
  const mapped = {
    sourceEventId: name,
    fingerprint: `problem of ${name}`,
    status: 'firing',
    kind: 'alert',
    severity: 'high',
    title: name,
    links: ['https://example.test'],
    labels: { app: name },
  } as const;
  const received = Date.parse(NOW) + second * 1000;
  return { ...newSignal('alertmanager', mapped, { sha256: 'ab', bytes: 2 }, received), ...change };
}

/** What every store of signals does. `fresh` gives one whose contents do not disturb the others' names. */
export function signalStoreContract(store: () => SignalStore): void {
  test('a signal is put once, and its repeat is refused', async () => {
    expect(await store().put(signal('once'))).toBe(true);
    expect(await store().put(signal('once', 5))).toBe(false);
    expect(await store().byFingerprint('problem of once')).toEqual([signal('once')]);
  });

  test('two that come at the same moment are put once', async () => {
    const results = await Promise.all([store().put(signal('race')), store().put(signal('race'))]);
    expect(results.toSorted()).toEqual([false, true]);
  });

  test('signals of one problem are found newest first', async () => {
    const same = { fingerprint: 'same' };
    await store().put(signal('old', 1, same));
    await store().put(signal('young', 2, same));
    expect((await store().byFingerprint('same')).map((each) => each.title)).toEqual(['young', 'old']);
  });

  test('a signal that was settled is found under its routing with all that was said', async () => {
    const one = signal('settled', 3);
    await store().put(one);
    const settlement = {
      routing: 'unroutable',
      why: 'no selector matches',
      suggestedSelector: { source: 'alertmanager', environment: 'staging', match: { app: 'settled' } },
    } as const;
    await store().settle(one.dedupeKey, settlement);
    const page = await store().byRouting('unroutable', { limit: 10 });
    expect(page.items).toEqual([{ ...one, ...settlement }]);
    const left = await store().byRouting('new', { limit: 100 });
    expect(left.items.map((each) => each.title)).not.toContain('settled');
  });

  test('settling what is gone meanwhile is no error and brings nothing back', async () => {
    await store().settle('gone', { routing: 'noticed' });
    expect((await store().byRouting('noticed', { limit: 10 })).items).toEqual([]);
  });
}
