import { sqsCheckpointQueue, sqsClient } from '../../shared/adapters/aws/sqs-checkpoint-queue.ts';
import type { SealDeps } from '../../shared/ledger/index.ts';
import { checkpointAsker, type Growth } from '../../shared/ledger/publish/index.ts';
import { once, required, timeFactor } from './environment.ts';
import { sealDeps } from './ledger.ts';
import { logger } from './observe.ts';
import { clock } from './world.ts';

/** The queue that `publish-checkpoint` reads. */
export const checkpointQueue = once(() =>
  sqsCheckpointQueue({ client: sqsClient(), url: required('CHECKPOINT_QUEUE') }),
);

const ask = once(() => checkpointAsker({ queue: checkpointQueue(), clock, timeFactor: timeFactor() }));

/**
 * Seals, then asks for a checkpoint over what was appended. Failing to ask is told and fails nothing: the heartbeat signs
 * what nobody asked for.
 */
export async function sealAndAsk<T>(seal: (deps: SealDeps) => Promise<T>): Promise<T> {
  const grown: Growth[] = [];
  const result = await seal({ ...sealDeps(), appended: (growth) => void grown.push(growth) });
  const [first, last] = [grown[0], grown.at(-1)];
  if (first === undefined || last === undefined) return result;
  try {
    await ask()({ from: first.from, to: last.to });
  } catch (error) {
    logger.warn('nobody was asked for a checkpoint', { error });
  }
  return result;
}
