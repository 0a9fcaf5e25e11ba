import { readSignal, registryOf, routeNewSignal } from '../../shared/signals/index.ts';
import { routeDeps } from '../runtime/route-signals.ts';
import { streamBatchOf } from '../runtime/stream.ts';

export const handler = streamBatchOf(
  () => {
    const registry = registryOf(routeDeps());
    return ({ newImage }) => routeNewSignal(routeDeps(), readSignal(newImage), registry);
  },
  // the order matters within one problem: a resolved signal may follow a firing one
  ({ newImage }) => String(newImage?.fingerprint),
);
