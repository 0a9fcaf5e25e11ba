import { rule } from '../../kernel/index.ts';

export type AwaitCheckpointInputs = {
  /** The revision that records what allows the merge. */
  readonly rev: number;
  /** ISO times: when that was recorded, and now. */
  readonly startedAt: string;
  readonly now: string;
  readonly covered: boolean;
  /** Seconds for which a checkpoint is awaited, scaled. */
  readonly waitSeconds: number;
};
export type AwaitCheckpointOutcome = { readonly verdict: 'covered' | 'awaited' | 'overdue' };

/** A merge that must not be made on a decision nobody has vouched for: it waits for a checkpoint, then a person is asked. */
export const awaitCheckpoint = rule(
  'await-checkpoint',
  1,
  ({ startedAt, now, covered, waitSeconds }: AwaitCheckpointInputs): AwaitCheckpointOutcome => {
    if (covered) return { verdict: 'covered' };
    const waited = (Date.parse(now) - Date.parse(startedAt)) / 1000;
    return { verdict: waited >= waitSeconds ? 'overdue' : 'awaited' };
  },
);
