import {
  type Answer,
  answerApprovalBy,
  approvalOf,
  putPeople,
  type Role,
} from '../../shared/approvals/index.ts';
import { planOfRollbackNow, wakeRollback } from '../../shared/rollbacks/index.ts';
import type { Run } from './rollback-run.ts';

const BY_ADA = {
  actor: { type: 'person', id: 'ada', via: 'api' },
  correlationId: 'people',
  key: 'people',
} as const;

/** Who is who: each person's login at the forge is the name with an h. */
export const knowPeople = (run: Pick<Run, 'deps'>, ...names: readonly string[]) =>
  putPeople(
    run.deps,
    {
      people: names.map((person) => ({
        ...{ person, role: 'approver' as const },
        identities: [{ via: 'github' as const, id: `${person}-h` }],
      })),
    },
    BY_ADA,
  );

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
      const deps = {
        ...run.deps,
        wake: (subject: { id: string }) => wakeRollback(run.deps, subject.id),
        planNow: planOfRollbackNow(run.deps),
      };
      return answerApprovalBy(deps, {
        ...{ approvalId: id, verdict, reason: 'because', via: 'api', overrides: given.overrides ?? [] },
        ...{ person: given.person ?? 'ada', role: given.role ?? 'approver' },
      });
    },
  };
}
