import * as z from 'zod';
import { mappingsOf } from '../local/cloud/dynamodb/mapping.ts';
import type { World } from '../local/world.ts';
import { inChild } from './child.ts';
import { tableNamed } from './fresh-world.ts';
import type { LedgerWatch } from './ledger-watch.ts';
import type { Say } from './result.ts';

const HELD_AT_MOST_MS = 1_800_000;

const Load = z.object({ startedAt: z.number(), endedAt: z.number() });
export type Backlog = {
  readonly decisions: number;
  /** From when the readers were let go until the last entry, and until a checkpoint covered it. */
  readonly sealedSeconds: number;
  readonly coveredSeconds: number;
  readonly checkpoints: number;
  readonly writtenSeconds: number;
};

export function tablesOf({ cloud: { resources } }: World) {
  return {
    decisions: tableNamed(resources, 'Decisions'),
    payloads: tableNamed(resources, 'Payloads'),
    heads: tableNamed(resources, 'Heads'),
  };
}

/**
 * Writes decisions while the readers of their stream are held before their first batch, then lets them go. Throws where
 * they were not held: then it was no backlog.
 */
export async function drainBacklog(
  world: World,
  watch: LedgerWatch,
  plan: { readonly subjects: number; readonly revisions: number; readonly before: number },
  say: Say,
): Promise<Backlog> {
  const tables = tablesOf(world);
  const { subjects, revisions, before } = plan;
  const decisions = subjects * revisions;
  const readers = mappingsOf(world.cloud.resources, 1).filter(({ table }) => table === tables.decisions);
  world.cloud.setFaults(
    readers.map(({ id }) => ({
      ...{ kind: 'delivery', name: `stream:${id}`, effect: 'delay', milliseconds: HELD_AT_MOST_MS },
    })),
  );
  const input = { endpoint: world.cloud.aws, tables, prefix: 'backlog', subjects, revisions };
  const written = await inChild(new URL('./ledger-backlog-load.ts', import.meta.url), input).finally(() =>
    world.cloud.setFaults([]),
  );
  const letGoAt = Date.now();
  const load = Load.parse(written);
  const writtenSeconds = (load.endedAt - load.startedAt) / 1000;
  say(`  ${decisions} decisions written in ${writtenSeconds} s`);
  const known = watch.checkpoints.length;
  const total = before + decisions;
  let first: number | undefined;
  const sealedAt = await watch.sealed(total, (size) => {
    first ??= size;
  });
  if (first === undefined || first - before > decisions / 2)
    throw new Error('the readers went on before the backlog was written');
  const coveredAt = await watch.covered(total);
  return {
    ...{ decisions, writtenSeconds },
    sealedSeconds: (sealedAt - letGoAt) / 1000,
    coveredSeconds: (coveredAt - letGoAt) / 1000,
    checkpoints: watch.checkpoints.length - known,
  };
}
