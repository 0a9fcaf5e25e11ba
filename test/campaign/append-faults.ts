import { Fault } from '../../shared/kernel/index.ts';
import type { LedgerTable } from '../../shared/ledger/index.ts';
import type { Chance } from './chance.ts';

export const TROUBLES = [
  'late', // others pass first, so that the head moves in between
  'not sent',
  'answer lost', // it took effect, and the caller is told that it timed out
  'death before',
  'death after',
] as const;
export type Trouble = (typeof TROUBLES)[number];

const PROBABILITY = { append: 0.25, head: 0.1, commitments: 0.1 };

/** A chain's table as one writer reaches it: each call may meet a trouble. A dead writer's call never comes back. */
export function fencedTable(table: LedgerTable, chance: Chance, counted: Map<Trouble, number>) {
  const { promise: death, resolve: die } = Promise.withResolvers<'dead'>();
  const dead = (): Promise<never> => {
    die('dead');
    return new Promise(() => undefined);
  };
  const draw = (probability: number): Trouble | undefined => {
    if (!chance.happens(probability)) return undefined;
    const trouble = chance.pick(TROUBLES);
    counted.set(trouble, (counted.get(trouble) ?? 0) + 1);
    return trouble;
  };
  const before = async (trouble: Trouble | undefined): Promise<void> => {
    if (trouble === 'late') await turns(chance.between(1, 4));
    if (trouble === 'not sent') throw new Fault('Unavailable', 'not sent');
    if (trouble === 'death before') await dead();
  };
  const after = async (trouble: Trouble | undefined): Promise<void> => {
    if (trouble === 'answer lost') throw new Fault('Unavailable', 'it took effect, and the answer was lost');
    if (trouble === 'death after') await dead();
  };
  const call = async <T>(probability: number, work: () => Promise<T>): Promise<T> => {
    const trouble = draw(probability);
    await before(trouble);
    const result = await work();
    await after(trouble);
    return result;
  };
  const fenced: LedgerTable = {
    ...table,
    head: () => call(PROBABILITY.head, table.head),
    append: (append) => call(PROBABILITY.append, () => table.append(append)),
    commitments: (keys) => call(PROBABILITY.commitments, () => table.commitments(keys)),
  };
  return { table: fenced, death };
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
