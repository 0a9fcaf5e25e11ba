import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deliverBatch, sequenceOf } from '../../../local/cloud/dynamodb/deliver-batch.ts';

type Given = { readonly poison?: readonly number[]; readonly partial?: boolean };

/** Delivers records 1..count to a function that refuses some of them. */
async function deliver(count: number, { poison = [], partial = true }: Given) {
  const taken: number[] = [];
  const abandoned: number[] = [];
  const checkpoints: number[] = [];
  const numbers = (records: readonly unknown[]) =>
    records.map((record) => Number(sequenceOf(Object(record))));
  await deliverBatch(
    {
      mapping: {
        ...{ id: 'm', functionArn: 'f', table: 't', streamArn: 's', batchSize: 100, window: 0 },
        ...{ matches: () => true, retries: 0, onFailure: 'b' },
      },
      invoke: async (_, payload) => {
        const given = numbers(Object(payload).Records);
        const bad = given.filter((one) => poison.includes(one));
        if (bad.length > 0 && !partial) return { error: { errorType: 'E', errorMessage: 'e' } };
        taken.push(...given.filter((one) => bad[0] === undefined || one < bad[0]));
        return { payload: { batchItemFailures: bad.map((one) => ({ itemIdentifier: String(one) })) } };
      },
      checkpoint: (sequence) => checkpoints.push(Number(sequence)),
      abandon: async (records) => {
        abandoned.push(...numbers(records));
      },
      fault: async () => undefined,
      closing: new AbortController().signal,
      log: () => undefined,
    },
    Array.from({ length: count }, (_, index) => ({ dynamodb: { SequenceNumber: String(index + 1) } })),
  );
  return { taken, abandoned, checkpoints };
}

test('a batch without failures is taken whole, in order', async () => {
  expect(await deliver(3, {})).toEqual({ taken: [1, 2, 3], abandoned: [], checkpoints: [3] });
});

test.each([true, false])('only the poison is given up (partial answers: %s)', async (partial) => {
  const counts = fc.record({
    count: fc.integer({ min: 1, max: 40 }),
    poison: fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(counts, async ({ count, poison }) => {
      const { taken, abandoned, checkpoints } = await deliver(count, { poison, partial });
      const all = Array.from({ length: count }, (_, index) => index + 1);
      expect(taken).toEqual(all.filter((one) => !poison.includes(one)));
      expect(abandoned).toEqual(all.filter((one) => poison.includes(one)));
      expect(checkpoints).toEqual(checkpoints.toSorted((a, b) => a - b));
      expect(checkpoints.at(-1)).toBe(count);
    }),
  );
});
