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
 * container has asked for is still to come, and will see these entries: then nothing is asked. Where the queue does not
 * answer it is left alone as long: sealing must not wait for it with each batch. Throws as the queue does.
 */
export function checkpointAsker({ queue, clock, timeFactor }: AskDeps): (grown: Growth) => Promise<void> {
  let dueAt = 0;
  let silentUntil = 0;
  const wait = (CHECKPOINT_DELAY_SECONDS * 1000) / timeFactor;
  return async ({ from, to }) => {
    const full = Math.floor(from / TILE_WIDTH) < Math.floor(to / TILE_WIDTH);
    const now = clock();
    if (now < silentUntil || (!full && now < dueAt)) return;
    try {
      await queue.ask(full ? 0 : CHECKPOINT_DELAY_SECONDS);
    } catch (error) {
      silentUntil = now + wait;
      throw error;
    }
    if (!full) dueAt = now + wait;
  };
}
