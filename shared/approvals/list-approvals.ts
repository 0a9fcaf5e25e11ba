import { type HeadQuery, type Page, type Store, viewDecisions } from '../kernel/index.ts';
import { approvalOf, approvalView, loadApproval } from './approval.ts';

/** Approvals, newest first. */
export async function listApprovals(
  store: Store,
  query: Omit<HeadQuery, 'kind'>,
): Promise<Page<ReturnType<typeof approvalView>>> {
  const page = await store.heads({ ...query, kind: 'approval' });
  return { ...page, items: page.items.map((head) => approvalView(approvalOf(head))) };
}

/** An approval's decisions, whole, oldest first. Throws Fault('NotFound'). */
export async function listApprovalDecisions(store: Store, id: string) {
  await loadApproval(store, id);
  return viewDecisions(await store.decisions({ kind: 'approval', id }));
}
