import { Fault } from '../../kernel/index.ts';
import type { CheckpointTable } from '../publish/ports.ts';

const SOON_SECONDS = 10;

/** The newest signed checkpoint, as it was signed. Throws Fault('NotFound') while there is none. */
export async function getCheckpoint(deps: {
  readonly checkpoints: Pick<CheckpointTable, 'newest'>;
}): Promise<string> {
  const newest = await deps.checkpoints.newest();
  if (newest !== undefined) return newest.note;
  throw new Fault('NotFound', 'no checkpoint of this ledger has been published yet', {
    retryAfterSeconds: SOON_SECONDS,
  });
}
