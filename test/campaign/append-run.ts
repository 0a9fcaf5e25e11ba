import {
  checkCompleteness,
  type DecisionRecord,
  Entry,
  sealDecisions,
  verifyLedger,
} from '../../shared/ledger/index.ts';
import { decisionRecord } from '../support/decision-records.ts';
import { type MemoryLedger, memoryLedger, sealDeps } from '../support/memory-ledger.ts';
import { fencedTable, type Trouble } from './append-faults.ts';
import { type Chance, chanceOf } from './chance.ts';

const MOST_TRIES = 5_000;
const MOST_RETURNS = 5;
const SKEW_MS = 600_000;

export type AppendOutcome = {
  readonly seed: number;
  readonly writers: number;
  readonly entries: number;
  readonly faults: Readonly<Partial<Record<Trouble, number>>>;
  readonly violations: readonly string[];
};

type Shard = {
  readonly records: readonly DecisionRecord[];
  readonly subjects: readonly { readonly kind: string; readonly id: string; readonly rev: number }[];
  /** Entries of the ledger's own kinds that it must lead to: one for each record that is no sound new decision. */
  readonly special: number;
};

/**
 * One run of the append path under seeded faults: shards of a stream, each delivered by several writers at once, from the
 * start or from anywhere earlier again; calls that fail before or after they took effect, writers that die in a call, clocks
 * that differ by ten minutes. What is left is checked on the chain.
 */
export async function appendRun(seed: number): Promise<AppendOutcome> {
  const chance = chanceOf(seed, 'plan');
  const ledger = memoryLedger();
  const shards = Array.from({ length: chance.between(1, 3) }, (_, at) => shardOf(seed, at));
  const writers = chance.between(2, 8);
  const faults = new Map<Trouble, number>();
  const stuck: string[] = [];
  const work = Array.from({ length: writers }, async (_, at) => {
    const shard = shards[at % shards.length] ?? shards[0];
    const own = chanceOf(seed, `writer ${at}`);
    if (shard !== undefined && !(await deliver(ledger, shard.records, { own, seed: seed * 16 + at, faults })))
      stuck.push(`writer ${at} never came to the end of its shard`);
  });
  await Promise.all(work);
  // shards without a writer are read when one is there again
  for (const shard of shards) await sealDecisions(sealDeps(ledger, seed), shard.records);
  const violations = [...stuck, ...(await violationsOf(ledger, shards))];
  return { seed, writers, entries: ledger.stored.length, faults: Object.fromEntries(faults), violations };
}

/** Subjects in their own order, mixed with one another; here and there a record that is no sound new decision. */
function shardOf(seed: number, at: number): Shard {
  const chance = chanceOf(seed, `shard ${at}`);
  const subjects = Array.from({ length: chance.between(1, 4) }, (_, n) => ({
    ...{ kind: 'rollback', id: `${at}-${n}` },
    rev: chance.between(1, 40),
  }));
  const open = subjects.map(({ id, rev }) => ({ id, rev, next: 1 }));
  const records: DecisionRecord[] = [];
  let special = 0;
  while (open.some(({ next, rev }) => next <= rev)) {
    const left = open.filter(({ next, rev }) => next <= rev);
    const subject = left[chance.between(0, left.length - 1)];
    if (subject === undefined) break;
    const record = decisionRecord(subject.id, subject.next);
    subject.next += 1;
    records.push(record);
    if (!chance.happens(0.03)) continue;
    records.push(unsound(chance, record, records.length));
    special += 1;
  }
  return { records, subjects, special };
}

function unsound(chance: Chance, record: DecisionRecord, at: number): DecisionRecord {
  const { keys, newImage = {} } = record;
  switch (chance.pick(['rejected', 'conflict', 'changed', 'removed'] as const)) {
    case 'rejected':
      return { change: 'INSERT', keys: { pk: `${String(keys.pk)}/${at}` }, newImage: { nonsense: at } };
    case 'conflict':
      return decisionRecord(
        String(newImage.id),
        Number(newImage.rev),
        `another decision under the same revision ${at}`,
      );
    case 'changed':
      return { change: 'MODIFY', keys, oldImage: newImage, newImage: { ...newImage, to: `X${at}` } };
    case 'removed':
      return { change: 'REMOVE', keys, oldImage: newImage };
  }
}

type Writer = {
  readonly own: Chance;
  readonly seed: number;
  readonly faults: Map<Trouble, number>;
};

/** Delivers a shard as a stream's reader does: in order, what failed again and all after it; a dead one's batch again. */
async function deliver(
  ledger: MemoryLedger,
  records: readonly DecisionRecord[],
  { own, seed, faults }: Writer,
): Promise<boolean> {
  const batchSize = own.pick([1, 7, 50, 120]);
  const skew = own.between(-SKEW_MS, SKEW_MS);
  let from = 0;
  let returns = 0;
  for (let tries = 0; from < records.length; tries += 1) {
    if (tries > MOST_TRIES) return false;
    const batch = records.slice(from, from + batchSize);
    const { table, death } = fencedTable(ledger, own, faults);
    const deps = sealDeps(table, seed + tries);
    const clock = () => deps.clock() + skew + tries;
    const died = await Promise.race([sealDecisions({ ...deps, clock }, batch), death]);
    if (died === 'dead') continue;
    from += died.failed === undefined ? batch.length : batch.indexOf(died.failed.record);
    // the reader's place was lost: what was delivered long ago comes again
    if (returns < MOST_RETURNS && own.happens(0.05)) {
      from = own.between(0, from);
      returns += 1;
    }
  }
  return true;
}

async function violationsOf(ledger: MemoryLedger, shards: readonly Shard[]): Promise<readonly string[]> {
  const found: string[] = [];
  const verified = verifyLedger(ledger.stored, await ledger.head());
  if (verified.kind !== 'sound') found.push(`the chain is ${JSON.stringify(verified)}`);
  const entries = ledger.stored.map((bytes) => Entry.parse(JSON.parse(bytes)));
  const subjects = shards.flatMap((shard) => shard.subjects);
  const { complete, ...gaps } = checkCompleteness(entries, subjects);
  if (!complete || gaps.unlisted.length > 0) found.push(`not complete: ${JSON.stringify(gaps)}`);
  const last = new Map<string, number>();
  for (const { kind, id, rev, seq } of entries.filter((entry) => !entry.kind.startsWith('ledger.'))) {
    if (rev !== (last.get(`${kind}/${id}`) ?? 0) + 1)
      found.push(`${kind}/${id}/${rev} is out of order at ${seq}`);
    last.set(`${kind}/${id}`, rev);
  }
  const expected = shards.reduce((sum, shard) => sum + shard.special + shard.subjects.reduce(revs, 0), 0);
  if (entries.length !== expected) found.push(`${entries.length} entries instead of ${expected}`);
  for (const { newImage } of shards.flatMap((shard) => shard.records.filter(isFirst)))
    if (!entries.some(({ commitment }) => commitment === newImage?.commitment))
      found.push(`${String(newImage?.id)}/${String(newImage?.rev)} is sealed under another commitment`);
  return found;
}

const revs = (sum: number, { rev }: { readonly rev: number }): number => sum + rev;

/** The sound record of a revision, which comes before whatever contradicts it. */
function isFirst(record: DecisionRecord, at: number, all: readonly DecisionRecord[]): boolean {
  if (record.change !== 'INSERT' || record.newImage?.commitment === undefined) return false;
  const same = ({ change, keys }: DecisionRecord) =>
    change === 'INSERT' && keys.pk === record.keys.pk && keys.sk === record.keys.sk;
  return all.findIndex(same) === at;
}
