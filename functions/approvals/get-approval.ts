import { approvalView, loadApproval } from '../../shared/approvals/index.ts';
import { getApprovalRoute } from '../runtime/approval-routes.ts';
import { route } from '../runtime/http.ts';
import { store } from '../runtime/store.ts';

export const handler = route(getApprovalRoute, async ({ params }) =>
  approvalView(await loadApproval(store(), params.id)),
);
