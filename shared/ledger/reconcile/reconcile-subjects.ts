import type { Head } from '../../kernel/index.ts';
import { RECONCILE_METRICS } from '../contract.ts';
import { sealDecisions } from '../seal-decisions.ts';
import { compareSubject, type Difference, lastRev } from './compare-subject.ts';
import type { ReconcileDeps } from './reconcile-ledger.ts';

/** What a comparison came to. */
export type Reconciled = {
  readonly subjects: number;
  /** Revisions that were looked for. */
  readonly scanned: number;
  /** Revisions that no entry named: those appended now, and the unsealable. */
  readonly missing: number;
  readonly appended: number;
  /** Special entries made of what the table has otherwise than the ledger, or no longer. */
  readonly differing: number;
  /** Revisions that nobody has. */
  readonly unsealable: number;
};
export const NOTHING: Reconciled = {
  ...{ subjects: 0, scanned: 0, missing: 0, appended: 0 },
  ...{ differing: 0, unsealable: 0 },
};

const MAX_TOLD = 100;

/** Compares a page of subjects and seals what is missing. Throws what sealing failed with. */
export async function reconcileSubjects(deps: ReconcileDeps, heads: readonly Head[]): Promise<Reconciled> {
  // The table is read after the heads and before the ledger: what is decided meanwhile is no finding.
  const read = await Promise.all(
    heads.map(async (head) => ({ head, items: await deps.decisions.ofSubject(head) })),
  );
  const asked = read.map(({ head, items }) =>
    revs(lastRev({ rev: head.rev, items })).map((rev) => ({ kind: head.kind, id: head.id, rev })),
  );
  const sealed = [...(await deps.table.commitments(asked.flat()))];
  const found = read.map(({ head, items }, at) => {
    const { kind, id, rev, updatedAt } = head;
    const own = sealed.splice(0, asked[at]?.length ?? 0);
    const difference = compareSubject({ kind, id, rev, updatedAt, items, sealed: own }, deps.clock());
    return { head, difference };
  });
  const differences = found.map(({ difference }) => difference);
  for (const { head, difference } of found) tellUnsealable(deps, head, difference);
  const unsealable = differences.reduce((sum, each) => sum + each.unsealable.length, 0);
  // What was rejected before, or sealed by the stream meanwhile, is found sealed and counts for nothing.
  const appended = await sealAll(
    deps,
    differences.flatMap((each) => each.missing),
  );
  if (appended > 0) deps.meter.measure(RECONCILE_METRICS.missing, appended);
  const differing = await sealAll(
    deps,
    differences.flatMap((each) => [...each.conflicting, ...each.removed]),
  );
  const scanned = asked.flat().length;
  return {
    subjects: heads.length,
    scanned,
    missing: appended + unsealable,
    appended,
    differing,
    unsealable,
  };
}

async function sealAll(deps: ReconcileDeps, records: Difference['missing']): Promise<number> {
  const { sealed, failed } = await sealDecisions(deps, records, 'reconcile');
  if (failed !== undefined) throw failed.cause;
  return sealed;
}

function tellUnsealable(deps: ReconcileDeps, { kind, id }: Head, { unsealable }: Difference): void {
  if (unsealable.length === 0) return;
  deps.meter.measure(RECONCILE_METRICS.unsealable, unsealable.length);
  deps.tellUnsealable({ kind, id, revs: unsealable.slice(0, MAX_TOLD) });
}

function revs(last: number): readonly number[] {
  return Array.from({ length: last }, (_, at) => at + 1);
}
