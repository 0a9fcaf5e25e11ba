import { isoTime, millis } from '../kernel/index.ts';
import type { Attempt } from './attempt.ts';
import type { RollbackDeps } from './ports.ts';
import { hourOf, inPlace, isFull, mergePlace, nextHour, type Place } from './repository-quotas.ts';
import { type CheckInvariantsInputs, checkInvariants } from './rules/check-invariants.ts';
import { holdMerge } from './rules/record-step.ts';
import { takeStep } from './take-step.ts';

/** Whether the repository takes another merge in this hour, or this attempt has its place already. */
export async function mayMergeMore(deps: RollbackDeps, attempt: Attempt): Promise<boolean> {
  const place = mergePlace(attempt, deps.clock());
  return place !== undefined && (hasStarted(attempt, deps.clock()) || !(await isFull(deps, place)));
}

type Started = { readonly attempt: Attempt; readonly held: boolean };

/**
 * Records what allows the merge before the forge is called, and takes its place in the hour's quota in the same
 * transaction; a merge whose answer is lost has its ground in the ledger. Once for a stay in AwaitingMerge and an hour.
 * Answers the attempt as it stands then: `held` where the quota was full.
 */
export async function startMerge(
  deps: RollbackDeps,
  attempt: Attempt,
  step: { readonly key: string; readonly evaluation: CheckInvariantsInputs },
): Promise<Started> {
  const now = deps.clock();
  const place = mergePlace(attempt, now);
  if (place === undefined || hasStarted(attempt, now)) return { attempt, held: false };
  return inPlace<Started>(
    deps,
    place,
    async () => ({ attempt: await start(deps, attempt, { ...step, place, now }), held: false }),
    async () => ({ attempt: await recordHeld(deps, attempt, step.key), held: true }),
  );
}

function start(
  deps: RollbackDeps,
  attempt: Attempt,
  step: {
    readonly key: string;
    readonly evaluation: CheckInvariantsInputs;
    readonly place: Place;
    readonly now: number;
  },
): Promise<Attempt> {
  return takeStep(deps, attempt, {
    key: `${step.key}/started`,
    rule: checkInvariants,
    inputs: step.evaluation,
    move: ({ results }) => ({
      event: 'MergeStarted',
      state: { kind: 'AwaitingMerge' },
      effects: [step.place],
      also: [{ type: 'InvariantsEvaluated', data: { results } }],
      reasons: [{ code: 'MERGE_STARTED', text: 'the invariants allow it: the forge is asked to merge' }],
      data: { mergeStartedAt: isoTime(step.now), mergeStartedRev: attempt.rev + 1 },
    }),
  });
}

function hasStarted({ data }: Attempt, now: number): boolean {
  const { mergeStartedAt, enteredAt } = data;
  if (mergeStartedAt === undefined || mergeStartedAt < enteredAt) return false;
  return hourOf(millis(mergeStartedAt)) === hourOf(now);
}

/** Says, once an hour, that the merge waits for the repository's quota; people are told by the event. */
export async function recordHeld(deps: RollbackDeps, attempt: Attempt, key: string): Promise<Attempt> {
  const now = deps.clock();
  const place = mergePlace(attempt, now);
  const until = nextHour(now);
  if (place === undefined || attempt.data.mergeHeldUntil === until) return attempt;
  const repository = attempt.data.pullRequest?.repository ?? '';
  return takeStep(deps, attempt, {
    key: `${key}/held`,
    rule: holdMerge,
    inputs: { repository, max: place.max, until },
    move: () => ({
      event: 'MergeHeld',
      state: { kind: 'AwaitingMerge' },
      reasons: [
        {
          code: 'QUOTA_MERGES_PER_HOUR',
          text: `${repository} has had the ${place.max} merges that one hour may bring: this one is held until ${until}, or until a person merges it`,
        },
      ],
      data: { mergeHeldUntil: until },
    }),
  });
}
