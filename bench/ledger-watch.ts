import type { World } from '../local/world.ts';
import { tableNamed } from './fresh-world.ts';

const SEALED_WITHIN_MS = 300_000;
const POLL_MS = 100;

/** A checkpoint as it was first seen, by the clock of this process. */
export type Seen = { readonly at: number; readonly size: number };
export type LedgerWatch = {
  /** When the ledger has reached a size. Throws where that takes longer than five minutes. */
  readonly sealed: (size: number, seen?: (size: number) => void) => Promise<number>;
  /** When a checkpoint covers so many entries. Throws as `sealed` does. */
  readonly covered: (size: number) => Promise<number>;
  /** Every checkpoint that was seen while somebody waited, in their order. */
  readonly checkpoints: readonly Seen[];
};

/** Watches the ledger by its stored items, which the API answers from: so that watching costs no function. */
export async function watchLedger(world: World): Promise<LedgerWatch> {
  const TableName = tableNamed(world.cloud.resources, 'Ledger');
  const { ledgerId } = (await world.api('GET', '/v1/ledger/head')) as { readonly ledgerId: string };
  const sizeOf = async (item: string): Promise<number> => {
    const input = { TableName, Key: { pk: { S: `${item}#${ledgerId}` } }, ConsistentRead: true };
    const { Item } = (await world.cloud.call('dynamodb', 'GetItem', input)) as {
      readonly Item?: { readonly size: { readonly N: string } };
    };
    return Number(Item?.size.N ?? 0);
  };
  const checkpoints: Seen[] = [];
  const look = async (): Promise<number> => {
    const size = await sizeOf('CHECKPOINT');
    if (size > (checkpoints.at(-1)?.size ?? 0)) checkpoints.push({ at: Date.now(), size });
    return size;
  };
  const reached = async (size: number, read: () => Promise<number>): Promise<number> => {
    const until = Date.now() + SEALED_WITHIN_MS;
    while (Date.now() < until) {
      if ((await read()) >= size) return Date.now();
      await new Promise((next) => setTimeout(next, POLL_MS));
    }
    throw new Error(`the ledger did not reach ${size} entries`);
  };
  return {
    checkpoints,
    covered: (size) => reached(size, look),
    sealed: (size, seen) =>
      reached(size, async () => {
        const [head] = await Promise.all([sizeOf('HEAD'), look()]);
        seen?.(head);
        return head;
      }),
  };
}
