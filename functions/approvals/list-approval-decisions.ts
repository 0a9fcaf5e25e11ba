import { listApprovalDecisions } from '../../shared/approvals/index.ts';
import { listApprovalDecisionsRoute } from '../runtime/approval-routes.ts';
import { route } from '../runtime/http.ts';
import { store } from '../runtime/store.ts';

export const handler = route(listApprovalDecisionsRoute, ({ params }) =>
  listApprovalDecisions(store(), params.id),
);
