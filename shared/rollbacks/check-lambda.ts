import { type Clock, isoTime } from '../kernel/index.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Traffic } from '../ports/traffic.ts';
import type { LambdaChecks } from './check-service.ts';

type Deps = {
  readonly traffic: Pick<Traffic, 'read'>;
  readonly metrics: Pick<Metrics, 'total'>;
  readonly clock: Clock;
};

const WINDOW_MS = 3_600_000;

/** What a rollout of a function would read: how its alias splits, and what was measured behind it in the last hour. */
export function lambdaChecks({ traffic, metrics, clock }: Deps): LambdaChecks {
  return {
    alias: async (place) => {
      const { arms } = await traffic.read(place);
      const split = arms.map(({ revision, weight }) => `version ${revision} takes ${percent(weight)} %`);
      return `${place.function}:${place.alias}: ${split.join(', ')}`;
    },
    metrics: async (place) => {
      const now = clock();
      const window = { from: isoTime(now - WINDOW_MS), to: isoTime(now), thresholds: [] };
      const counted = await metrics.total(place, window);
      // an alias that nobody calls is measured as little as one whose metrics are missing
      return counted === undefined
        ? 'reachable, but nothing was measured in the last hour'
        : `${counted.n} requests in the last hour, ${counted.errors} of them failed`;
    },
  };
}

function percent(weight: number): number {
  return Number((weight * 100).toPrecision(4));
}
