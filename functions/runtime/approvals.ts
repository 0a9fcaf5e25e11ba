import type { WakeSubject } from '../../shared/approvals/index.ts';
import type { DecideDeps } from '../../shared/kernel/index.ts';
import { wakeRollback } from '../../shared/rollbacks/review-rollback.ts';
import { once } from './environment.ts';
import { rollbackDeps } from './rollbacks.ts';

/** What answering an approval needs: decisions, and to wake the workflow that asked. */
export const approvalDeps = once((): DecideDeps & { readonly wake: WakeSubject } => ({
  ...rollbackDeps(),
  wake: async (subject) => {
    if (subject.kind === 'rollback') await wakeRollback(rollbackDeps(), subject.id);
  },
}));
