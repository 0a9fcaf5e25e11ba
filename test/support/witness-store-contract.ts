import { expect, test } from 'vitest';
import type { Witnessed, WitnessStore } from '../../shared/ledger/witness/index.ts';

const record = (size: bigint, time = 1n, root = 'ab'): Witnessed => ({
  ...{ size, time, root: root.repeat(32) },
  note: `note of ${size} \u2014 at ${time}\n`,
});

/** What every memory of a witness promises. `make` answers an empty one. */
export function witnessStoreContract(make: () => Promise<WitnessStore>): void {
  test('what was put is read, each origin for itself, sizes up to 2^64-1', async () => {
    const store = await make();
    const largest = record(2n ** 64n - 1n, 2n ** 63n - 1n);
    expect(await store.read('one')).toBeUndefined();
    expect(await store.put('one', record(7n), undefined)).toBe(true);
    expect(await store.put('two/../one', largest, undefined)).toBe(true);
    expect(await store.read('one')).toEqual(record(7n));
    expect(await store.read('two/../one')).toEqual(largest);
  });

  test.each([
    ['nothing', undefined],
    ['another size', record(6n)],
    ['another root', record(7n, 1n, 'cd')],
    ['another time', record(7n, 2n)],
  ])('a put that believes in %s changes nothing', async (_, before) => {
    const store = await make();
    await store.put('one', record(7n), undefined);
    expect(await store.put('one', record(9n), before)).toBe(false);
    expect(await store.read('one')).toEqual(record(7n));
    expect(await store.put('one', record(9n), record(7n))).toBe(true);
    expect(await store.read('one')).toEqual(record(9n));
  });

  test('a put that believes in what never was is refused', async () => {
    const store = await make();
    expect(await store.put('one', record(9n), record(7n))).toBe(false);
    expect(await store.read('one')).toBeUndefined();
  });

  test('of many at once one wins', async () => {
    const store = await make();
    const puts = Array.from({ length: 8 }, (_, at) => store.put('one', record(BigInt(at)), undefined));
    expect((await Promise.all(puts)).filter((won) => won)).toHaveLength(1);
  });
}
