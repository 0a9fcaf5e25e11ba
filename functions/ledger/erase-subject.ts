import { eraseSubject } from '../../shared/ledger/erase/index.ts';
import { sealAndAsk } from '../runtime/ask-checkpoint.ts';
import { actorOf } from '../runtime/caller.ts';
import { route } from '../runtime/http.ts';
import { eraseDeps } from '../runtime/ledger-keeping.ts';
import { eraseSubjectRoute } from '../runtime/ledger-keeping-routes.ts';

export const handler = route(eraseSubjectRoute, ({ body, caller }) =>
  sealAndAsk((seal) => eraseSubject(eraseDeps(seal), body, actorOf(caller))),
);
