import { rotateKey } from '../../shared/ledger/rotate/index.ts';
import { sealAndAsk } from '../runtime/ask-checkpoint.ts';
import { actorOf } from '../runtime/caller.ts';
import { rotateDeps } from '../runtime/checkpoints.ts';
import { route } from '../runtime/http.ts';
import { rotateLedgerKeyRoute } from '../runtime/ledger-keeping-routes.ts';

export const handler = route(rotateLedgerKeyRoute, ({ body, caller }) =>
  sealAndAsk((seal) => rotateKey(rotateDeps(seal), body, actorOf(caller))),
);
