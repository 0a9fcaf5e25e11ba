import * as z from 'zod';
import { Fault } from '../../kernel/fault.ts';
import type { Clock } from '../../kernel/time.ts';
import { namedWait } from '../named-wait.ts';

/** How many requests GitHub still answers before its limit is set back. */
export type Budget = {
  readonly remaining: number;
  readonly limit: number;
  /** Until the reset, in whole seconds. */
  readonly resetSeconds: number;
  /** `core` or `graphql`: each has its own. */
  readonly resource: string;
};
export type BudgetWatch = {
  readonly heard: (headers: unknown) => void;
  /** Throws Fault RateLimited when a write would take what is left for reading the end of what was begun. */
  readonly refuseWrite: () => void;
};

const WARN_BELOW = 1000;
const PAUSE_BELOW = 100;

const Counted = z.coerce.number().int().nonnegative();
const Headers = z.looseObject({
  'x-ratelimit-remaining': Counted,
  'x-ratelimit-limit': Counted,
  'x-ratelimit-reset': Counted,
  'x-ratelimit-resource': z.string().default('core'),
});

/** Watches what every answer says of the primary limit. `low` is told once until the next reset. */
export function watchBudget(now: Clock, low?: (budget: Budget) => void): BudgetWatch {
  const left = new Map<string, { readonly remaining: number; readonly resetMs: number }>();
  const told = new Map<string, number>();
  return {
    heard: (headers) => {
      const parsed = Headers.safeParse(headers);
      if (!parsed.success) return; // an Enterprise server may have no limits
      const { data } = parsed;
      const [remaining, resetMs] = [data['x-ratelimit-remaining'], data['x-ratelimit-reset'] * 1000];
      const resource = data['x-ratelimit-resource'];
      left.set(resource, { remaining, resetMs });
      if (remaining >= WARN_BELOW || told.get(resource) === resetMs) return;
      told.set(resource, resetMs);
      const resetSeconds = Math.max(0, Math.ceil((resetMs - now()) / 1000));
      low?.({ remaining, limit: data['x-ratelimit-limit'], resetSeconds, resource });
    },
    refuseWrite: () => {
      for (const [resource, { remaining, resetMs }] of left) {
        if (remaining >= PAUSE_BELOW || resetMs <= now()) continue;
        const retryAfterSeconds = (namedWait(Math.ceil((resetMs - now()) / 1000)) ?? 0) + 1;
        const words = `GitHub answers only ${remaining} more ${resource} requests: nothing is written for ${retryAfterSeconds} s`;
        throw new Fault('RateLimited', words, { retryAfterSeconds });
      }
    },
  };
}
