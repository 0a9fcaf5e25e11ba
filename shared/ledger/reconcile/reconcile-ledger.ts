import * as z from 'zod';
import { canonicalJson, type Head, isoTime, type Store, sha256Hex } from '../../kernel/index.ts';
import { RECONCILE_METRICS } from '../contract.ts';
import { headsOfEveryKind } from '../read-ledger.ts';
import { type SealDeps, sealCandidates } from '../seal-candidates.ts';
import { statement } from '../statement.ts';
import type { Places, RawDecisions } from './ports.ts';
import { NOTHING, type Reconciled, reconcileSubjects } from './reconcile-subjects.ts';

export type ReconcileDeps = SealDeps & {
  readonly store: Pick<Store, 'heads'>;
  readonly decisions: RawDecisions;
  readonly places: Places;
  /** Says which revisions can never be sealed: for the log. */
  readonly tellUnsealable: (of: UnsealableRevs) => void;
};

export type UnsealableRevs = { readonly kind: string; readonly id: string; readonly revs: readonly number[] };

export type ReconcileMode = 'recent' | 'full';
/** `at`: the time of the schedule that asked for it (ISO), the same each time it is delivered. `until`: ms. */
export type ReconcileRun = { readonly mode: ReconcileMode; readonly at: string; readonly until: number };

export type ReconcileReport = Reconciled & {
  readonly mode: ReconcileMode;
  /** First and last subject that was looked at; absent where none was. */
  readonly from?: string;
  readonly to?: string;
  /** Whether it came to the end of the list; otherwise the next run of this mode goes on after `to`. */
  readonly finished: boolean;
};

// An hour that two runs missed is still within the next one's reach, and a day's too.
const RECENT_MS = 26 * 3_600_000;
// Heads read at a time: their decisions are read side by side.
const PAGE = 25;

const Place = z.object({ cursor: z.string().exactOptional(), finishedAt: z.string().exactOptional() });

/**
 * Looks for decisions that were never sealed: those that no stream brought. Each subject's revisions, as its head and the
 * decisions table have them, are held against the ledger; what is missing is sealed `via: reconcile`, what differs becomes a
 * special entry as the stream would have made it, and what nobody has any more is counted and told. Ends at `until` at the
 * latest, and goes on there next time. The report is sealed as `ledger.reconciled`.
 * Throws Fault: Unavailable, PermissionDenied; what was sealed until then stays, and the run can be repeated.
 */
export async function reconcileLedger(deps: ReconcileDeps, run: ReconcileRun): Promise<ReconcileReport> {
  const { mode } = run;
  const changedSince = mode === 'recent' ? { changedSince: isoTime(deps.clock() - RECENT_MS) } : {};
  let { cursor } = await placeOf(deps.places, mode);
  let total: Reconciled = NOTHING;
  let ends: { from?: string; to?: string } = {};
  let finished = false;
  while (!finished && deps.clock() < run.until) {
    const page = await headsOfEveryKind(deps.store, {
      ...changedSince,
      limit: PAGE,
      ...(cursor !== undefined && { cursor }),
    });
    total = added(total, await reconcileSubjects(deps, page.items));
    ends = widened(ends, page.items);
    cursor = page.cursor;
    finished = cursor === undefined;
    // kept page by page: a run that is cut off has done what it has done
    await keep(deps, mode, cursor);
  }
  const report = { mode, ...total, ...ends, finished };
  await sealReport(deps, run, report);
  deps.meter.count(RECONCILE_METRICS.runs);
  return report;
}

/**
 * What an hourly schedule asks for: what moved lately, and then a full comparison where one is due or under way. Reports in
 * that order. Throws as `reconcileLedger`.
 */
export async function reconcileAsDue(
  deps: ReconcileDeps,
  asked: Omit<ReconcileRun, 'mode'>,
): Promise<readonly ReconcileReport[]> {
  const recent = await reconcileLedger(deps, { ...asked, mode: 'recent' });
  if (!(await isFullDue(deps))) return [recent];
  return [recent, await reconcileLedger(deps, { ...asked, mode: 'full' })];
}

/** Whether the next full comparison is due, or one is under way. The first is due at once. */
export async function isFullDue(deps: Pick<ReconcileDeps, 'places' | 'clock'>): Promise<boolean> {
  const { cursor, finishedAt } = await placeOf(deps.places, 'full');
  // the hour before the day is over: an hourly schedule would otherwise drift by one each day
  return (
    cursor !== undefined || finishedAt === undefined || deps.clock() - Date.parse(finishedAt) > 23 * 3_600_000
  );
}

/**
 * One entry a run. Its source is the schedule's mode and time, so that a run delivered twice is named twice alike and is
 * reported once; anybody who knows when it was due can compute the id. Two runs due at different times never meet.
 */
async function sealReport(deps: ReconcileDeps, run: ReconcileRun, report: ReconcileReport): Promise<void> {
  const { mode, at } = run;
  const source = {
    key: { pk: 'LEDGER#reconcile', sk: mode },
    image: sha256Hex(canonicalJson({ mode, at })),
  };
  const candidate = statement(
    'ledger.reconciled',
    source,
    { ...report, due: at },
    {
      now: deps.clock(),
      random: deps.random,
    },
  );
  const { failed } = await sealCandidates(deps, [{ record: report, candidate }]);
  if (failed !== undefined) throw failed.cause;
}

async function placeOf(places: Places, mode: ReconcileMode): Promise<z.infer<typeof Place>> {
  // a place in a form of another release is as good as none
  return Place.safeParse(await places.read(`reconcile/${mode}`)).data ?? {};
}

async function keep(
  { places, clock }: Pick<ReconcileDeps, 'places' | 'clock'>,
  mode: ReconcileMode,
  cursor: string | undefined,
): Promise<void> {
  const place = cursor === undefined ? { finishedAt: isoTime(clock()) } : { cursor };
  await places.keep(`reconcile/${mode}`, place, clock());
}

function added(one: Reconciled, other: Reconciled): Reconciled {
  return {
    subjects: one.subjects + other.subjects,
    scanned: one.scanned + other.scanned,
    missing: one.missing + other.missing,
    appended: one.appended + other.appended,
    differing: one.differing + other.differing,
    unsealable: one.unsealable + other.unsealable,
  };
}

function widened(ends: { from?: string; to?: string }, heads: readonly Head[]) {
  const [first, last] = [heads[0], heads.at(-1)];
  if (first === undefined || last === undefined) return ends;
  return { from: ends.from ?? `${first.kind}/${first.id}`, to: `${last.kind}/${last.id}` };
}
