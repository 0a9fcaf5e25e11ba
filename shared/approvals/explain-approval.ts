import { explainStep, type Store } from '../kernel/index.ts';
import { type Approval, loadApproval } from './approval.ts';
import type { ApprovalState } from './contract.ts';

const NEXT: Readonly<Record<Exclude<ApprovalState, 'Open'>, string>> = {
  Approved: 'Whoever asked acts on it next, if everything still holds.',
  Rejected: 'Ended: a person said no.',
  Expired: 'Ended: nobody answered in time.',
  Withdrawn: 'Ended: it was no longer needed.',
  Used: 'Ended: it was acted on.',
  Spent: 'Ended: what it was about no longer held, so it counts for nothing more.',
};

/** Why an approval stands where it stands, in plain words, from its recorded decisions alone. Throws Fault('NotFound'). */
export async function explainApproval(store: Store, id: string) {
  const approval = await loadApproval(store, id);
  const { service, environment, state, data } = approval;
  return {
    ...{ kind: 'approval' as const, id, service, environment, state: { kind: state } },
    summary: `${data.for.kind} ${data.for.id} of ${service} in ${environment} needs a person; the approval is ${state}.`,
    steps: (await store.decisions({ kind: 'approval', id })).map(explainStep),
    next: state === 'Open' ? waits(approval) : NEXT[state],
  };
}

function waits({ id, data }: Approval): string {
  const not = data.notBy.length === 0 ? '' : ` other than ${data.notBy.join(', ')}`;
  return `An approver${not} answers by \`holdfast approve ${id}\` or \`holdfast reject ${id}\` until ${data.deadlineAt}.`;
}
