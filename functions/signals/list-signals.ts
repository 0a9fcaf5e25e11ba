import { listSignals } from '../../shared/signals/index.ts';
import { route } from '../runtime/http.ts';
import { listSignalsRoute } from '../runtime/signal-routes.ts';
import { signals } from '../runtime/signals.ts';

export const handler = route(listSignalsRoute, ({ query: { unroutable, ...query } }) =>
  listSignals({ signals: signals() }, { ...query, ...(unroutable === 'true' && { routing: 'unroutable' }) }),
);
