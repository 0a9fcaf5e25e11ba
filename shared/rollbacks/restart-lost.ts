import { type Attempt, isOpen } from './attempt.ts';
import { endsAt, waitSeconds } from './deadlines.ts';
import type { RollbackDeps } from './ports.ts';

/**
 * A living workflow records what a deadline brings within minutes. One that is an hour late has ended: the store, or
 * whatever else it needs, was away for longer than its last resort tries.
 */
const LOST_SECONDS = 3_600;

/**
 * Starts another workflow for an attempt whose own has ended before it did, once for each hour that it is late. It is
 * taken up where it stands; should the first live after all, every step is still taken once. Answers whether it was so.
 */
export async function restartIfLost(deps: RollbackDeps, attempt: Attempt): Promise<boolean> {
  const end = endsAt(attempt, deps.factor);
  const now = deps.clock();
  if (end === undefined || !isOpen(attempt)) return false;
  const hoursLate = Math.floor((now - end) / ((LOST_SECONDS * 1000) / deps.factor));
  if (hoursLate < 1) return false;
  await deps.workflow.startRollback(`${attempt.id}-${attempt.rev}-${hoursLate}`, {
    rollbackId: attempt.id,
    waitSeconds: waitSeconds(attempt, now, deps.factor),
  });
  return true;
}
