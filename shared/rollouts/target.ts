import type { LambdaTarget } from '../ports/traffic.ts';
import type { Rollout } from './rollout.ts';

/** Where the traffic of a rollout is split. */
export function targetOf({ service, environment, data }: Rollout): LambdaTarget {
  return { ...data.target, service, environment };
}
