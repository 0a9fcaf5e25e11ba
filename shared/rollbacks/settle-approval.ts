import { closeApproval } from '../approvals/index.ts';
import { type DecideDeps, isFault } from '../kernel/index.ts';
import type { Attempt } from './attempt.ts';

/**
 * Closes the approval that an attempt has done with: used by the merge, spent when the invariants failed after it, out
 * of time, or no longer needed. Safe to repeat.
 */
export async function settleApproval(deps: DecideDeps, attempt: Attempt): Promise<void> {
  const { lastApproval, approval, merge } = attempt.data;
  if (lastApproval === undefined || lastApproval === approval) return;
  const because = merge?.approval === lastApproval ? 'acted' : reasonOf(attempt);
  try {
    await closeApproval(deps, lastApproval, because);
  } catch (thrown) {
    // Somebody answered in this moment: what they said is closed instead.
    if (!isFault(thrown, 'Conflict')) throw thrown;
    await closeApproval(deps, lastApproval, because);
  }
}

function reasonOf({ state }: Attempt): 'deadline' | 'moved-on' {
  const late = state.kind === 'Aborted' && ['APPROVAL_TIMEOUT', 'REVIEW_TIMEOUT'].includes(state.reason);
  return late ? 'deadline' : 'moved-on';
}
