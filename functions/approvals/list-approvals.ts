import { listApprovals } from '../../shared/approvals/index.ts';
import { listApprovalsRoute } from '../runtime/approval-routes.ts';
import { route } from '../runtime/http.ts';
import { store } from '../runtime/store.ts';

export const handler = route(listApprovalsRoute, ({ query }) => listApprovals(store(), query));
