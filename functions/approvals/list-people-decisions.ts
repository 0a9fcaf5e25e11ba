import { listPeopleDecisions } from '../../shared/approvals/index.ts';
import { listPeopleDecisionsRoute } from '../runtime/approval-routes.ts';
import { route } from '../runtime/http.ts';
import { store } from '../runtime/store.ts';

export const handler = route(listPeopleDecisionsRoute, () => listPeopleDecisions(store()));
