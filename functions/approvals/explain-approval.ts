import { explainApproval } from '../../shared/approvals/index.ts';
import { explainApprovalRoute } from '../runtime/approval-routes.ts';
import { route } from '../runtime/http.ts';
import { store } from '../runtime/store.ts';

export const handler = route(explainApprovalRoute, ({ params }) => explainApproval(store(), params.id));
