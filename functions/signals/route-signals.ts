import { readSignal, registryOf, routeNewSignal } from '../../shared/signals/index.ts';
import { routeDeps } from '../runtime/route-signals.ts';
import { streamBatchOf } from '../runtime/stream.ts';

export const handler = streamBatchOf(() => {
  const registry = registryOf(routeDeps());
  return ({ newImage }) => routeNewSignal(routeDeps(), readSignal(newImage), registry);
});
