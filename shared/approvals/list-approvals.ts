import { Fault, type HeadQuery, type Page, type Store, viewDecisions } from '../kernel/index.ts';
import { approvalOf, approvalView, loadApproval } from './approval.ts';
import { APPROVAL_STATES } from './contract.ts';

/** Approvals, newest first; `state` is matched whatever its case. Throws Fault('InvalidInput') for one that does not exist. */
export async function listApprovals(
  store: Store,
  query: Omit<HeadQuery, 'kind'>,
): Promise<Page<ReturnType<typeof approvalView>>> {
  const { state, ...rest } = query;
  const known = state === undefined ? undefined : stateNamed(state);
  const page = await store.heads({ ...rest, kind: 'approval', ...(known !== undefined && { state: known }) });
  return { ...page, items: page.items.map((head) => approvalView(approvalOf(head))) };
}

function stateNamed(name: string): string {
  const state = APPROVAL_STATES.find((known) => known.toLowerCase() === name.toLowerCase());
  if (state !== undefined) return state;
  const message = `must be one of ${APPROVAL_STATES.join(', ')}`;
  throw new Fault('InvalidInput', `state ${message}`, { issues: [{ path: 'state', message }] });
}

/** An approval's decisions, whole, oldest first. Throws Fault('NotFound'). */
export async function listApprovalDecisions(store: Store, id: string) {
  await loadApproval(store, id);
  return viewDecisions(await store.decisions({ kind: 'approval', id }));
}
