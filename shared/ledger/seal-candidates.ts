import { type Clock, Fault, type Random } from '../kernel/index.ts';
import type { Meter } from '../ports/meter.ts';
import { append } from './append.ts';
import { nextBatchLength } from './batches.ts';
import type { Candidate } from './classify.ts';
import { LEDGER_METRICS, SPECIAL_KINDS } from './contract.ts';
import type { LedgerTable } from './ports.ts';

// Each time the head has moved, some writer appended up to 99 entries: 30 losses in a row need very many writers.
const MAX_MISSES = 30;

export type SealDeps = {
  readonly table: LedgerTable;
  readonly clock: Clock;
  readonly random: Random;
  readonly meter: Meter;
  /** Waits with jitter before try number 1, 2 ... of the same batch. */
  readonly pause: (attempt: number) => Promise<void>;
  /** Hears of each batch that was appended: from which size to which. */
  readonly appended?: (grown: { readonly from: number; readonly to: number }) => void;
};

export type SealResult<R> = {
  readonly sealed: number;
  readonly duplicates: number;
  /** The first record that is not in the ledger: it and all after it must be delivered again. */
  readonly failed?: { readonly record: R; readonly cause: unknown };
};

/** Something to be sealed, with what it was made of. */
export type Pending<R> = {
  readonly record: R;
  readonly candidate: Candidate;
  /** What stands in its place where its key is sealed with the given other commitment; without it, sealed is sealed. */
  readonly conflict?: (before: string) => Candidate;
};
/** `misses`: how often in a row the next batch could not be placed. */
type Progress<R> = {
  readonly pending: readonly Pending<R>[];
  readonly sealed: number;
  readonly misses: number;
};

/**
 * The one way into the ledger: each candidate becomes one entry, in their order, or is already one. Writers side by side
 * and a transaction that committed although it timed out leave no gap and no double. Never throws: what could not be
 * sealed is named in `failed`.
 */
export async function sealCandidates<R>(
  deps: SealDeps,
  pending: readonly Pending<R>[],
): Promise<SealResult<R>> {
  let progress: Progress<R> = { pending, sealed: 0, misses: 0 };
  let failed: SealResult<R>['failed'];
  while (progress.pending.length > 0 && failed === undefined) {
    try {
      progress = await advance(deps, progress);
    } catch (cause) {
      const [first] = progress.pending;
      if (first !== undefined) failed = { record: first.record, cause };
    }
  }
  const { sealed } = progress;
  const duplicates = pending.length - sealed - progress.pending.length;
  return { sealed, duplicates, ...(failed !== undefined && { failed }) };
}

async function advance<R>(deps: SealDeps, { pending, sealed, misses }: Progress<R>): Promise<Progress<R>> {
  if (misses > MAX_MISSES) throw new Fault('Unavailable', 'the ledger moved under every attempt to append');
  if (misses > 0) await deps.pause(misses);
  const length = nextBatchLength(pending.map(({ candidate }) => candidate));
  const batch = pending.slice(0, length);
  const rest = pending.slice(length);
  const result = await tryBatch(deps, batch);
  if (result === 'appended') return { pending: rest, sealed: sealed + length, misses: 0 };
  if (result === 'moved') return { pending, sealed, misses: misses + 1 };
  const open = await withoutSealed(deps, batch);
  const same = open.length === length && open.every((item, at) => item === batch[at]);
  return { pending: [...open, ...rest], sealed, misses: same ? misses + 1 : 0 };
}

async function tryBatch<R>(
  deps: SealDeps,
  batch: readonly Pending<R>[],
): Promise<'appended' | 'moved' | 'sealed-before'> {
  const after = await deps.table.head();
  const unsealed = batch.map(({ candidate }) => candidate.unsealed);
  const { entries, head } = append(after, unsealed, deps.clock());
  const payloads = batch.flatMap(({ candidate }) => candidate.payload ?? []);
  const { kind } = await deps.table.append({ after, entries, head, payloads });
  if (kind !== 'appended') return kind;
  for (const { candidate } of batch) count(deps.meter, candidate);
  deps.appended?.({ from: after.size, to: head.size });
  return kind;
}

/**
 * The batch without what the ledger has already. A decision that is sealed with another commitment is no repeat:
 * its place in the batch goes to its conflict.
 */
async function withoutSealed<R>(
  deps: SealDeps,
  batch: readonly Pending<R>[],
): Promise<readonly Pending<R>[]> {
  const commitments = await deps.table.commitments(batch.map(({ candidate }) => candidate.unsealed));
  return batch.flatMap((item, at) => {
    const before = commitments[at];
    if (before === undefined) return item;
    if (item.conflict === undefined || before === item.candidate.unsealed.commitment) return [];
    return { record: item.record, candidate: item.conflict(before) };
  });
}

function count(meter: Meter, { unsealed }: Candidate): void {
  const kind = SPECIAL_KINDS.find((candidate) => candidate === unsealed.kind);
  if (kind !== undefined) meter.count(LEDGER_METRICS[kind]);
}
