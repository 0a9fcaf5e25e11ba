import { readPeople } from '../../shared/approvals/index.ts';
import { getPeopleRoute } from '../runtime/approval-routes.ts';
import { route } from '../runtime/http.ts';
import { store } from '../runtime/store.ts';

export const handler = route(getPeopleRoute, () => readPeople(store()));
