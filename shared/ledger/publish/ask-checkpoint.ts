import type { Clock } from '../../kernel/index.ts';
import { CHECKPOINT_DELAY_SECONDS } from '../contract.ts';
import { TILE_WIDTH } from '../verifier/tile-files.ts';
import type { CheckpointQueue } from './ports.ts';

export type AskDeps = {
  readonly queue: CheckpointQueue;
  readonly clock: Clock;
  /** How many times faster than the clock the queue's delays run: 1 on AWS. */
  readonly timeFactor: number;
};

/** From which size to which the ledger was grown. */
export type Growth = { readonly from: number; readonly to: number };

/**
 * Asks for a checkpoint after the ledger grew: at once where a tile became full, else in ten seconds. One that this
 * container has asked for is still to come, and will see these entries: then nothing is asked. Throws as the queue does.
 */
export function checkpointAsker({ queue, clock, timeFactor }: AskDeps): (grown: Growth) => Promise<void> {
  let dueAt = 0;
  return async ({ from, to }) => {
    if (Math.floor(from / TILE_WIDTH) < Math.floor(to / TILE_WIDTH)) return await queue.ask(0);
    const now = clock();
    if (now < dueAt) return;
    await queue.ask(CHECKPOINT_DELAY_SECONDS);
    dueAt = now + (CHECKPOINT_DELAY_SECONDS * 1000) / timeFactor;
  };
}
