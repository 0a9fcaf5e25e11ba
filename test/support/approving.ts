import { type Answer, answerApprovalBy, approvalOf, type Role } from '../../shared/approvals/index.ts';
import { wakeRollback } from '../../shared/rollbacks/index.ts';
import type { Run } from './rollback-run.ts';

/** What people do with the approvals of a run. */
export function approving(run: Run) {
  const all = async () => (await run.store.heads({ kind: 'approval', limit: 50 })).items.map(approvalOf);
  return {
    /** Newest first. */
    approvals: all,
    answer: async (
      verdict: Answer['verdict'],
      given: { person?: string; role?: Role; overrides?: readonly string[]; id?: string } = {},
    ) => {
      const id = given.id ?? (await all())[0]?.id ?? '';
      const deps = { ...run.deps, wake: (subject: { id: string }) => wakeRollback(run.deps, subject.id) };
      return answerApprovalBy(deps, {
        ...{ approvalId: id, verdict, reason: 'because', via: 'api', overrides: given.overrides ?? [] },
        ...{ person: given.person ?? 'ada', role: given.role ?? 'approver' },
      });
    },
  };
}
