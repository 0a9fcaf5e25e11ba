import type { PlanNow, WakeSubject } from '../../shared/approvals/index.ts';
import { planOfDeploymentNow } from '../../shared/deployments/read-approval.ts';
import { wakeDeployment } from '../../shared/deployments/take-step.ts';
import type { DecideDeps } from '../../shared/kernel/index.ts';
import { settleGlass } from '../../shared/policies/index.ts';
import { planOfRollbackNow } from '../../shared/rollbacks/head-moved.ts';
import { wakeRollback } from '../../shared/rollbacks/review-rollback.ts';
import { wakeRollout } from '../../shared/rollouts/take-step.ts';
import { settleRaises } from '../../shared/services/index.ts';
import { once } from './environment.ts';
import { forge } from './forge.ts';
import { rollbackDeps } from './rollbacks.ts';

/** What answering an approval needs: decisions, what it is about as it is now, and to wake the workflow that asked. */
export const approvalDeps = once(
  (): DecideDeps & { readonly wake: WakeSubject; readonly planNow: PlanNow } => ({
    ...rollbackDeps(),
    planNow: async (approval) =>
      approval.data.for.kind === 'rollback'
        ? planOfRollbackNow({ forge: forge() })(approval)
        : planOfDeploymentNow(rollbackDeps())(approval),
    wake: async (subject) => {
      if (subject.kind === 'rollback') await wakeRollback(rollbackDeps(), subject.id);
      if (subject.kind === 'deployment') await wakeDeployment(rollbackDeps(), subject.id, 'AwaitingApproval');
      if (subject.kind === 'rollout') await wakeRollout(rollbackDeps(), subject.id, 'Held');
      if (subject.kind === 'policy') await settleGlass(rollbackDeps());
      if (subject.kind === 'autonomy') await settleRaises(rollbackDeps());
    },
  }),
);
