import { isoTime, millis } from '../kernel/index.ts';
import type { Attempt } from './attempt.ts';
import type { WorldDeps } from './ports.ts';
import { type AwaitCheckpointInputs, awaitCheckpoint } from './rules/await-checkpoint.ts';
import { takeStep } from './take-step.ts';

/**
 * What a merge that was recorded as started has to wait for, where the service asks for that: the inputs of the rule.
 * Undefined where nothing has to be covered. Throws what the ledger throws: a merge is not made on what cannot be read.
 */
async function coverage(deps: WorldDeps, attempt: Attempt): Promise<AwaitCheckpointInputs | undefined> {
  const { awaitCheckpoint: asked, mergeStartedAt, mergeStartedRev, enteredAt } = attempt.data;
  if (asked !== true || mergeStartedAt === undefined || mergeStartedRev === undefined) return undefined;
  // of an earlier stay in AwaitingMerge: the merge is recorded anew before it is made
  if (mergeStartedAt < enteredAt) return undefined;
  const covered = await deps.coverage.covers({ kind: 'rollback', id: attempt.id, rev: mergeStartedRev });
  const [now, waitSeconds] = [isoTime(deps.clock()), deps.timings.checkpointWait];
  return { rev: mergeStartedRev, startedAt: mergeStartedAt, now, covered, waitSeconds };
}

/** Before a check leads to the merge: the attempt in review where no checkpoint came in time, `waits` while one may still come. */
export async function checkpointOutcome(
  deps: WorldDeps,
  attempt: Attempt,
  key: string,
): Promise<Attempt | 'waits' | 'free'> {
  const inputs = await coverage(deps, attempt);
  if (inputs === undefined) return 'free';
  const { verdict } = awaitCheckpoint.decide(inputs);
  if (verdict !== 'overdue') return verdict === 'covered' ? 'free' : 'waits';
  return takeStep(deps, attempt, {
    key: `${key}/checkpoint`,
    rule: awaitCheckpoint,
    inputs,
    move: () => ({
      event: 'CheckpointTimedOut',
      state: { kind: 'AwaitingHumanReview', reason: 'CHECKPOINT_TIMEOUT', afterMerge: false },
      reasons: [
        {
          code: 'CHECKPOINT_TIMEOUT',
          text: `no signed checkpoint of the ledger covered revision ${inputs.rev} within ${inputs.waitSeconds} s: the merge is not made`,
        },
      ],
    }),
  });
}

/**
 * Just before the forge is asked: undefined where the merge may be made, otherwise the attempt, which waits for a
 * checkpoint and says so once.
 */
export async function holdForCheckpoint(
  deps: WorldDeps,
  attempt: Attempt,
  key: string,
): Promise<Attempt | undefined> {
  const inputs = await coverage(deps, attempt);
  if (inputs === undefined || inputs.covered) return undefined;
  if (attempt.data.checkpointAwaitedRev === inputs.rev) return attempt;
  return takeStep(deps, attempt, {
    key: `${key}/awaits-checkpoint`,
    rule: awaitCheckpoint,
    inputs,
    move: () => ({
      event: 'CheckpointAwaited',
      state: { kind: 'AwaitingMerge' },
      reasons: [
        {
          code: 'CHECKPOINT_AWAITED',
          text: `the merge waits until a signed checkpoint of the ledger covers revision ${inputs.rev}, which allows it`,
        },
      ],
      data: { checkpointAwaitedRev: inputs.rev },
    }),
  });
}

/**
 * What to look at of a merge that waits for a checkpoint: since when it does, and until when; undefined while none covers it
 * and it may still come. What cannot be read is no news.
 */
export async function checkpointNews(
  deps: WorldDeps,
  attempt: Attempt,
): Promise<{ readonly since: string; readonly until: string } | undefined> {
  const { checkpointAwaitedRev, mergeStartedRev } = attempt.data;
  if (checkpointAwaitedRev === undefined || checkpointAwaitedRev !== mergeStartedRev) return undefined;
  const inputs = await coverage(deps, attempt).catch(() => undefined);
  if (inputs === undefined || awaitCheckpoint.decide(inputs).verdict === 'awaited') return undefined;
  const { startedAt: since, waitSeconds } = inputs;
  return { since, until: isoTime(millis(since) + waitSeconds * 1000) };
}
